using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Manager.Graph;

/// <summary>
/// What a unit depends on without saying so: the "Implicit Dependencies" and "Default Dependencies" of systemd.service(5) and
/// its siblings. A function of the definition alone; those that hang on what else is there are the graph's.
/// </summary>
public static class ImplicitDependencies
{
    private static readonly UnitName s_sysinit = N("sysinit.target"), s_basic = N("basic.target"), s_shutdown = N("shutdown.target"), s_umount = N("umount.target"),
        s_sockets = N("sockets.target"), s_timers = N("timers.target"), s_paths = N("paths.target"), s_swap = N("swap.target"),
        s_localFs = N("local-fs.target"), s_localFsPre = N("local-fs-pre.target"), s_remoteFs = N("remote-fs.target"), s_remoteFsPre = N("remote-fs-pre.target"),
        s_network = N("network.target"), s_networkOnline = N("network-online.target"), s_timeSync = N("time-sync.target"), s_timeSet = N("time-set.target"),
        s_dbusSocket = N("dbus.socket");

    public static IEnumerable<(Relation Relation, UnitName Target)> Of(UnitDefinition definition, bool isSystem)
    {
        if (definition.LoadState != LoadState.Loaded)
            yield break;
        foreach (var dependency in Implicit(definition, isSystem))
            yield return dependency;
        if (definition.DefaultDependencies && definition.Name != s_shutdown)
            foreach (var dependency in Default(definition, isSystem))
                yield return dependency;
    }

    private static IEnumerable<(Relation, UnitName)> Implicit(UnitDefinition definition, bool isSystem)
    {
        if ((definition.Slice ?? SlicePath.Default(definition.Name, isSystem)) is { } slice && IsPlaced(definition))
        {
            yield return (Relation.InSlice, slice);
            yield return (Relation.Requires, slice);
            yield return (Relation.After, slice);
        }
        if (definition.Triggers is { } triggered)
        {
            yield return (Relation.Triggers, triggered);
            yield return (Relation.Before, triggered);
        }
        // systemd requires it; here the bus may be somebody else's, or missing, and the service says so itself.
        if (definition.Service is { Type: ServiceType.Dbus } && isSystem)
        {
            yield return (Relation.Wants, s_dbusSocket);
            yield return (Relation.After, s_dbusSocket);
        }
        if (definition is { Mount: { } mount, Name.Type: UnitType.Mount or UnitType.Swap } && mount.What.StartsWith("/dev/", StringComparison.Ordinal)
            && UnitName.FromPath(mount.What, UnitType.Device) is { } device && !mount.HasOption("bind"))
        {
            yield return (Relation.BindsTo, device);
            yield return (Relation.After, device);
        }
    }

    /// <summary>A mount that nobody wrote a file for was there before us, and isn't ours to order.</summary>
    private static bool IsPlaced(UnitDefinition definition) => definition.Name.Type != UnitType.Mount || definition.FragmentPath is not null;

    private static IEnumerable<(Relation, UnitName)> Default(UnitDefinition definition, bool isSystem) => definition.Name.Type switch
    {
        UnitType.Service => Service(isSystem),
        UnitType.Target or UnitType.Slice or UnitType.Scope => Until(s_shutdown),
        UnitType.Socket => [(Relation.Before, s_sockets), .. Early(isSystem), .. Until(s_shutdown)],
        UnitType.Timer => [(Relation.Before, s_timers), .. Early(isSystem), .. Clock(definition, isSystem), .. Until(s_shutdown)],
        UnitType.Path => [(Relation.Before, s_paths), .. Early(isSystem), .. Until(s_shutdown)],
        UnitType.Mount => definition is { FragmentPath: null, IsTransient: false } || !isSystem ? [] : Mount(definition.Mount!),
        UnitType.Automount => [(Relation.Before, s_localFs), (Relation.After, s_localFsPre), .. Until(s_umount)],
        UnitType.Swap => [(Relation.Before, s_swap), .. Until(s_umount)],
        UnitType.Device => [],
    };

    private static IEnumerable<(Relation, UnitName)> Service(bool isSystem) =>
    [
        (Relation.Requires, isSystem ? s_sysinit : s_basic), .. isSystem ? [(Relation.After, s_sysinit)] : Array.Empty<(Relation, UnitName)>(),
        (Relation.After, s_basic), .. Until(s_shutdown),
    ];

    private static (Relation, UnitName)[] Early(bool isSystem) => isSystem ? [(Relation.Requires, s_sysinit), (Relation.After, s_sysinit)] : [];

    /// <summary>Calendar events want the right time first.</summary>
    private static (Relation, UnitName)[] Clock(UnitDefinition definition, bool isSystem) =>
        isSystem && definition.Timer is { } timer && timer.Values.Any(v => v.Calendar is not null) ? [(Relation.After, s_timeSet), (Relation.After, s_timeSync)] : [];

    private static (Relation, UnitName)[] Until(UnitName target) => [(Relation.Conflicts, target), (Relation.Before, target)];

    private static IEnumerable<(Relation, UnitName)> Mount(MountDefinition mount)
    {
        foreach (var (relation, target) in Until(s_umount))
            yield return (relation, target);
        var (ready, begins) = mount.IsNetwork ? (s_remoteFs, s_remoteFsPre) : (s_localFs, s_localFsPre);
        if (!mount.HasOption("nofail"))
            yield return (Relation.Before, ready);
        yield return (Relation.After, begins);
        if (!mount.IsNetwork)
            yield break;
        yield return (Relation.After, s_network);
        yield return (Relation.Wants, s_networkOnline);
        yield return (Relation.After, s_networkOnline);
    }

    /// <summary>Paths that must be mounted first (systemd.unit(5), RequiresMountsFor=; systemd.exec(5), "Implicit Dependencies").</summary>
    public static IEnumerable<string> MountPaths(UnitDefinition definition)
    {
        IEnumerable<string> paths = definition.Jobs.RequiresMountsFor;
        if (definition.Service?.Exec.WorkingDirectory is { Path: ['/', ..] directory })
            paths = paths.Append(directory);
        if (definition.Mount is { Where: { Length: > 1 } where })
            paths = paths.Append(where[..Math.Max(where.LastIndexOf('/'), 1)]); // the folder that it is in
        if (definition.Mount is { HasSourcePath: true } mount && !mount.What.StartsWith("/dev/", StringComparison.Ordinal))
            paths = paths.Append(mount.What);
        return paths;
    }

    private static UnitName N(string name) => UnitName.Parse(name);
}
