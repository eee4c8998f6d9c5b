using Sereno.Manager.Graph;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager;

/// <summary>
/// Units that nothing speaks for any more are forgotten, whatever their type, and loaded from their files again when they are
/// named (systemd.unit(5), CollectMode=): one that has ended, one that only a question brought in, an instance whose
/// connection is over, a transient one, whose file goes too.
/// </summary>
public sealed partial class ManagerCore
{
    /// <summary>What may have become superfluous since we looked last.</summary>
    private readonly HashSet<Unit> _mayGo = [];

    /// <summary>Who looked at ended units has lost his connection with the manager before, and may come back for them.</summary>
    private static readonly object s_grace = new();
    private const ulong GraceUsec = 5_000_000;

    private void BeginGrace()
    {
        MayGo(Graph.All);
        Timers.Arm(s_grace, Now.Monotonic + GraceUsec);
    }

    internal void MayGo(Unit unit) => _mayGo.Add(unit);

    private void MayGo(IEnumerable<Unit> units) => _mayGo.UnionWith(units);

    /// <summary>Nothing about the unit itself speaks for it; whether another one names it is a question to the graph.</summary>
    private bool IsOver(Unit unit) => unit is { Job: null, IsPerpetual: false } && !IsReferenced(unit)
        && (unit.Active == ActiveState.Inactive || unit.OutlivesInstance || (unit.Active == ActiveState.Failed && unit.Definition.Jobs.CollectMode == CollectMode.InactiveOrFailed))
        && !unit.HasLoad && !HasHandlersAtWork(unit) && !(unit is MountUnit && Graph.IsMountNeeded(unit));

    /// <summary>Who has served its connection is forgotten as soon as all have been told of its end: after a crash, at once.</summary>
    private bool IsLeaving(Unit unit) => unit is ServiceUnit { Connection: not null, NeedsRelease: false } && !unit.Definition.IsTransient && IsOver(unit);

    /// <summary>The unit has ended and left processes behind, as KillMode=process does.</summary>
    public void OnLeftOvers(UnitName unit) => Tell(unit, s => s.HasLeftOvers = true);

    /// <summary>They are told about the unit (systemd.exec(5), $MONITOR_SERVICE_RESULT).</summary>
    private bool HasHandlersAtWork(Unit unit) =>
        Graph.Of(unit, Relation.OnFailure).Any(h => h.Job is not null) || Graph.Of(unit, Relation.OnSuccess).Any(h => h.Job is not null);

    /// <summary>After a turn that had nothing else to do: what the end of a unit brought is told before the unit goes.</summary>
    private void Collect()
    {
        if (_mayGo.Count == 0 || Timers.DeadlineOf(s_grace) is not null)
            return;
        var gone = Graph.Unreferenced(Candidates());
        _mayGo.Clear();
        if (gone.Count == 0)
            return;
        // Who was named by these only is looked at next, and who waited for the end of a handler.
        foreach (var unit in gone)
            foreach (var (_, others) in unit.Links.All)
                MayGo(others);
        _mayGo.ExceptWith(gone);
        Graph.Remove(gone);
        foreach (var unit in gone)
        {
            if (unit is not InertUnit && !IsLeaving(unit)) // that has been noted already
                MarkChanged(unit);
            (unit as ServiceUnit)?.LetGo();
            Emit(new ForgetUnit(unit.Name, unit.Definition.IsTransient ? unit.Definition.FragmentPath : null));
        }
    }

    /// <summary>Those that are over, with all that are over too and name them, in turn: they may go together.</summary>
    private HashSet<Unit> Candidates()
    {
        var candidates = new HashSet<Unit>();
        var queue = new Queue<Unit>(_mayGo);
        while (queue.TryDequeue(out var unit))
            if (!candidates.Contains(unit) && IsOver(unit) && Graph.TryGet(unit.Name, out var known) && known == unit && TryNamers(unit, out var namers))
            {
                candidates.Add(unit);
                foreach (var namer in namers)
                    queue.Enqueue(namer);
            }
        return candidates;
    }

    /// <returns>False when one of them stays, so that the unit does.</returns>
    private bool TryNamers(Unit unit, out List<Unit> namers)
    {
        namers = [];
        if (unit.NamedBy == 0)
            return true;
        foreach (var other in Graph.NamersOf(unit))
        {
            if (!IsOver(other))
                return false;
            namers.Add(other);
        }
        return true;
    }
}
