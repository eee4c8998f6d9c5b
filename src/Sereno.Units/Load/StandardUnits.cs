using System.Collections.Immutable;
using Sereno.Units.Model;

namespace Sereno.Units.Load;

/// <summary>
/// The targets of systemd.special(7) that every unit may name, for machines without systemd's own files; a file on
/// the search path always comes first. And the units whose work is Sereno's own here: they
/// are there, and never run.
/// </summary>
/// <param name="isMachine">The instance is the machine's own.</param>
public sealed class StandardUnits(IUnitLoader files, bool isMachine = false) : IUnitLoader
{
    /// <summary>As systemd 252's file says it: what isn't said here is the default.</summary>
    private sealed record Target(string Description)
    {
        public string Requires { get; init; } = "";
        public string Wants { get; init; } = "";
        public string Conflicts { get; init; } = "";
        public string Before { get; init; } = "";

        /// <summary>Besides what it requires and wants.</summary>
        public string After { get; init; } = "";
        public bool Isolates { get; init; }
        public bool RefusesManualStart { get; init; }
        public bool DefaultDependencies { get; init; } = true;
        public bool StopWhenUnneeded { get; init; }
    }

    private static readonly Dictionary<string, Target> s_targets = new()
    {
        ["sysinit.target"] = new("System Initialization")
        {
            Wants = "local-fs.target swap.target", Conflicts = "emergency.service emergency.target", Before = "emergency.service emergency.target",
        },
        ["basic.target"] = new("Basic System") { Requires = "sysinit.target", Wants = "sockets.target timers.target paths.target slices.target" },
        ["multi-user.target"] = new("Multi-User System")
        {
            Requires = "basic.target", Conflicts = "rescue.service rescue.target", After = "rescue.service rescue.target", Isolates = true,
        },
        ["graphical.target"] = new("Graphical Interface")
        {
            Requires = "multi-user.target", Conflicts = "rescue.service rescue.target", After = "rescue.service rescue.target display-manager.service", Isolates = true,
        },
        // As a link to multi-user.target would be; a container's packages bring no display manager.
        ["default.target"] = new("Default Target") { Requires = "multi-user.target", Isolates = true },
        ["rescue.target"] = new("Rescue Mode") { Requires = "sysinit.target", Isolates = true },
        ["emergency.target"] = new("Emergency Mode") { Isolates = true },
        ["sockets.target"] = new("Socket Units"),
        ["timers.target"] = new("Timer Units") { DefaultDependencies = false, Conflicts = "shutdown.target" },
        ["paths.target"] = new("Path Units"),
        ["slices.target"] = new("Slice Units") { Wants = "-.slice system.slice" },
        ["local-fs.target"] = new("Local File Systems") { DefaultDependencies = false, Conflicts = "shutdown.target", After = "local-fs-pre.target" },
        ["local-fs-pre.target"] = new("Preparation for Local File Systems") { RefusesManualStart = true },
        ["remote-fs.target"] = new("Remote File Systems") { DefaultDependencies = false, Conflicts = "shutdown.target", After = "remote-fs-pre.target" },
        ["remote-fs-pre.target"] = new("Preparation for Remote File Systems") { RefusesManualStart = true },
        ["swap.target"] = new("Swaps"),
        ["cryptsetup.target"] = new("Local Encrypted Volumes"),
        ["cryptsetup-pre.target"] = new("Local Encrypted Volumes (Pre)") { RefusesManualStart = true, Before = "cryptsetup.target" },
        ["integritysetup.target"] = new("Local Integrity Protected Volumes"),
        ["veritysetup.target"] = new("Local Verity Protected Volumes"),
        ["network.target"] = new("Network") { After = "network-pre.target", RefusesManualStart = true },
        ["network-pre.target"] = new("Preparation for Network") { RefusesManualStart = true },
        ["network-online.target"] = new("Network is Online") { After = "network.target" },
        ["nss-lookup.target"] = new("Host and Network Name Lookups") { RefusesManualStart = true },
        ["nss-user-lookup.target"] = new("User and Group Name Lookups") { RefusesManualStart = true },
        ["time-set.target"] = new("System Time Set") { RefusesManualStart = true },
        ["time-sync.target"] = new("System Time Synchronized") { Wants = "time-set.target", RefusesManualStart = true },
        ["getty.target"] = new("Login Prompts"),
        ["getty-pre.target"] = new("Preparation for Logins") { RefusesManualStart = true },
        ["rpcbind.target"] = new("RPC Port Mapper") { RefusesManualStart = true },
        ["boot-complete.target"] = new("Boot Completion Check") { Requires = "sysinit.target" },
        ["first-boot-complete.target"] = new("First Boot Complete") { RefusesManualStart = true },
        ["printer.target"] = new("Printer Support") { StopWhenUnneeded = true },
        ["sound.target"] = new("Sound Card") { StopWhenUnneeded = true },
        ["bluetooth.target"] = new("Bluetooth Support") { StopWhenUnneeded = true },
        ["smartcard.target"] = new("Smart Card") { StopWhenUnneeded = true },
        ["sigpwr.target"] = new("Power Failure"),
        ["shutdown.target"] = new("System Shutdown") { DefaultDependencies = false, RefusesManualStart = true },
        ["umount.target"] = new("Unmount All Filesystems") { DefaultDependencies = false, RefusesManualStart = true },
        ["final.target"] = new("Late Shutdown Services") { DefaultDependencies = false, RefusesManualStart = true, After = "shutdown.target umount.target" },
    };

