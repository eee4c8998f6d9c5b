using System.Collections;
using System.Collections.Immutable;
using Sereno.Linux;
using Sereno.Manager.Machine;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno;

/// <summary>
/// Which Sereno: where its sockets, state and logs are, and where its units come from. With --dir all of it is in that
/// folder; otherwise root has the system's paths and everybody else the XDG ones.
/// </summary>
public sealed record Instance
{
    /// <summary>--dir, absolute; null for the machine's or the account's own instance.</summary>
    public string? Folder { get; private init; }
    public required string RuntimeFolder { get; init; }
    public required string LogFolder { get; init; }

    /// <summary>What isn't kept over a boot (journald.conf(5), Storage=volatile), or not yet flushed.</summary>
    public string VolatileLogFolder => IsSystem ? "/run/log/journal" : $"{RuntimeFolder}/journal/log";

    public string[] LogFolders => [VolatileLogFolder, LogFolder];
    public required UnitPaths Paths { get; init; }

    /// <summary>Read when they are asked for: most verbs need no more than a socket's path.</summary>
    public SpecifierContext Specifiers => _specifiers ??= ReadSpecifiers();
    private SpecifierContext? _specifiers;

    /// <summary>Where the journal is asked to rotate, and so on (io.systemd.Journal).</summary>
    public string JournalSocket => $"{(IsSystem ? "/run/systemd" : RuntimeFolder)}/journal/io.systemd.journal";

    /// <summary>As given by --unit-path or SYSTEMD_UNIT_PATH, made absolute.</summary>
    public string? UnitPath { get; private init; }

    /// <summary>Of root: sysinit.target comes before everything.</summary>
    public required bool IsRoot { get; init; }

    /// <summary>The machine's own manager, whom systemctl finds without being told.</summary>
    public bool IsSystem => IsRoot && Folder is null;

    /// <summary>The D-Bus peer socket.</summary>
    public string BusPath => $"{RuntimeFolder}/private";
    public const string SystemBusPath = "/run/systemd/private";

    /// <summary>Where the names of Type=dbus services are owned: the system's bus, or the account's.</summary>
    public string MessageBusPath => IsRoot ? AddressOf("DBUS_SYSTEM_BUS_ADDRESS") ?? "/run/dbus/system_bus_socket"
        : AddressOf("DBUS_SESSION_BUS_ADDRESS") ?? $"{Variable("XDG_RUNTIME_DIR") ?? $"/run/user/{Self.Uid}"}/bus";

    /// <summary>The first address of a list that is a Unix socket's (D-Bus specification, "Server Addresses").</summary>
    private static string? AddressOf(string variable)
    {
        foreach (string address in (Variable(variable) ?? "").Split(';'))
            if (address.StartsWith("unix:", StringComparison.Ordinal))
                foreach (string pair in address[5..].Split(','))
                    if (pair.StartsWith("path=", StringComparison.Ordinal))
                        return Uri.UnescapeDataString(pair[5..]);
                    else if (pair.StartsWith("abstract=", StringComparison.Ordinal))
                        return "@" + Uri.UnescapeDataString(pair[9..]);
        return null;
    }


    /// <summary>The system's own is where systemd's is: containers and tools bind it by that path.</summary>
    public string NotifyFolder => IsSystem ? "/run/systemd" : RuntimeFolder;
    public string LockPath => $"{RuntimeFolder}/lock";

