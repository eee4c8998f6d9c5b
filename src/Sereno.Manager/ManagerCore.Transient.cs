using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager;

/// <summary>Units without a file of their own, made at run time; and who looks at a unit, so that it stays.</summary>
public sealed partial class ManagerCore
{
    /// <summary>How many look at a unit, by RefUnit and AddRef.</summary>
    private readonly Dictionary<UnitName, int> _references = [];

    /// <summary>A unit whose file has just been written: what was known under its name before counts no more.</summary>
    public Unit LoadTransient(UnitName name)
    {
        if (Graph.TryGet(name, out var known) && known is { Job: null, IsInactiveOrFailed: true })
        {
            if (known is InertUnit)
                return Load(name);
            Graph.Refresh(known);
        }
        var (unit, added) = Graph.Load(name);
        MayGo(added);
        MayGo(unit); // should anything keep it from being started
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
        if (unit is not null)
            MayGo(unit);
        Settle();
    }

    internal bool IsReferenced(Unit unit) => _references.ContainsKey(unit.Name);
}