    /// <summary>journald's files would start a second journal beside ours, on the same sockets.</summary>
    private static readonly HashSet<string> s_provided =
    [
        "systemd-journald.service", "systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-journald-audit.socket",
        "systemd-journal-catalog-update.service",
    ];

    /// <summary>They speak to the machine's journal: of any other instance they would be a bother to it.</summary>
    private static readonly HashSet<string> s_ofMachine = ["systemd-journal-flush.service", "syslog.socket"];

    /// <summary>There is such a unit even without a file.</summary>
    public static bool IsStandard(string name) => s_targets.ContainsKey(name);

    public UnitDefinition Load(UnitName name)
    {
        if (s_provided.Contains(name.Full))
            return Empty(name, "Provided by Sereno") with { DefaultDependencies = false }; // as journald's own files: they come before sysinit.target
        var loaded = files.Load(name);
        if (s_ofMachine.Contains(name.Full) && (!isMachine || loaded is { FragmentPath: null, LoadState: LoadState.NotFound }))
            return Empty(name, "Provided by Sereno") with { DefaultDependencies = false };
        return loaded is { FragmentPath: null, LoadState: LoadState.NotFound } && s_targets.TryGetValue(name.Full, out var target)
            ? Build(name, target, loaded) : loaded;
    }

    /// <summary>A .wants/ folder counts even where the target's own file is missing: enable has put its links there.</summary>
    private static UnitDefinition Build(UnitName name, Target target, UnitDefinition loaded)
    {
        var dependencies = loaded.Dependencies;
        void Add(Dependency kind, string names)
        {
            if (names.Length > 0)
                dependencies = dependencies.SetItem(kind, [.. names.Split(' ').Select(UnitName.Parse), .. dependencies.GetValueOrDefault(kind, [])]);
        }
        Add(Dependency.Requires, target.Requires);
        Add(Dependency.Wants, target.Wants);
        Add(Dependency.Conflicts, target.Conflicts);
        Add(Dependency.Before, target.Before);
        Add(Dependency.After, string.Join(' ', ((string[])[target.Requires, target.Wants, target.After]).Where(s => s.Length > 0)));
        return Empty(name, target.Description) with
        {
            DefaultDependencies = target.DefaultDependencies,
            AllowIsolate = target.Isolates,
            RefuseManualStart = target.RefusesManualStart,
            StopWhenUnneeded = target.StopWhenUnneeded,
            Dependencies = dependencies,
        };
    }

    private static UnitDefinition Empty(UnitName name, string description) => new() { Name = name, Description = description };
}
