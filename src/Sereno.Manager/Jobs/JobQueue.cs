using Sereno.Manager.Graph;
using Sereno.Manager.Units;

namespace Sereno.Manager.Jobs;

/// <summary>
/// The queued jobs. A job runs when no job of a unit that comes before it (or, when stopping, after it) is left;
/// propagation settles through a queue before anything else runs, never by recursion.
/// </summary>
public sealed class JobQueue(UnitGraph graph)
{
    private readonly SortedDictionary<uint, Job> _jobs = [];
    private readonly Queue<Job> _ready = new();
    private uint _nextId = 1;

    public IReadOnlyCollection<Job> All => _jobs.Values;

    public uint NextId { get => _nextId; set => _nextId = Math.Max(_nextId, value); }

    public Job? Find(uint id) => _jobs.GetValueOrDefault(id);

    public Job Install(Unit unit, JobType type, bool irreversible, bool ignoresOrder = false)
    {
        var job = new Job(_nextId++, unit, type) { Irreversible = irreversible, IgnoresOrder = ignoresOrder };
        Restore(job);
        return job;
    }

    public void Restore(Job job)
    {
        _jobs.Add(job.Id, job);
        job.Unit.Job = job;
        _ready.Enqueue(job);
    }

    public void Remove(Job job)
    {
        _jobs.Remove(job.Id);
        job.Unit.Job = null;
        WakeNeighbours(job.Unit);
    }

    /// <summary>Looks at a job again at the next turn.</summary>
    public void Wake(Job job) => _ready.Enqueue(job);

    public void WakeNeighbours(Unit unit)
    {
        foreach (var relation in (ReadOnlySpan<Relation>)[Relation.Before, Relation.After])
            if (unit.Links.Of(relation) is { } others)
                for (int i = 0; i < others.Count; i++)
                    if (others[i].Job is { State: JobState.Waiting } job)
                        _ready.Enqueue(job);
    }

    /// <summary>The next job that may run now.</summary>
    public bool TryTake(out Job job)
    {
        while (_ready.TryDequeue(out job!))
            if (_jobs.GetValueOrDefault(job.Id) == job && job.State == JobState.Waiting && IsRunnable(job))
                return true;
        return false;
    }

    public bool IsRunnable(Job job)
    {
        if (job.IgnoresOrder)
            return true;
        // A target that comes after thousands is woken by each: mostly it still waits for the one it waited for.
        if (job.Blocker is { } last && Blocks(last, job))
            return false;
        job.Blocker = FindBlocker(job);
        return job.Blocker is null;
    }

    /// <summary>Stopping goes before starting, whatever the order between the two units (systemd.unit(5), Before=, After=).</summary>
    private Unit? FindBlocker(Job job)
    {
        // On from where the last one was: mostly those before it are done, and of a thousand none is looked at a thousand times.
        if (!job.IsStopping && job.Unit.Links.Of(Relation.After) is { } before)
            for (int i = 0; i < before.Count; i++)
                if (before[(job.BlockerAt + i) % before.Count] is { Job.IgnoresOrder: false } unit)
                {
                    job.BlockerAt = (job.BlockerAt + i) % before.Count;
                    return unit;
                }
        if (job.Unit.Links.Of(Relation.Before) is { } after)
            for (int i = 0; i < after.Count; i++)
                if (after[i] is { Job: { IsStopping: true, IgnoresOrder: false } } unit)
                    return unit;
        return null;
    }

    private bool Blocks(Unit other, Job job) => other.Job is { IgnoresOrder: false } its &&
        ((!job.IsStopping && graph.Has(job.Unit, Relation.After, other)) || (its.IsStopping && graph.Has(job.Unit, Relation.Before, other)));
}
