using System.Diagnostics.CodeAnalysis;
using Sereno.Manager.Graph;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager.Jobs;

/// <summary>
/// One request and all that it pulls in, settled before anything runs: jobs are collected over the requirement
/// relations, merged to one per unit, and freed of ordering cycles. It either applies whole or fails whole.
/// </summary>
public sealed class Transaction(UnitGraph graph, JobMode mode, Action<Unit, LogLevel, string> log)
{
    private readonly Dictionary<Unit, List<Entry>> _entries = [];
    private Entry? _anchor;

    /// <summary>A job-to-be. It matters when dropping it would break what was asked for.</summary>
    private sealed class Entry(Unit unit, JobType type)
    {
        public Unit Unit { get; } = unit;
        public JobType Type { get; set; } = type;
        public List<(Entry By, bool Matters)> PulledInBy { get; } = [];
        public bool Dropped { get; set; }

        /// <summary>Why it can't be had; who needs it can't be had either.</summary>
        public ManagerException? Error { get; set; }
        public Entry? MergedInto { get; set; }

        /// <summary>The entry that stands for this one since jobs were merged.</summary>
        public Entry Self
        {
            get
            {
                var entry = this;
                while (entry.MergedInto is { } other)
                    entry = other;
                return entry;
            }
        }

        public override string ToString() => $"{Unit}/{Type.Name()}";
    }

    public Unit Anchor => _anchor!.Unit;

    /// <summary>The jobs, one per unit, once <see cref="Build"/> has returned.</summary>
    public IEnumerable<(Unit Unit, JobType Type)> Jobs =>
        _entries.Values.SelectMany(l => l).Where(e => !e.Dropped).Select(e => (e.Unit, e.Type));

    /// <exception cref="ManagerException">A unit that matters can't be loaded, jobs contradict each other, or a cycle can't be broken.</exception>
    public void Build(Unit unit, JobType type)
    {
        Add(unit, type, by: null, matters: true);
        if (mode == JobMode.Isolate)
            StopOthers();
        MergePerUnit();
        if (mode != JobMode.IgnoreDependencies)
            BreakCycles();
        DropOrphans();
        DropRedundant();
    }

    private Entry Add(Unit unit, JobType type, Entry? by, bool matters)
    {
        // A work list instead of recursion: chains may be ten thousand units long.
        var first = AddOne(unit, type, by, matters, out bool isNew);
        _anchor ??= first;
        if (!isNew || mode == JobMode.IgnoreDependencies)
            return first;
        var work = new Stack<Entry>([first]);
        while (work.TryPop(out var entry))
            foreach (var (target, job, targetMatters) in Pulls(entry))
            {
                if (entry.Dropped)
                    break;
                Entry next;
                try
                {
                    next = AddOne(target, job, entry, targetMatters, out isNew);
                }
                catch (ManagerException e) when (!targetMatters || !Matters(entry))
                {
                    // What is only wanted may go without; so must those on the way to it that require it.
                    log(entry.Unit, targetMatters ? LogLevel.Warning : LogLevel.Debug, $"Cannot add dependency job for unit {target}, ignoring: {e.Message}");
                    if (targetMatters)
                        Drop(entry, e);
                    continue;
                }
                if (isNew)
                    work.Push(next);
            }
        return first;
    }

    private Entry AddOne(Unit unit, JobType type, Entry? by, bool matters, out bool isNew)
    {
        CheckLoaded(unit, type);
        if (!_entries.TryGetValue(unit, out var list))
            _entries[unit] = list = [];
        var entry = list.Find(e => e.Type == type);
        isNew = entry is null;
        if (entry is null)
            list.Add(entry = new Entry(unit, type));
        if (entry.Error is { } error)
            throw error;
        if (by is not null)
            entry.PulledInBy.Add((by, matters));
        return entry;
    }

    private static void CheckLoaded(Unit unit, JobType type)
    {
        if (type == JobType.Stop)
            return; // what runs can be stopped, whatever became of its file
        var (kind, message) = unit.Definition.LoadState switch
        {
            LoadState.NotFound => (ManagerErrorKind.NoSuchUnit, $"Unit {unit} not found."),
            LoadState.BadSetting => (ManagerErrorKind.BadUnitSetting, $"Unit {unit} has a bad unit file setting."),
            LoadState.Error => (ManagerErrorKind.LoadFailed, $"Unit {unit} failed to load properly, please adjust/correct and reload service manager: {unit.Definition.LoadError}"),
            LoadState.Masked => (ManagerErrorKind.UnitMasked, $"Unit {unit} is masked."),
            LoadState.Loaded => (default, null),
        };
        if (message is not null)
            throw new ManagerException(kind, message);
        if (type == JobType.Reload && !unit.CanReload)
            throw new ManagerException(ManagerErrorKind.JobTypeNotApplicable, $"Job type reload is not applicable for unit {unit}.");
    }

