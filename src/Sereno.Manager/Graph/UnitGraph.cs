using System.Diagnostics.CodeAnalysis;
using Sereno.Manager.Units;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Manager.Graph;

/// <summary>A dependency seen from either end.</summary>
public enum Relation
{
    Requires, Requisite, Wants, BindsTo, PartOf, Upholds, Conflicts, Before, After, OnFailure, OnSuccess,
    PropagatesReloadTo, ReloadPropagatedFrom, PropagatesStopTo, StopPropagatedFrom, JoinsNamespaceOf,
    RequiredBy, RequisiteOf, WantedBy, BoundBy, ConsistsOf, UpheldBy, ConflictedBy, OnFailureOf, OnSuccessOf,
    Triggers, TriggeredBy,
}

/// <summary>All loaded units, by every name they have, and their relations both ways, those of default dependencies included.</summary>
public sealed class UnitGraph(IUnitLoader loader, Func<UnitDefinition, Unit> create, bool isSystem)
{
    private readonly Dictionary<UnitName, Unit> _units = [];
    private readonly Dictionary<Unit, Dictionary<Relation, OrderedUnits>> _relations = [];
    private readonly Dictionary<Unit, int> _incoming = [];
    private readonly List<Unit> _all = [];

    /// <summary>Each unit once, in the order of loading.</summary>
    public IReadOnlyList<Unit> All => _all;

    public bool TryGet(UnitName name, [NotNullWhen(true)] out Unit? unit) => _units.TryGetValue(name, out unit);

    public IReadOnlyList<Unit> Of(Unit unit, Relation relation) =>
        _relations.TryGetValue(unit, out var relations) && relations.TryGetValue(relation, out var list) ? list.All : [];

    public bool Has(Unit unit, Relation relation, Unit other) =>
        _relations.TryGetValue(unit, out var relations) && relations.TryGetValue(relation, out var list) && list.Contains(other);

    /// <summary>Loads a unit and, in turn, every unit that it names.</summary>
    /// <returns>The unit, and those that were new.</returns>
    public (Unit Unit, IReadOnlyList<Unit> New) Load(UnitName name)
    {
        if (_units.TryGetValue(name, out var known))
            return (known, []);
        var found = new List<Unit>();
        var queue = new Queue<UnitName>([name]);
        while (queue.TryDequeue(out var next))
            if (!_units.ContainsKey(next))
            {
                var unit = Register(loader.Load(next), next);
                if (_relations.ContainsKey(unit))
                    continue;
                found.Add(unit);
                _relations[unit] = [];
                foreach (var (_, targets) in Dependencies(unit.Definition))
                    foreach (var target in targets)
                        queue.Enqueue(target);
            }
        foreach (var unit in found)
            Connect(unit);
        foreach (var unit in found)
            OrderTarget(unit);
        return (_units[name], found);
    }

    /// <summary>Reads the files again of all that has state and rebuilds the relations; the rest is loaded anew when named.</summary>
    public void Reload()
    {
        var kept = _all.Where(u => !u.IsInactiveOrFailed || u.Active == ActiveState.Failed || u.Job is not null).ToList();
        _units.Clear();
        _relations.Clear();
        _incoming.Clear();
        _all.Clear();
        foreach (var unit in kept)
        {
            unit.Definition = loader.Load(unit.Name) is var fresh && fresh.Name == unit.Name ? fresh : unit.Definition;
            _all.Add(unit);
            _units[unit.Name] = unit;
            foreach (var alias in unit.Definition.Aliases)
                _units.TryAdd(alias, unit);
            _relations[unit] = [];
        }
        foreach (var unit in kept)
            foreach (var (_, targets) in Dependencies(unit.Definition))
                foreach (var target in targets)
                    Load(target);
        foreach (var unit in kept)
            Connect(unit);
        foreach (var unit in kept)
            OrderTarget(unit);
    }

    /// <summary>Those of <paramref name="candidates"/> that no unit outside of them names, directly or in turn: units that only name each other go together.</summary>
    public IReadOnlyCollection<Unit> Unreferenced(IEnumerable<Unit> candidates)
    {
        var result = candidates.ToHashSet();
        var inside = new Dictionary<Unit, int>();
        foreach (var target in result.SelectMany(Named))
            inside[target] = inside.GetValueOrDefault(target) + 1;
        var kept = new Stack<Unit>(result.Where(u => _incoming.GetValueOrDefault(u) > inside.GetValueOrDefault(u)));
        while (kept.TryPop(out var unit))
            if (result.Remove(unit))
                foreach (var target in Named(unit))
                    kept.Push(target);
        return result;
    }

    private IEnumerable<Unit> Named(Unit unit)
    {
        foreach (var (_, targets) in Dependencies(unit.Definition))
            foreach (var name in targets)
                if (_units.TryGetValue(name, out var target) && target != unit)
                    yield return target;
    }

