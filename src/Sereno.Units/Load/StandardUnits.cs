using System.Collections.Immutable;
using Sereno.Units.Model;

namespace Sereno.Units.Load;

/// <summary>
/// The targets of systemd.special(7) that every unit may name, for machines without systemd's own files; a file on
/// the search path always comes first. And the units whose work is Sereno's own here: they are there, and never run.
/// </summary>
public sealed class StandardUnits(IUnitLoader files) : IUnitLoader
{
    private static readonly Dictionary<string, (string Description, string[] Requires, string[] Wants)> s_targets = new()
    {
        ["sysinit.target"] = ("System Initialization", [], ["local-fs.target", "swap.target"]),
        ["basic.target"] = ("Basic System", ["sysinit.target"], ["sockets.target", "timers.target", "paths.target", "slices.target"]),
        ["multi-user.target"] = ("Multi-User System", ["basic.target"], []),
        ["graphical.target"] = ("Graphical Interface", ["multi-user.target"], []),
        ["default.target"] = ("Default Target", ["multi-user.target"], []),
        ["rescue.target"] = ("Rescue Mode", ["sysinit.target"], []),
        ["sockets.target"] = ("Socket Units", [], []),
        ["timers.target"] = ("Timer Units", [], []),
        ["paths.target"] = ("Path Units", [], []),
        ["slices.target"] = ("Slice Units", [], []),
        ["local-fs.target"] = ("Local File Systems", [], []),
        ["local-fs-pre.target"] = ("Preparation for Local File Systems", [], []),
        ["remote-fs.target"] = ("Remote File Systems", [], []),
        ["remote-fs-pre.target"] = ("Preparation for Remote File Systems", [], []),
        ["swap.target"] = ("Swaps", [], []),
        ["network.target"] = ("Network", [], []),
        ["network-pre.target"] = ("Preparation for Network", [], []),
        ["network-online.target"] = ("Network is Online", [], []),
        ["nss-lookup.target"] = ("Host and Network Name Lookups", [], []),
        ["nss-user-lookup.target"] = ("User and Group Name Lookups", [], []),
        ["time-set.target"] = ("System Time Set", [], []),
        ["time-sync.target"] = ("System Time Synchronized", [], []),
        ["getty.target"] = ("Login Prompts", [], []),
        ["rpcbind.target"] = ("RPC Port Mapper", [], []),
        ["shutdown.target"] = ("System Shutdown", [], []),
        ["umount.target"] = ("Unmount All Filesystems", [], []),
    };

    /// <summary>journald's files would start a second journal beside ours, on the same sockets.</summary>
    private static readonly HashSet<string> s_provided =
    [
        "systemd-journald.service", "systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-journald-audit.socket",
        "systemd-journal-flush.service", "systemd-journal-catalog-update.service", "syslog.socket",
    ];

    /// <summary>There is such a unit even without a file.</summary>
    public static bool IsStandard(string name) => s_targets.ContainsKey(name);

    public UnitDefinition Load(UnitName name)
    {
        if (s_provided.Contains(name.Full))
            return Empty(name, "Provided by Sereno") with { DefaultDependencies = false }; // as journald's own files: they come before sysinit.target
        var loaded = files.Load(name);
        if (loaded.FragmentPath is not null || !s_targets.TryGetValue(name.Full, out var target))
            return loaded;
        bool isShutdown = name.Full is "shutdown.target" or "umount.target";
        ImmutableArray<UnitName> requires = [.. target.Requires.Select(UnitName.Parse)], wants = [.. target.Wants.Select(UnitName.Parse)];
        return Empty(name, target.Description) with
        {
            DefaultDependencies = !isShutdown,
            AllowIsolate = target.Requires.Length > 0,
            // A .wants/ folder counts even where the target's own file is missing: enable has put its links there.
            Dependencies = loaded.Dependencies
                .SetItem(Dependency.Requires, [.. requires, .. loaded.Of(Dependency.Requires)])
                .SetItem(Dependency.Wants, [.. wants, .. loaded.Of(Dependency.Wants)])
                .SetItem(Dependency.After, [.. requires, .. wants, .. loaded.Of(Dependency.After)]),
        };
    }

    private static UnitDefinition Empty(UnitName name, string description) => new() { Name = name, Description = description };
}
