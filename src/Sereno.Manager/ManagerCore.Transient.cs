using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager;

/// <summary>Units without a file of their own: made at run time, and forgotten when they are over.</summary>
public sealed partial class ManagerCore
{
    /// <summary>Who started it may still ask how it ended.</summary>
    private const ulong Remembered = 5_000_000;

    /// <summary>The key of the timer after which ended transient units go.</summary>
    private readonly object _collectKey = new();
    private readonly List<(Unit Unit, ulong Since)> _ended = [];

    /// <summary>A unit whose file has just been written: what was known under its name before counts no more.</summary>
    public Unit LoadTransient(UnitName name)
    {
        if (Graph.TryGet(name, out var known) && known is { Job: null, IsInactiveOrFailed: true })
        {
            if (known is InertUnit)
                return Load(name);
            Graph.Refresh(known);
        }
        var unit = Graph.Load(name).Unit;
        if (unit.Definition.StartError() is var (kind, message))
            throw new ManagerException(kind, message);
        return unit;
    }

    /// <summary>Reads one unit's files again, after a drop-in of it has changed.</summary>
    public void Refresh(Unit unit)
    {
        Graph.Refresh(unit);
        MarkChanged(unit);
        Settle();
    }

    private void NoteEnd(Unit unit)
    {
        if (!unit.Definition.IsTransient || !MayCollect(unit))
            return;
        _ended.Add((unit, Now.Monotonic));
        if (_ended.Count == 1)
            Timers.Arm(_collectKey, Now.After(Remembered));
    }

    private static bool MayCollect(Unit unit) => unit.Job is null &&
        (unit.Active == ActiveState.Inactive || (unit.Active == ActiveState.Failed && unit.Definition.Jobs.CollectMode == CollectMode.InactiveOrFailed));

    private void Collect()
    {
        var due = _ended.Where(e => e.Since + Remembered <= Now.Monotonic).Select(e => e.Unit).ToHashSet();
        _ended.RemoveAll(e => due.Contains(e.Unit));
        if (_ended.Count > 0)
            Timers.Arm(_collectKey, Now.After(Remembered));
        var gone = Graph.Unreferenced(due.Where(u => MayCollect(u) && Graph.TryGet(u.Name, out var same) && same == u));
        if (gone.Count == 0)
            return;
        Graph.Remove(gone);
        foreach (var unit in gone)
        {
            MarkChanged(unit);
            Emit(new ForgetUnit(unit.Name, unit.Definition.FragmentPath));
        }
    }
}
