using Sereno.Manager.Graph;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager.Jobs;

/// <summary>
/// One request and all that it pulls in, settled before anything runs: jobs are collected over the requirement
/// relations, merged to one per unit, and freed of ordering cycles. It either applies whole or fails whole.
/// </summary>
public sealed partial class Transaction(UnitGraph graph, JobMode mode, Action<Unit, LogLevel, string> log)
{
    /// <summary>The first entry of each unit; the others hang on it.</summary>
    private readonly Dictionary<Unit, Entry> _entries = [];
    private Entry? _anchor;
    private bool _hasOrphans;

    /// <summary>One job pulls in another. It is mutable, for merged jobs inherit each other's pulls.</summary>
    private sealed class Pull(Entry by, Entry to, bool matters, bool conflicts)
    {
        public Entry By { get; set; } = by;
        public Entry To { get; set; } = to;

        /// <summary>The one that pulls can't be without the other.</summary>
        public bool Matters { get; } = matters;

        /// <summary>Conflicts= of the one that pulls stops the other.</summary>
        public bool Conflicts { get; } = conflicts;
    }

    /// <summary>A job-to-be.</summary>
    private sealed class Entry(Unit unit, JobType type)
    {
        public Unit Unit { get; } = unit;
        public JobType Type { get; set; } = type;
        public Entry? Next { get; set; }
        public List<Pull> Pulls { get; } = [];
        public List<Pull> PulledBy { get; } = [];

        /// <summary>A chain of requirements leads from the request to it: dropping it would break what was asked for.</summary>
        public bool Matters { get; set; }
        public bool Dropped { get; set; }

        /// <summary>Why it can't be had; who needs it can't be had either.</summary>
        public ManagerException? Error { get; set; }

        public override string ToString() => $"{Unit}/{Type.Name()}";
    }

    public Unit Anchor => _anchor!.Unit;

    /// <summary>The jobs, one per unit, once <see cref="Build"/> has returned.</summary>
    public IEnumerable<(Unit Unit, JobType Type)> Jobs => Live().Select(e => (e.Unit, e.Type));

    /// <exception cref="ManagerException">A unit that matters can't be loaded, jobs contradict each other, or a cycle can't be broken.</exception>
    public void Build(Unit unit, JobType type)
    {
        Add(unit, type, by: null);
        if (mode == JobMode.Isolate)
            StopOthers();
        if (mode == JobMode.Triggering)
            StopTriggers();
        MarkWhatMatters();
        if (mode == JobMode.Fail)
            MinimizeImpact();
        DropRedundant();
        DropOrphans();
        MergePerUnit();
        DropOrphans();
        if (mode != JobMode.IgnoreDependencies)
            while (BreakCycle())
                DropOrphans();
        DropRedundant();
    }

    private void Add(Unit unit, JobType type, Entry? by)
    {
        // A work list instead of recursion: chains may be ten thousand units long.
        var first = AddOne(unit, type, by, matters: true, conflicts: false, out bool isNew);
        _anchor ??= first;
        if (!isNew || mode is JobMode.IgnoreDependencies or JobMode.IgnoreRequirements)
            return;
        var work = new Stack<Entry>([first]);
        while (work.TryPop(out var entry))
            foreach (var (target, job, matters, conflicts) in PullsOf(entry))
            {
                if (entry.Dropped)
                    break;
                try
                {
                    var next = AddOne(target, job, entry, matters, conflicts, out isNew);
                    if (isNew)
                        work.Push(next);
                }
                catch (ManagerException e) when (e.Kind == ManagerErrorKind.JobTypeNotApplicable && matters)
                {
                    // A unit that can't be stopped or restarted isn't in anybody's way.
                }
                catch (ManagerException e) when (!matters || !IsNeeded(entry))
                {
                    // What is only wanted may go without; so must those on the way to it that require it.
                    bool isUsual = e.Kind is ManagerErrorKind.UnitMasked or ManagerErrorKind.NoSuchUnit or ManagerErrorKind.JobTypeNotApplicable;
                    log(entry.Unit, isUsual && !matters ? LogLevel.Debug : LogLevel.Warning, $"Cannot add dependency job for unit {target}, ignoring: {e.Message}");
                    if (matters)
                        Drop(entry, e);
                }
            }
    }