    /// <param name="unitPath">--unit-path; null leaves it to SYSTEMD_UNIT_PATH.</param>
    public static Instance Resolve(string? folder, string? unitPath)
    {
        bool root = Self.Uid == 0;
        folder = folder is null ? null : Path.GetFullPath(folder).TrimEnd('/');
        unitPath ??= Environment.GetEnvironmentVariable("SYSTEMD_UNIT_PATH");
        unitPath = unitPath is null ? null : string.Join(':', unitPath.Split(':').Select(p => p.Length == 0 ? p : Path.GetFullPath(p)));
        var paths = root ? UnitPaths.System(unitPath) : UnitPaths.User(unitPath);
        // Generators of an instance that is not the machine's own write where no systemd looks.
        UnitPaths Own(UnitPaths all, string run) => all.WithGenerators($"{run}/generator", $"{run}/generator.early", $"{run}/generator.late");
        if (folder is not null)
            return new()
            {
                Folder = folder,
                UnitPath = unitPath,
                IsRoot = root,
                RuntimeFolder = $"{folder}/run",
                LogFolder = $"{folder}/log",
                // What is enabled here stays here.
                Paths = Own(paths with
                {
                    PersistentConfig = $"{folder}/etc/units",
                    RuntimeConfig = $"{folder}/run/units",
                    PersistentControl = $"{folder}/etc/units.control",
                    RuntimeControl = $"{folder}/run/units.control",
                    Transient = $"{folder}/run/transient",
                    Search = [$"{folder}/etc/units.control", $"{folder}/run/units.control", $"{folder}/run/transient", $"{folder}/etc/units", $"{folder}/run/units", .. paths.Search.Where(p => p != paths.PersistentConfig && p != paths.RuntimeConfig)],
                }, $"{folder}/run"),
            };
        if (root)
            return new() { UnitPath = unitPath, IsRoot = true, RuntimeFolder = "/run/sereno", LogFolder = "/var/log/journal", Paths = paths };
        var facts = HostFacts.Read(user: true);
        string state = $"{Variable("XDG_STATE_HOME") ?? facts.HomeDirectory + "/.local/state"}/sereno";
        string runtime = Variable("XDG_RUNTIME_DIR") is { } run ? $"{run}/sereno" : $"{state}/run";
        return new()
        {
            UnitPath = unitPath,
            IsRoot = false,
            RuntimeFolder = runtime,
            LogFolder = $"{state}/log",
            Paths = Own(paths, runtime),
            _specifiers = facts,
        };
    }

    private SpecifierContext ReadSpecifiers()
    {
        var facts = HostFacts.Read(user: !IsRoot);
        return Folder is null ? facts : facts with
        {
            RuntimeRoot = $"{Folder}/run",
            StateRoot = $"{Folder}/state",
            CacheRoot = $"{Folder}/cache",
            LogsRoot = $"{Folder}/log",
            ConfigurationRoot = $"{Folder}/etc",
        };
    }

    /// <summary>Makes the folders, for everybody to read. The machine's logs survive a boot where somebody has made their folder (journald.conf(5), Storage=).</summary>
    public void Create()
    {
        const UnixFileMode open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead |
            UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        foreach (string path in IsSystem ? (string[])[RuntimeFolder] : [RuntimeFolder, LogFolder])
            Directory.CreateDirectory(path, open);
    }

    /// <summary>What tells a role which instance it is of.</summary>
    public IReadOnlyList<string> Arguments
    {
        get
        {
            var list = new List<string>();
            if (Folder is not null)
                list.AddRange(["--dir", Folder]);
            return list;
        }
    }

    public InstanceFacts Facts(string defaultTarget, string notifySocket)
    {
        var inherited = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToImmutableDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");
        // Root's services start from a clean slate; an account's from the account's environment (systemd.exec(5)).
        var environment = IsRoot
            ? inherited.Where(v => v.Key is "LANG" or "LC_ALL" or "LC_CTYPE" or "TZ").ToImmutableDictionary()
            : inherited.Remove("NOTIFY_SOCKET").Remove("SYSTEMD_UNIT_PATH");
        return new()
        {
            IsSystem = IsRoot,
            Uid = Self.Uid,
            Roots = new Dictionary<DirectoryKind, string>
            {
                [DirectoryKind.Runtime] = Specifiers.RuntimeRoot,
                [DirectoryKind.State] = Specifiers.StateRoot,
                [DirectoryKind.Cache] = Specifiers.CacheRoot,
                [DirectoryKind.Logs] = Specifiers.LogsRoot,
                [DirectoryKind.Configuration] = Specifiers.ConfigurationRoot,
            }.ToImmutableDictionary(),
            NotifySocket = notifySocket,
            SandboxFolder = $"{RuntimeFolder}/sandbox",
            BootId = Specifiers.BootId ?? "",
            Environment = environment.SetItem("PATH", Manager.Spawn.PlanBuilder.DefaultPath),
            ManagerEnvironment = inherited,
            DefaultTarget = defaultTarget,
            // As systemd's: the machine's below /var/lib, an account's below its own data.
            TimerFolder = IsRoot || Folder is not null ? $"{Specifiers.StateRoot}/systemd/timers"
                : $"{Variable("XDG_DATA_HOME") ?? Specifiers.HomeDirectory + "/.local/share"}/systemd/timers",
            BeganAt = Began(),
            HasSystemJournal = IsSystem,
            IsContainer = Roles.Conditions.Detect() != "none",
            Architecture = HostFacts.ArchitectureName(),
            EffectiveCapabilities = Self.EffectiveCapabilities,
        };
    }

    /// <summary>When our keeper was started: managers come and go.</summary>
    private static ulong Began() => ProcessTable.Stat(Self.ParentPid) is { } keeper ? keeper.StartTicks * 10_000 : Roles.Clock.Now.Monotonic;

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
