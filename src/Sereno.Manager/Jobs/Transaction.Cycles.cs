using Sereno.Manager.Graph;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager.Jobs;

// Ordering cycles: found whole, named whole, and broken where it hurts least.
public sealed partial class Transaction
{
    /// <returns>False when there is none.</returns>
    private bool BreakCycle()
    {
        if (FindCycle() is not { } cycle)
            return false;
        var first = cycle[0];
        var breakable = cycle.Select(LiveOf).FirstOrDefault(e => e is { Matters: false } && e.Unit.Definition.LoadState == LoadState.Loaded);
        log(first, LogLevel.Warning, $"{first}: Found ordering cycle on {Describe(cycle[^1])}");
        foreach (var link in cycle.AsEnumerable().Reverse().Skip(1))
            log(first, LogLevel.Warning, $"{first}: Found dependency on {Describe(link)}");
        if (breakable is null)
        {
            log(first, LogLevel.Error, $"{first}: Unable to break cycle starting with {Describe(first)}");
            throw new ManagerException(ManagerErrorKind.TransactionOrderIsCyclic, "Transaction order is cyclic. See system logs for details.");
        }
        log(breakable.Unit, LogLevel.Error, $"{first}: Job {breakable} deleted to break ordering cycle starting with {Describe(first)}");
        Drop(breakable);
        return true;
    }

    private string Describe(Unit unit) => LiveOf(unit)?.ToString() ?? unit.Job!.ToString();

    /// <summary>A restart is a stop, then a start, and each half waits for others: a node is one of them.</summary>
    private readonly record struct Half(Unit Unit, bool Starts);

    /// <summary>
    /// Depth first, without recursion, over the jobs that have to go first; a back edge closes a cycle. Jobs that are queued
    /// already count: waiting for each other across two transactions would be for ever.
    /// </summary>
    private List<Unit>? FindCycle()
    {
        var done = new HashSet<Half>();
        var path = new List<(Half Half, IEnumerator<Half> Before)>();
        var onPath = new HashSet<Half>();
        foreach (var start in Live())
        {
            if (!done.Contains(new(start.Unit, start.Type != JobType.Stop)))
                Enter(new(start.Unit, start.Type != JobType.Stop));
            while (path.Count > 0)
            {
                var (half, before) = path[^1];
                if (!before.MoveNext())
                {
                    path.RemoveAt(path.Count - 1);
                    onPath.Remove(half);
                    done.Add(half);
                }
                else if (onPath.Contains(before.Current))
                    return [.. path.Select(p => p.Half).SkipWhile(h => h != before.Current).Select(h => h.Unit).Distinct()];
                else if (!done.Contains(before.Current))
                    Enter(before.Current);
            }
        }
        return null;

        void Enter(Half half)
        {
            path.Add((half, GoBefore(half).GetEnumerator()));
            onPath.Add(half);
        }
    }

    /// <summary>What this half of a job waits for: it depends on what the two jobs do, not only on the units' order.</summary>
    private IEnumerable<Half> GoBefore(Half half)
    {
        if (half.Starts)
        {
            if (JobOf(half.Unit) == JobType.Restart)
                yield return half with { Starts = false };
            foreach (var other in graph.Of(half.Unit, Relation.After))
                if (JobOf(other) is { } job)
                    yield return new(other, job != JobType.Stop);
        }
        foreach (var other in graph.Of(half.Unit, Relation.Before))
            if (JobOf(other) is JobType.Stop or JobType.Restart)
                yield return new(other, false);
    }

    /// <summary>The job that the unit will have: what is queued already may be merged with.</summary>
    private JobType? JobOf(Unit unit)
    {
        var queued = unit.Job is { IgnoresOrder: false } job ? job.Type : (JobType?)null;
        return LiveOf(unit) is not { } entry ? queued
            : queued is { } type && JobTypes.TryMerge(type, entry.Type, unit, out var merged) ? merged : entry.Type;
    }

    private Entry? LiveOf(Unit unit)
    {
        var entry = _entries.GetValueOrDefault(unit);
        while (entry is { Dropped: true })
            entry = entry.Next;
        return entry;
    }
}