    private IEnumerable<(Unit Unit, JobType Type, bool Matters)> Pulls(Entry entry)
    {
        bool requirements = mode != JobMode.IgnoreRequirements;
        if (entry.Type is JobType.Start or JobType.Restart)
        {
            if (requirements)
            {
                foreach (var relation in (Relation[])[Relation.Requires, Relation.BindsTo])
                    foreach (var unit in graph.Of(entry.Unit, relation))
                        yield return (unit, JobType.Start, true);
                foreach (var unit in graph.Of(entry.Unit, Relation.Requisite))
                    yield return (unit, JobType.VerifyActive, true);
                foreach (var relation in (Relation[])[Relation.Wants, Relation.Upholds])
                    foreach (var unit in graph.Of(entry.Unit, relation))
                        yield return (unit, JobType.Start, false);
            }
            foreach (var unit in graph.Of(entry.Unit, Relation.Conflicts))
                yield return (unit, JobType.Stop, true);
            foreach (var unit in graph.Of(entry.Unit, Relation.ConflictedBy))
                yield return (unit, JobType.Stop, false);
        }
        if (entry.Type is JobType.Stop or JobType.Restart)
            foreach (var relation in (Relation[])[Relation.RequiredBy, Relation.RequisiteOf, Relation.BoundBy, Relation.ConsistsOf, Relation.PropagatesStopTo])
                foreach (var unit in graph.Of(entry.Unit, relation))
                    if (entry.Type == JobType.Stop)
                        yield return (unit, JobType.Stop, true);
                    else if (relation != Relation.PropagatesStopTo && (!unit.IsInactiveOrFailed || unit.Job is { Type: JobType.Start }))
                        yield return (unit, JobType.Restart, true);
        if (entry.Type == JobType.Reload)
            foreach (var unit in graph.Of(entry.Unit, Relation.PropagatesReloadTo))
                if (unit.IsActiveOrReloading && unit.CanReload)
                    yield return (unit, JobType.Reload, false);
    }

    private void StopOthers()
    {
        foreach (var unit in graph.All)
            if (!unit.Definition.IgnoreOnIsolate && !_entries.ContainsKey(unit) && (!unit.IsInactiveOrFailed || unit.Job is not null))
                Add(unit, JobType.Stop, by: null, matters: false);
    }

    private void MergePerUnit()
    {
        foreach (var list in _entries.Values)
            while (list.Where(e => !e.Dropped).Take(2).ToList() is [var a, var b])
                if (TryMerge(a.Type, b.Type, a.Unit, out var merged))
                {
                    a.Type = merged;
                    a.PulledInBy.AddRange(b.PulledInBy);
                    if (_anchor == b)
                        _anchor = a;
                    (b.Dropped, b.MergedInto) = (true, a);
                }
                else if (!Matters(a))
                    Drop(a);
                else if (!Matters(b))
                    Drop(b);
                else
                    throw new ManagerException(ManagerErrorKind.TransactionJobsConflicting,
                        $"Transaction contains conflicting jobs '{a.Type.Name()}' and '{b.Type.Name()}' for {a.Unit}. Probably contradicting requirement dependencies configured.");
    }

    /// <summary>Two jobs for one unit become one, unless one of them stops it for good.</summary>
    public static bool TryMerge(JobType a, JobType b, Unit unit, out JobType merged)
    {
        merged = a;
        if (a == b)
            return true;
        if (a == JobType.Stop || b == JobType.Stop)
            return false;
        merged = Strength(a) >= Strength(b) ? a : b;
        if (merged == JobType.Start && (a == JobType.Reload || b == JobType.Reload) && unit.IsActiveOrReloading)
            merged = JobType.Reload; // it runs already: to start it is done, to reload it isn't
        return true;
    }

    private static int Strength(JobType type) => type switch
    {
        JobType.VerifyActive => 0,
        JobType.Reload => 1,
        JobType.Start => 2,
        JobType.Restart => 3,
        JobType.Stop => 4,
    };

    /// <summary>Does a chain of requirements lead from the anchor to this job?</summary>
    private bool Matters(Entry entry)
    {
        var seen = new HashSet<Entry>([entry]);
        var work = new Stack<Entry>([entry]);
        while (work.TryPop(out var next))
        {
            if (next == _anchor)
                return true;
            foreach (var (by, matters) in next.PulledInBy)
                if (matters && !by.Self.Dropped && seen.Add(by.Self))
                    work.Push(by.Self);
        }
        return false;
    }

