using System.Diagnostics.CodeAnalysis;
using Sereno.Manager.Units;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Manager.Graph;

/// <summary>All loaded units, by every name they have, and their relations both ways, those of default dependencies included.</summary>
/// <param name="discover">Completes a definition by what the machine has: a mount point or device needs no file.</param>
public sealed partial class UnitGraph(IUnitLoader loader, Func<UnitDefinition, UnitDefinition> discover, Func<UnitDefinition, Unit> create, bool isSystem)
{
    private readonly Dictionary<UnitName, Unit> _units = [];
    private readonly List<Unit> _all = [];
    private const int Few = 16;
    private (UnitDefinition Of, (Relation Relation, UnitName Target)[] All)? _latest;

    /// <summary>Each unit once, in the order of loading.</summary>
    public IReadOnlyList<Unit> All => _all;

    public bool TryGet(UnitName name, [NotNullWhen(true)] out Unit? unit) => _units.TryGetValue(name, out unit);

    public IReadOnlyList<Unit> Of(Unit unit, Relation relation) => unit.Links.Of(relation) ?? (IReadOnlyList<Unit>)[];

    public bool Has(Unit unit, Relation relation, Unit other) => unit.Links.Of(relation)?.Contains(other) == true;

    /// <summary>Loads a unit and, in turn, every unit that it names.</summary>
    /// <returns>The unit, and those that were new.</returns>
    public (Unit Unit, IReadOnlyList<Unit> New) Load(UnitName name)
    {
        if (_units.TryGetValue(name, out var known))
            return (known, []);
        var found = Follow([name], []);
        Connect(found);
        return (_units[name], found);
    }

    /// <summary>A unit that wasn't found before may have got its file since; its place in the relations is kept.</summary>
    /// <returns>Null when it still isn't there.</returns>
    public (Unit Unit, IReadOnlyList<Unit> New)? LoadAgain(Unit missing)
    {
        var definition = discover(loader.Load(missing.Name));
        if (definition.LoadState == LoadState.NotFound || definition.Name != missing.Name)
            return null;
        var links = missing.Links;
        Unindex([missing]);
        var unit = Register(definition, missing.Name);
        unit.NamedBy = missing.NamedBy;
        foreach (var (relation, units) in links.All)
            foreach (var other in units)
            {
                other.Links.Of(relation.Inverse())?.Remove(missing);
                Add(unit, relation, other);
            }
        var found = Follow(Targets(unit), [unit]);
        Connect(found);
        return (unit, found);
    }

    /// <summary>Reads the files again of all that has state and rebuilds the relations; the rest is loaded anew when named.</summary>
    /// <param name="isReferenced">Units that are kept although they have none.</param>
    public void Reload(Predicate<Unit>? isReferenced = null)
    {
        var kept = _all.Where(u => !u.IsInactiveOrFailed || u.Active == ActiveState.Failed || u.Job is not null || isReferenced?.Invoke(u) == true).ToList();
        _units.Clear();
        _all.Clear();
        _mounts.Clear();
        foreach (var unit in kept)
        {
            unit.Definition = discover(loader.Load(unit.Name)) is var fresh && fresh.Name == unit.Name ? fresh : unit.Definition;
            (unit.Links, unit.NamedBy) = (new(), 0);
            _all.Add(unit);
            _units[unit.Name] = unit;
            foreach (var alias in unit.Definition.Aliases)
                _units.TryAdd(alias, unit);
        }
        Connect(Follow(kept.SelectMany(Targets), kept));
    }

    /// <summary>Reads one unit's files again; what it named before and no longer names stays related until the next reload.</summary>
    public void Refresh(Unit unit)
    {
        if (loader.Load(unit.Name) is not { LoadState: LoadState.Loaded } fresh || fresh.Name != unit.Name)
            return;
        foreach (var target in Named(unit))
            target.NamedBy--;
        unit.Definition = fresh;
        var found = Follow(Targets(unit), []);
        Connect([unit, .. found]);
    }

    /// <summary>Those of <paramref name="candidates"/> that no unit outside of them names, directly or in turn: units that only name each other go together.</summary>
    public IReadOnlyCollection<Unit> Unreferenced(IEnumerable<Unit> candidates)
    {
        var result = candidates.ToHashSet();
        var inside = new Dictionary<Unit, int>();
        foreach (var target in result.SelectMany(Named))
            inside[target] = inside.GetValueOrDefault(target) + 1;
        var kept = new Stack<Unit>(result.Where(u => u.NamedBy > inside.GetValueOrDefault(u)));
        while (kept.TryPop(out var unit))
            if (result.Remove(unit))
                foreach (var target in Named(unit))
                    kept.Push(target);
        return result;
    }

    /// <summary>Forgets units that nobody names and that have no state.</summary>
    public void Remove(IReadOnlyCollection<Unit> units)
    {
        foreach (var unit in units)
        {
            foreach (var target in Named(unit))
                target.NamedBy--;
            foreach (var (relation, others) in unit.Links.All)
                foreach (var other in others)
                    other.Links.Of(relation.Inverse())?.Remove(unit);
        }
        foreach (var unit in units)
            ForgetMounts(unit);
        Unindex(units);
    }

