using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager;

/// <summary>Units without a file of their own: made at run time, and forgotten when they are over and nobody looks at them.</summary>
public sealed partial class ManagerCore
{
    /// <summary>How many look at a unit, by RefUnit and AddRef.</summary>
    private readonly Dictionary<UnitName, int> _references = [];

    /// <summary>A transient unit has ended, or been let go of: it is time to look which can be forgotten.</summary>
    private bool _mayCollect;
    private readonly List<Unit> _ended = [];

    /// <summary>Who looked at ended units has lost his connection with the manager before, and may come back for them.</summary>
    private static readonly object s_grace = new();
    private const ulong GraceUsec = 5_000_000;

    private void BeginGrace()
    {
        _mayCollect = true;
        Timers.Arm(s_grace, Now.Monotonic + GraceUsec);
    }

    /// <summary>A unit whose file has just been written: what was known under its name before counts no more.</summary>
    public Unit LoadTransient(UnitName name)
    {
        _mayCollect = true; // whatever keeps it from being started
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

    /// <summary>Somebody wants to look at the unit also when it is over.</summary>
    public void Reference(Unit unit) => _references[unit.Name] = _references.GetValueOrDefault(unit.Name) + 1;

    public void Unreference(UnitName name)
    {
        if (Graph.TryGet(name, out var unit))
            name = unit.Name; // not the alias
        if (!_references.TryGetValue(name, out int count))
            return;
        if (count > 1)
            _references[name] = count - 1;
        else
            _references.Remove(name);
        _mayCollect |= unit?.Definition.IsTransient == true;
        Settle();
    }

    internal bool IsReferenced(Unit unit) => _references.ContainsKey(unit.Name);

    private void NoteEnd(Unit unit)
    {
        if (!IsPassing(unit) || !MayCollect(unit))
            return;
        // A connection's service goes by itself, and there may be thousands; a timer and what it starts only together.
        if (unit.Definition.IsTransient)
            _mayCollect = true;
        else
            _ended.Add(unit);
    }

    /// <summary>Nobody but who made it would look for it again: made at run time, or for one connection.</summary>
    private static bool IsPassing(Unit unit) => unit.Definition.IsTransient || unit is ServiceUnit { Connection: not null };

    private bool MayCollect(Unit unit) => unit.Job is null && !IsReferenced(unit) &&
        (unit.Active == ActiveState.Inactive || (unit.Active == ActiveState.Failed && unit.Definition.Jobs.CollectMode == CollectMode.InactiveOrFailed));

    /// <summary>Who has served its connection is forgotten as soon as all have been told of its end: after a crash, at once.</summary>
    private bool IsLeaving(Unit unit) => unit is ServiceUnit { Connection: not null, NeedsRelease: false } && !unit.Definition.IsTransient && MayCollect(unit);

    /// <summary>After a turn that had nothing else to do: what the end of a unit brought is told before the unit goes.</summary>
    private void Collect()
    {
        if ((!_mayCollect && _ended.Count == 0) || Timers.DeadlineOf(s_grace) is not null)
            return;
        var gone = Graph.Unreferenced((_mayCollect ? Graph.All : _ended).Where(u => IsPassing(u) && MayCollect(u) && Graph.TryGet(u.Name, out var known) && known == u));
        _mayCollect = false;
        _ended.Clear();
        if (gone.Count == 0)
            return;
        Graph.Remove(gone);
        foreach (var unit in gone)
        {
            if (!IsLeaving(unit)) // that has been noted already
                MarkChanged(unit);
            (unit as ServiceUnit)?.LetGo();
            Emit(new ForgetUnit(unit.Name, unit.Definition.IsTransient ? unit.Definition.FragmentPath : null));
        }
    }
}
