using Sereno.Manager.Graph;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;

namespace Sereno.Manager;

/// <summary>
/// Settings that hold for as long as a unit is up, not only when it starts: BindsTo=, StopWhenUnneeded= and Upholds=
/// (systemd.unit(5)). Units whose surroundings have changed are noted, and looked at when no job can move any more.
/// </summary>
public sealed partial class ManagerCore
{
    private const ulong ReviewInterval = 10_000_000;
    private const int ReviewBurst = 16;
    private readonly HashSet<Unit> _review = [];

    private void NoteForReview(Unit unit)
    {
        _review.Add(unit);
        var relations = unit.IsInactiveOrFailed
            ? (ReadOnlySpan<Relation>)[Relation.Requires, Relation.Wants, Relation.BindsTo, Relation.Requisite, Relation.Upholds, Relation.BoundBy]
            : unit.IsActiveOrReloading ? [Relation.Upholds] : [];
        foreach (var relation in relations)
            _review.UnionWith(Graph.Of(unit, relation));
    }

    /// <returns>Whether there was anything to look at.</returns>
    private bool Review()
    {
        if (_review.Count == 0)
            return false;
        var units = _review.ToList();
        _review.Clear();
        foreach (var unit in units)
            if (unit.Job is null && !IsStopping)
                Review(unit);
        return true;
    }

    private void Review(Unit unit)
    {
        if (unit.Active == ActiveState.Active)
        {
            if (unit.Definition.StopWhenUnneeded && !IsNeeded(unit))
                EnqueueSteadily(unit, JobType.Stop, "Unit not needed anymore");
            else if (Graph.Of(unit, Relation.BindsTo).FirstOrDefault(o => o is { Job: null, IsInactiveOrFailed: true } and not InertUnit) is { } other)
                EnqueueSteadily(unit, JobType.Stop, $"Unit is bound to inactive unit {other}");
        }
        else if (unit.IsInactiveOrFailed &&
                 Graph.Of(unit, Relation.UpheldBy).FirstOrDefault(o => o is { Job: null, IsActiveOrReloading: true }) is { } upholder)
            EnqueueSteadily(unit, JobType.Start, $"Unit is upheld by active unit {upholder}");
    }

    /// <summary>A unit that can't stay as it should be would be tried for ever without a limit.</summary>
    private void EnqueueSteadily(Unit unit, JobType type, string reason)
    {
        unit.Steadied ??= new();
        while (unit.Steadied.TryPeek(out ulong first) && first + ReviewInterval < Now.Monotonic)
            unit.Steadied.Dequeue();
        if (unit.Steadied.Count >= ReviewBurst)
        {
            Log(unit, LogLevel.Warning, $"{unit}: {reason}, but not acted on: tried too often recently.");
            return;
        }
        unit.Steadied.Enqueue(Now.Monotonic);
        Log(unit, LogLevel.Info, $"{unit}: {reason}.");
        TryEnqueue(unit, type);
    }

    private bool IsNeeded(Unit unit)
    {
        foreach (var relation in (ReadOnlySpan<Relation>)[Relation.RequiredBy, Relation.WantedBy, Relation.BoundBy, Relation.RequisiteOf, Relation.UpheldBy])
            foreach (var other in Graph.Of(unit, relation))
                if (!other.IsInactiveOrFailed || other.Job is not null)
                    return true;
        return false;
    }
}