    /// <summary>Those who go by one name only, as who served a connection, are found by it, and as a rule at the end.</summary>
    private void Unindex(IReadOnlyCollection<Unit> units)
    {
        if (units.Count <= Few && units.All(u => u is { HasOtherNames: false, Definition.Aliases.IsEmpty: true }))
        {
            foreach (var unit in units)
            {
                _units.Remove(unit.Name);
                if (_all.LastIndexOf(unit) is >= 0 and var at)
                    _all.RemoveAt(at);
            }
            return;
        }
        var set = units.ToHashSet();
        _all.RemoveAll(set.Contains);
        foreach (var name in _units.Where(u => set.Contains(u.Value)).Select(u => u.Key).ToList())
            _units.Remove(name);
    }

    /// <summary>Loads what is named and isn't there yet, in turn; a work list, for chains may be ten thousand units long.</summary>
    private List<Unit> Follow(IEnumerable<UnitName> names, List<Unit> found)
    {
        var queue = new Queue<UnitName>(names);
        while (queue.TryDequeue(out var next))
        {
            if (_units.ContainsKey(next))
                continue;
            var definition = discover(loader.Load(next));
            bool isNew = !_units.ContainsKey(definition.Name);
            var unit = Register(definition, next);
            if (!isNew)
                continue;
            found.Add(unit);
            foreach (var target in Targets(unit))
                queue.Enqueue(target);
        }
        return found;
    }

    private IEnumerable<UnitName> Targets(Unit unit) =>
        Dependencies(unit.Definition).Select(d => d.Target).Concat(LoadableMounts(unit.Definition));

    private Unit Register(UnitDefinition definition, UnitName asked)
    {
        if (!_units.TryGetValue(definition.Name, out var unit))
        {
            unit = create(definition);
            _all.Add(unit);
            _units[definition.Name] = unit;
        }
        unit.HasOtherNames |= asked != definition.Name;
        _units[asked] = unit;
        foreach (var alias in definition.Aliases)
            _units.TryAdd(alias, unit);
        return unit;
    }

    /// <summary>Asked for several times while a unit comes and goes, and the same for all instances that share what was read of their template.</summary>
    private (Relation Relation, UnitName Target)[] Dependencies(UnitDefinition definition)
    {
        bool isShared = definition is { Service: not null, LoadState: LoadState.Loaded, Name.IsInstance: true };
        if (isShared && _latest is var (of, known) && ReferenceEquals(of.Service, definition.Service) && ReferenceEquals(of.Dependencies, definition.Dependencies)
            && of.Slice == definition.Slice && of.DefaultDependencies == definition.DefaultDependencies)
            return known;
        (Relation, UnitName)[] all =
        [
            .. definition.Dependencies.SelectMany(d => d.Value.Select(target => ((Relation)d.Key, target))),
            .. ImplicitDependencies.Of(definition, isSystem),
        ];
        if (isShared)
            _latest = (definition, all);
        return all;
    }

    private IEnumerable<Unit> Named(Unit unit)
    {
        foreach (var (_, name) in Dependencies(unit.Definition))
            if (_units.TryGetValue(name, out var target) && target != unit)
                yield return target;
    }

    /// <summary>The units whose definitions name this one.</summary>
    public IEnumerable<Unit> NamersOf(Unit unit) =>
        unit.Links.All.SelectMany(l => l.Units).Distinct().Where(other => Named(other).Contains(unit));

    private void Connect(List<Unit> units)
    {
        foreach (var unit in units)
            foreach (var (relation, name) in Dependencies(unit.Definition))
                if (_units.TryGetValue(name, out var target) && target != unit)
                {
                    Add(unit, relation, target);
                    target.NamedBy++;
                }
        foreach (var unit in units)
            ConnectMounts(unit);
        foreach (var unit in units)
            OrderTarget(unit);
    }

    /// <summary>A target comes after what it pulls in, unless either side says otherwise (systemd.target(5), "Default Dependencies").</summary>
    private void OrderTarget(Unit unit)
    {
        if (unit.Name.Type != UnitType.Target || !unit.Definition.DefaultDependencies)
            return;
        foreach (var relation in (ReadOnlySpan<Relation>)[Relation.Requires, Relation.Wants, Relation.BindsTo, Relation.Requisite, Relation.PartOf, Relation.Upholds])
            foreach (var other in Of(unit, relation))
                if (other.Definition.DefaultDependencies && other.Definition.LoadState == LoadState.Loaded
                    && !Has(unit, Relation.Before, other))
                    Add(unit, Relation.After, other);
    }

    private static void Add(Unit unit, Relation relation, Unit target)
    {
        unit.Links.Add(relation, target);
        target.Links.Add(relation.Inverse(), unit);
    }
}