    /// <summary>Drops a job and those that can't be without it.</summary>
    private static void Drop(Entry entry, ManagerException? error = null)
    {
        var work = new Stack<Entry>([entry]);
        while (work.TryPop(out var next))
        {
            if (next.Dropped)
                continue;
            (next.Dropped, next.Error) = (true, error);
            foreach (var (by, matters) in next.PulledInBy)
                if (matters)
                    work.Push(by.Self);
        }
    }

    /// <summary>Jobs that only a dropped job wanted go with it.</summary>
    private void DropOrphans()
    {
        if (!_entries.Values.SelectMany(l => l).Any(e => e.Dropped && e.MergedInto is null))
            return;
        var pulls = Live().SelectMany(e => e.PulledInBy.Select(p => (p.By.Self, Entry: e))).ToLookup(p => p.Self, p => p.Entry);
        var reached = Live().Where(e => e == _anchor || e.PulledInBy.Count == 0).ToHashSet();
        var work = new Stack<Entry>(reached);
        while (work.TryPop(out var next))
            foreach (var pulled in pulls[next])
                if (reached.Add(pulled))
                    work.Push(pulled);
        foreach (var entry in Live())
            entry.Dropped = !reached.Contains(entry);
    }

    private void BreakCycles()
    {
        while (FindCycle() is { } cycle)
        {
            var first = cycle[0].Unit;
            var breakable = cycle.Select(c => c.Entry).FirstOrDefault(e => e is not null && !Matters(e) && e.Unit.Definition.LoadState == LoadState.Loaded);
            log(first, LogLevel.Warning, $"{first}: Found ordering cycle on {Describe(cycle[^1])}");
            foreach (var link in cycle.AsEnumerable().Reverse().Skip(1))
                log(first, LogLevel.Warning, $"{first}: Found dependency on {Describe(link)}");
            if (breakable is null)
            {
                log(first, LogLevel.Error, $"{first}: Unable to break cycle starting with {Describe(cycle[0])}");
                throw new ManagerException(ManagerErrorKind.TransactionOrderIsCyclic, "Transaction order is cyclic. See system logs for details.");
            }
            log(breakable.Unit, LogLevel.Error, $"{first}: Job {breakable} deleted to break ordering cycle starting with {Describe(cycle[0])}");
            Drop(breakable);
        }

        static string Describe((Unit Unit, Entry? Entry) link) => link.Entry?.ToString() ?? $"{link.Unit}/{link.Unit.Job!.Type.Name()}";
    }

    /// <summary>
    /// Depth first over After=, without recursion; a back edge closes a cycle. Jobs that are queued already count: waiting
    /// for each other across two transactions would be for ever.
    /// </summary>
    private List<(Unit Unit, Entry? Entry)>? FindCycle()
    {
        var done = new HashSet<Unit>();
        foreach (var start in Live())
        {
            if (done.Contains(start.Unit))
                continue;
            var path = new List<(Unit Unit, Entry? Entry, int Next)> { (start.Unit, start, 0) };
            var onPath = new HashSet<Unit> { start.Unit };
            while (path.Count > 0)
            {
                var (unit, entry, index) = path[^1];
                var after = graph.Of(unit, Relation.After);
                if (index == after.Count)
                {
                    path.RemoveAt(path.Count - 1);
                    onPath.Remove(unit);
                    done.Add(unit);
                    continue;
                }
                path[^1] = (unit, entry, index + 1);
                var next = after[index];
                if ((!TryGetLive(next, out var nextEntry) && next.Job is null or { IgnoresOrder: true }) || done.Contains(next))
                    continue;
                if (!onPath.Add(next))
                    return path.Select(p => (p.Unit, p.Entry)).SkipWhile(e => e.Unit != next).ToList();
                path.Add((next, nextEntry, 0));
            }
        }
        return null;
    }

    private List<Entry> Live() => _entries.Values.SelectMany(l => l).Where(e => !e.Dropped).ToList();

    private bool TryGetLive(Unit unit, [NotNullWhen(true)] out Entry? entry)
    {
        entry = _entries.TryGetValue(unit, out var list) ? list.Find(e => !e.Dropped) : null;
        return entry is not null;
    }

    /// <summary>A start of what already runs, a stop of what doesn't: only the anchor's own is kept, so that its caller gets an answer.</summary>
    private void DropRedundant()
    {
        foreach (var entry in Live())
            if (entry != _anchor && entry.Unit.Job is null && IsRedundant(entry))
                entry.Dropped = true;
    }

    private static bool IsRedundant(Entry entry) => entry.Type switch
    {
        JobType.Start or JobType.VerifyActive => entry.Unit.IsActiveOrReloading,
        JobType.Stop => entry.Unit.IsInactiveOrFailed,
        JobType.Reload or JobType.Restart => false,
    };
}
