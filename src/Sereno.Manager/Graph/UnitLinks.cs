using Sereno.Manager.Units;

namespace Sereno.Manager.Graph;

/// <summary>One unit's relations. A thousand units have a few each, so that a table of pairs is smaller, and found faster, than a dictionary.</summary>
internal sealed class UnitLinks
{
    private (Relation Relation, UnitSet Units)[] _relations = [];

    public IEnumerable<(Relation Relation, UnitSet Units)> All => _relations;

    public UnitSet? Of(Relation relation)
    {
        foreach (var (kind, units) in _relations)
            if (kind == relation)
                return units;
        return null;
    }

    /// <returns>Whether it is new.</returns>
    public bool Add(Relation relation, Unit unit)
    {
        if (Of(relation) is { } units)
            return units.Add(unit);
        _relations = [.. _relations, (relation, new UnitSet(unit))];
        return true;
    }
}

/// <summary>Units in the order they came, each once. Most sets are small; those of the big targets hold thousands.</summary>
internal sealed class UnitSet(Unit first) : IReadOnlyList<Unit>
{
    private const int Few = 16;
    private object _units = first; // of one, without an array: most sets are that small
    private HashSet<Unit>? _set;

    public int Count { get; private set; } = 1;

    public Unit this[int index] => _units is Unit[] units ? units[index] : (Unit)_units;

    public bool Contains(Unit unit) => _set?.Contains(unit) ?? IndexOf(unit) >= 0;

    private int IndexOf(Unit unit) => _units is Unit[] units ? Array.IndexOf(units, unit, 0, Count) : Count == 1 && _units == unit ? 0 : -1;

    public bool Add(Unit unit)
    {
        if (_set is null && Count >= Few)
            _set = [.. this];
        if (_set is null ? Contains(unit) : !_set.Add(unit))
            return false;
        var units = _units as Unit[] ?? [(Unit)_units];
        if (Count == units.Length)
            Array.Resize(ref units, Count < 4 ? Count + 1 : Count * 2);
        units[Count++] = unit;
        _units = units;
        return true;
    }

    public void Remove(Unit unit)
    {
        int at = IndexOf(unit);
        if (at < 0)
            return;
        _set?.Remove(unit);
        Count--;
        if (_units is not Unit[] units)
        {
            _units = Array.Empty<Unit>();
            return;
        }
        units.AsSpan(at + 1, Count - at).CopyTo(units.AsSpan(at));
        units[Count] = null!;
    }

    public IEnumerator<Unit> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
