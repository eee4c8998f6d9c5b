using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager.Graph;

/// <summary>Mount units of the paths that units need: those that have a file are required, those that are just mounted come first.</summary>
public sealed partial class UnitGraph
{
    /// <summary>Who needs a path below each possible mount point.</summary>
    private readonly Dictionary<UnitName, List<Unit>> _mounts = [];

    /// <summary>Most parents of a path are no mount points: their units are not made just to say so.</summary>
    private IEnumerable<UnitName> LoadableMounts(UnitDefinition definition)
    {
        if (definition.LoadState == LoadState.Loaded)
            foreach (var name in MountNames(definition))
                if (_mounts.TryAdd(name, []) && discover(loader.Load(name)).LoadState == LoadState.Loaded)
                    yield return name;
    }

    private void ConnectMounts(Unit unit)
    {
        if (unit.Definition.LoadState != LoadState.Loaded)
            return;
        foreach (var name in MountNames(unit.Definition))
        {
            if (!_mounts.TryGetValue(name, out var users))
                _mounts[name] = users = [];
            users.Add(unit);
            if (_units.TryGetValue(name, out var mount))
                Need(unit, mount);
        }
        if (unit.Name.Type == UnitType.Mount && _mounts.TryGetValue(unit.Name, out var waiting))
            foreach (var user in waiting)
                Need(user, unit);
    }

    private static void Need(Unit unit, Unit mount)
    {
        if (unit == mount || mount.Definition.LoadState != LoadState.Loaded)
            return;
        Add(unit, Relation.After, mount);
        if (mount.Definition.FragmentPath is not null)
            Add(unit, Relation.Requires, mount);
    }

    private void ForgetMounts(Unit unit)
    {
        foreach (var name in MountNames(unit.Definition))
            if (_mounts.TryGetValue(name, out var users) && users.Remove(unit) && users.Count == 0)
                _mounts.Remove(name);
    }

    /// <summary>Somebody has something below the mount point.</summary>
    public bool IsMountNeeded(Unit mount) => _mounts.TryGetValue(mount.Name, out var users) && users.Any(u => u != mount);

    private static IEnumerable<UnitName> MountNames(UnitDefinition definition)
    {
        foreach (string path in ImplicitDependencies.MountPaths(definition))
        {
            for (string prefix = path; prefix.Length > 1; prefix = prefix[..Math.Max(prefix.LastIndexOf('/'), 0)])
                if (UnitName.FromPath(prefix, UnitType.Mount) is { } name)
                    yield return name;
            yield return s_root;
        }
    }

    private static readonly UnitName s_root = UnitName.Parse("-.mount");
}
