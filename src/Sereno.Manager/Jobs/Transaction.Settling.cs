using Sereno.Units.Model;

namespace Sereno.Manager.Jobs;

// What is dropped, merged, and kept.
public sealed partial class Transaction
{
    private void MarkWhatMatters()
    {
        var work = new Stack<Entry>([_anchor!]);
        _anchor!.Matters = true;
        while (work.TryPop(out var next))
            foreach (var pull in next.Pulls)
                if (pull is { Matters: true, To: { Matters: false, Dropped: false } to })
                {
                    to.Matters = true;
                    work.Push(to);
                }
    }

    /// <summary>While the transaction still grows: does a chain of requirements lead from the anchor to this job?</summary>
    private bool IsNeeded(Entry entry)
    {
        var seen = new HashSet<Entry>([entry]);
        var work = new Stack<Entry>([entry]);
        while (work.TryPop(out var next))
        {
            if (next == _anchor)
                return true;
            foreach (var pull in next.PulledBy)
                if (pull is { Matters: true, By.Dropped: false } && seen.Add(pull.By))
                    work.Push(pull.By);
        }
        return false;
    }

    /// <summary>In fail mode what isn't needed neither stops what runs nor changes what is queued.</summary>
    private void MinimizeImpact()
    {
        foreach (var entry in Live().Where(e => !e.Matters).ToList())
            if ((entry.Type == JobType.Stop && entry.Unit.IsActiveOrActivating) ||
                (entry.Unit.Job is { } queued && JobTypes.Conflict(entry.Type, queued.Type)))
                Drop(entry);
    }

    /// <summary>Units whose jobs have all nothing to do. Only the anchor's own is kept, so that its caller gets an answer.</summary>
    private void DropRedundant()
    {
        foreach (var first in _entries.Values)
        {
            bool keeps = false;
            for (var entry = first; entry is not null; entry = entry.Next)
                keeps |= !entry.Dropped && (entry == _anchor || !JobTypes.IsRedundant(entry.Type, entry.Unit)
                    || (entry.Unit.Job is { } queued && JobTypes.Conflict(entry.Type, queued.Type)));
            for (var entry = first; entry is not null && !keeps; entry = entry.Next)
                entry.Dropped = _hasOrphans = true;
        }
    }

    /// <summary>Jobs that only dropped ones wanted go with them; but isolating stops everything, for whatever reason it came to be here.</summary>
    private void DropOrphans()
    {
        if (!_hasOrphans || mode == JobMode.Isolate)
            return;
        _hasOrphans = false;
        var reached = new HashSet<Entry>([_anchor!]);
        var work = new Stack<Entry>(reached);
        while (work.TryPop(out var next))
            foreach (var pull in next.Pulls)
                if (!pull.To.Dropped && reached.Add(pull.To))
                    work.Push(pull.To);
        foreach (var entry in Live())
            entry.Dropped = !reached.Contains(entry);
    }

    private void MergePerUnit()
    {
        foreach (var first in _entries.Values)
            while (TwoOf(first) is var (a, b))
                if (JobTypes.TryMerge(a.Type, b.Type, a.Unit, out var merged))
                    Merge(a, b, merged);
                else if (WhichToDrop(a, b) is { } one)
                    Drop(one);
                else
                    throw new ManagerException(ManagerErrorKind.TransactionJobsConflicting,
                        $"Transaction contains conflicting jobs '{a.Type.Name()}' and '{b.Type.Name()}' for {a.Unit}. Probably contradicting requirement dependencies configured.");
    }

    private static (Entry, Entry)? TwoOf(Entry first)
    {
        Entry? one = null;
        for (var entry = first; entry is not null; entry = entry.Next)
            if (entry.Dropped)
                continue;
            else if (one is null)
                one = entry;
            else
                return (one, entry);
        return null;
    }

    private void Merge(Entry a, Entry b, JobType merged)
    {
        a.Type = merged;
        a.Matters |= b.Matters;
        foreach (var pull in b.PulledBy)
            pull.To = a;
        a.PulledBy.AddRange(b.PulledBy);
        foreach (var pull in b.Pulls)
            pull.By = a;
        a.Pulls.AddRange(b.Pulls);
        if (_anchor == b)
            _anchor = a;
        b.Dropped = true;
    }

    /// <summary>A stop is given up rather than a start, unless it is there because of a conflict; null when both matter.</summary>
    private static Entry? WhichToDrop(Entry a, Entry b)
    {
        if (a.Matters && b.Matters)
            return null;
        if (a.Matters != b.Matters)
            return a.Matters ? b : a;
        var (stop, other) = a.Type == JobType.Stop ? (a, b) : (b, a);
        return stop.PulledBy.Exists(p => p is { Conflicts: true, By.Dropped: false }) ? other : stop;
    }

    /// <summary>Drops a job and those that can't be without it.</summary>
    private void Drop(Entry entry, ManagerException? error = null)
    {
        var work = new Stack<Entry>([entry]);
        while (work.TryPop(out var next))
        {
            if (next.Dropped)
                continue;
            (next.Dropped, next.Error, _hasOrphans) = (true, error, true);
            foreach (var pull in next.PulledBy)
                if (pull.Matters)
                    work.Push(pull.By);
        }
    }
}