    private Entry AddOne(Unit unit, JobType type, Entry? by, bool matters, bool conflicts, out bool isNew)
    {
        Check(unit, type);
        Entry? entry = null, last = null;
        for (var e = _entries.GetValueOrDefault(unit); e is not null; e = e.Next)
        {
            last = e;
            if (e.Type == type)
                entry = e;
        }
        isNew = entry is null;
        if (entry is null)
        {
            entry = new Entry(unit, type);
            if (last is null)
                _entries[unit] = entry;
            else
                last.Next = entry;
        }
        if (entry.Error is { } error)
            throw error;
        if (by is not null)
        {
            var pull = new Pull(by, entry, matters, conflicts);
            by.Pulls.Add(pull);
            entry.PulledBy.Add(pull);
        }
        return entry;
    }

    private static void Check(Unit unit, JobType type)
    {
        if (type != JobType.Stop && unit.Definition.StartError() is var (kind, message)) // what runs can be stopped, whatever became of its file
            throw new ManagerException(kind, message);
        bool applies = type switch
        {
            JobType.Start or JobType.VerifyActive => true,
            JobType.Stop or JobType.Restart => !unit.IsPerpetual,
            JobType.Reload => unit.CanReload,
        };
        if (!applies)
            throw new ManagerException(ManagerErrorKind.JobTypeNotApplicable, $"Job type {type.Name()} is not applicable for unit {unit}.");
    }

    private IEnumerable<(Unit Unit, JobType Type, bool Matters, bool Conflicts)> PullsOf(Entry entry)
    {
        var unit = entry.Unit;
        if (entry.Type is JobType.Start or JobType.Restart)
        {
            foreach (var other in graph.Of(unit, Relation.Requires))
                yield return (other, JobType.Start, true, false);
            foreach (var other in graph.Of(unit, Relation.BindsTo))
                yield return (other, JobType.Start, true, false);
            foreach (var other in graph.Of(unit, Relation.Wants))
                yield return (other, JobType.Start, false, false);
            foreach (var other in graph.Of(unit, Relation.Upholds))
                yield return (other, JobType.Start, false, false);
            foreach (var other in graph.Of(unit, Relation.Requisite))
                yield return (other, JobType.VerifyActive, true, false);
            foreach (var other in graph.Of(unit, Relation.Conflicts))
                yield return (other, JobType.Stop, true, true);
            foreach (var other in graph.Of(unit, Relation.ConflictedBy))
                yield return (other, JobType.Stop, false, false);
        }
        if (entry.Type is JobType.Stop or JobType.Restart)
            foreach (var relation in (Relation[])[Relation.RequiredBy, Relation.RequisiteOf, Relation.BoundBy, Relation.ConsistsOf, Relation.PropagatesStopTo])
                foreach (var other in graph.Of(unit, relation))
                    if (entry.Type == JobType.Stop)
                        yield return (other, JobType.Stop, true, false);
                    // Who isn't around isn't started by somebody else's restart.
                    else if (relation != Relation.PropagatesStopTo && (other.IsActiveOrActivating || other.Job is { Type: JobType.Start }))
                        yield return (other, JobType.Restart, true, false);
        if (entry.Type == JobType.Reload)
            foreach (var other in graph.Of(unit, Relation.PropagatesReloadTo))
                if (other.IsActiveOrReloading)
                    yield return (other, JobType.Reload, false, false);
    }

    private void StopOthers()
    {
        foreach (var unit in graph.All)
            if ((!unit.IsInactiveOrFailed || unit.Job is not null) && MayStop(unit) && graph.Of(unit, Relation.TriggeredBy).All(MayStop))
                TryStop(unit);

        // What triggers a unit that stays needs it, and the other way round.
        bool MayStop(Unit unit) => !unit.Definition.IgnoreOnIsolate && !unit.OutlivesInstance && !_entries.ContainsKey(unit);
    }

    /// <summary>Those that would start the unit again are stopped with it.</summary>
    private void StopTriggers()
    {
        foreach (var unit in graph.Of(Anchor, Relation.TriggeredBy))
            if ((!unit.IsInactiveOrFailed || unit.Job is not null) && !_entries.ContainsKey(unit))
                TryStop(unit);
    }

    private void TryStop(Unit unit)
    {
        try
        {
            Add(unit, JobType.Stop, _anchor);
        }
        catch (ManagerException e)
        {
            log(unit, LogLevel.Warning, $"{unit}: Cannot add job to stop it, ignoring: {e.Message}");
        }
    }

    private IEnumerable<Entry> Live()
    {
        foreach (var first in _entries.Values)
            for (var entry = first; entry is not null; entry = entry.Next)
                if (!entry.Dropped)
                    yield return entry;
    }
}
