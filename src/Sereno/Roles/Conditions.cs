using Sereno.Linux;
using Sereno.Units.Load;

namespace Sereno.Roles;

/// <summary>The tests behind Condition*= and Assert*= (systemd.unit(5), "Conditions and Asserts"); negation is the caller's.</summary>
public sealed class Conditions
{
    private readonly UserDatabase _users = new();
    private string? _virtualization;

    /// <returns>Null for what can't be told here.</returns>
    public bool? Test(string kind, string argument)
    {
        try
        {
            return Ask(kind, argument);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // not ours to read
        }
    }

    private bool? Ask(string kind, string argument) => kind switch
    {
        "PathExists" => Path.Exists(argument),
        "PathExistsGlob" => new HostMachine().Glob(argument).Any(Path.Exists),
        "PathIsDirectory" => Directory.Exists(argument),
        "PathIsSymbolicLink" => new FileInfo(argument).LinkTarget is not null,
        "PathIsMountPoint" => IsMountPoint(argument),
        "PathIsReadWrite" => Path.Exists(argument) && !IsReadOnly(argument),
        "DirectoryNotEmpty" => Directory.Exists(argument) && Directory.EnumerateFileSystemEntries(argument).Any(e => !HiddenFiles.Contains(Path.GetFileName(e))),
        "FileNotEmpty" => new FileInfo(argument) is { Exists: true, Length: > 0 },
        "FileIsExecutable" => new HostMachine().IsExecutable(argument),
        "User" => argument == "@system" ? Self.Uid < 1000 : _users.User(argument)?.Uid == Self.Uid,
        "Group" => _users.Group(argument)?.Gid == Self.Gid,
        "Host" => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(argument, Environment.MachineName),
        "Architecture" => argument is "native" || argument == HostFacts.ArchitectureName(),
        "Virtualization" => Virtualization(argument),
        "KernelCommandLine" => KernelCommandLine(argument),
        "Environment" => argument.Split('=', 2) is [var name, var value]
            ? Environment.GetEnvironmentVariable(name) == value : Environment.GetEnvironmentVariable(argument) is not null,
        "Capability" => HasCapability(argument),
        "Security" => Security(argument),
        // The machine has been set up already: Sereno never boots it for the first time.
        "FirstBoot" => argument is "no" or "false" or "0",
        // An update of /usr that /etc or /var hasn't followed yet (systemd-update-done.service(8)).
        "NeedsUpdate" => Directory.GetLastWriteTimeUtc("/usr") > File.GetLastWriteTimeUtc(argument + "/.updated"),
        "ControlGroupController" => argument == "v2" ? Cgroup.Mount == "/sys/fs/cgroup" : argument == "v1" ? Cgroup.Mount != "/sys/fs/cgroup" : false,
        _ => null,
    };

    private static IEnumerable<string[]> Mounts() =>
        File.Exists("/proc/self/mountinfo") ? File.ReadLines("/proc/self/mountinfo").Select(l => l.Split(' ')) : [];

    private static bool IsMountPoint(string path) => Mounts().Any(m => m.Length > 5 && m[4] == path.TrimEnd('/'));

    private static bool IsReadOnly(string path)
    {
        var mount = Mounts().Where(m => m.Length > 5 && (m[4] == "/" || path == m[4] || path.StartsWith(m[4] + "/", StringComparison.Ordinal)))
            .MaxBy(m => m[4].Length);
        return mount is not null && (mount[5].Split(',').Contains("ro") || mount[^1].Split(',').Contains("ro"));
    }

    private bool? Virtualization(string argument)
    {
        _virtualization ??= Detect();
        return argument switch
        {
            "yes" or "true" or "1" => _virtualization != "none",
            "no" or "false" or "0" => _virtualization == "none",
            "container" => _virtualization != "none",
            "vm" => null, // only containers are looked for
            _ => _virtualization == argument,
        };
    }

    /// <summary>Containers only: that is what decides whether a unit makes sense here (systemd-detect-virt(1)).</summary>
    public static string Detect()
    {
        if (Environment.GetEnvironmentVariable("container") is { Length: > 0 } name)
            return name;
        if (File.Exists("/.dockerenv"))
            return "docker";
        if (File.Exists("/run/.containerenv"))
            return "podman";
        if (File.Exists("/proc/sys/kernel/osrelease") && File.ReadAllText("/proc/sys/kernel/osrelease").Contains("microsoft", StringComparison.OrdinalIgnoreCase))
            return "wsl";
        // Pid 1 of a namespace without more to go by is a container of some kind.
        return Self.Pid == 1 || ProcessTable.Stat(2)?.Comm != "kthreadd" ? "container-other" : "none";
    }

    private static bool KernelCommandLine(string argument)
    {
        if (!File.Exists("/proc/cmdline"))
            return false;
        var words = File.ReadAllText("/proc/cmdline").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return argument.Contains('=') ? words.Contains(argument) : words.Any(w => w == argument || w.StartsWith(argument + "=", StringComparison.Ordinal));
    }

    private static bool? HasCapability(string name)
    {
        // capability(7)'s order is the kernel's numbering.
        string[] names =
        [
            "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable",
            "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
            "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
            "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
            "perfmon", "bpf", "checkpoint_restore",
        ];
        int bit = Array.IndexOf(names, name.ToLowerInvariant().Replace("cap_", ""));
        string? line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("CapBnd:", StringComparison.Ordinal));
        return bit < 0 || line is null ? null : (Convert.ToUInt64(line[7..].Trim(), 16) >> bit & 1) == 1;
    }

    private static bool Security(string argument) => argument switch
    {
        "selinux" => Directory.Exists("/sys/fs/selinux"),
        "apparmor" => File.Exists("/sys/module/apparmor/parameters/enabled") && File.ReadAllText("/sys/module/apparmor/parameters/enabled").StartsWith('Y'),
        _ => false,
    };
}