    /// <summary>Forgets a unit that nobody names and that has no state.</summary>
    public void Remove(Unit unit)
    {
        foreach (var (relation, targets) in _relations[unit])
            foreach (var target in targets.All)
                _relations[target][Inverse(relation)].Remove(unit);
        foreach (var target in Named(unit))
            _incoming[target]--;
        _all.Remove(unit);
        foreach (var name in _units.Where(u => u.Value == unit).Select(u => u.Key).ToList())
            _units.Remove(name);
        _relations.Remove(unit);
        _incoming.Remove(unit);
    }

    private Unit Register(UnitDefinition definition, UnitName asked)
    {
        if (!_units.TryGetValue(definition.Name, out var unit))
        {
            unit = create(definition);
            _all.Add(unit);
            _units[definition.Name] = unit;
        }
        _units[asked] = unit;
        foreach (var alias in definition.Aliases)
            _units.TryAdd(alias, unit);
        return unit;
    }

    private IEnumerable<(Relation Relation, IEnumerable<UnitName> Targets)> Dependencies(UnitDefinition definition)
    {
        foreach (var (kind, targets) in definition.Dependencies)
            yield return ((Relation)kind, targets);
        foreach (var (relation, target) in DefaultDependencies.Of(definition, isSystem))
            yield return (relation, [UnitName.Parse(target)]);
    }

    private void Connect(Unit unit)
    {
        foreach (var (relation, targets) in Dependencies(unit.Definition))
            foreach (var name in targets)
                if (_units.TryGetValue(name, out var target) && target != unit)
                {
                    Add(unit, relation, target);
                    _incoming[target] = _incoming.GetValueOrDefault(target) + 1;
                }
    }

    /// <summary>A target comes after what it pulls in, unless either side says otherwise (systemd.target(5), "Default Dependencies").</summary>
    private void OrderTarget(Unit unit)
    {
        if (unit.Name.Type != UnitType.Target || !unit.Definition.DefaultDependencies)
            return;
        foreach (var relation in (ReadOnlySpan<Relation>)[Relation.Requires, Relation.Wants, Relation.BindsTo, Relation.Requisite, Relation.PartOf])
            foreach (var other in Of(unit, relation).ToList())
                if (other.Definition.DefaultDependencies && other.Definition.LoadState == LoadState.Loaded
                    && !Has(unit, Relation.Before, other))
                    Add(unit, Relation.After, other);
    }

    private void Add(Unit unit, Relation relation, Unit target)
    {
        AddOneWay(unit, relation, target);
        AddOneWay(target, Inverse(relation), unit);
    }

    private void AddOneWay(Unit unit, Relation relation, Unit target)
    {
        var relations = _relations[unit];
        if (!relations.TryGetValue(relation, out var list))
            relations[relation] = list = new();
        list.Add(target);
    }

    /// <summary>Units in the order they came, each once. Most lists are short; those of the big targets hold thousands.</summary>
    private sealed class OrderedUnits
    {
        private const int Few = 8;
        private readonly List<Unit> _list = [];
        private HashSet<Unit>? _set;

        public IReadOnlyList<Unit> All => _list;

        public bool Contains(Unit unit) => _set?.Contains(unit) ?? _list.Contains(unit);

        public void Add(Unit unit)
        {
            if (Contains(unit))
                return;
            _list.Add(unit);
            if (_set is not null)
                _set.Add(unit);
            else if (_list.Count > Few)
                _set = [.. _list];
        }

        public void Remove(Unit unit)
        {
            _list.Remove(unit);
            _set?.Remove(unit);
        }
    }

    private static Relation Inverse(Relation relation) => relation switch
    {
        Relation.Requires => Relation.RequiredBy,
        Relation.Requisite => Relation.RequisiteOf,
        Relation.Wants => Relation.WantedBy,
        Relation.BindsTo => Relation.BoundBy,
        Relation.PartOf => Relation.ConsistsOf,
        Relation.Upholds => Relation.UpheldBy,
        Relation.Conflicts => Relation.ConflictedBy,
        Relation.Before => Relation.After,
        Relation.After => Relation.Before,
        Relation.OnFailure => Relation.OnFailureOf,
        Relation.OnSuccess => Relation.OnSuccessOf,
        Relation.PropagatesReloadTo => Relation.ReloadPropagatedFrom,
        Relation.ReloadPropagatedFrom => Relation.PropagatesReloadTo,
        Relation.PropagatesStopTo => Relation.StopPropagatedFrom,
        Relation.StopPropagatedFrom => Relation.PropagatesStopTo,
        Relation.JoinsNamespaceOf => Relation.JoinsNamespaceOf,
        Relation.RequiredBy => Relation.Requires,
        Relation.RequisiteOf => Relation.Requisite,
        Relation.WantedBy => Relation.Wants,
        Relation.BoundBy => Relation.BindsTo,
        Relation.ConsistsOf => Relation.PartOf,
        Relation.UpheldBy => Relation.Upholds,
        Relation.ConflictedBy => Relation.Conflicts,
        Relation.OnFailureOf => Relation.OnFailure,
        Relation.OnSuccessOf => Relation.OnSuccess,
        Relation.Triggers => Relation.TriggeredBy,
        Relation.TriggeredBy => Relation.Triggers,
    };
}
