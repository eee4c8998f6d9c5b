using Sereno.Units.Model;

namespace Sereno.Manager.Spawn.Mounts;

/// <summary>The paths that the Protect settings stand for (systemd.exec(5)).</summary>
internal static class ProtectedPaths
{
    private const string Tiny = ",size=4m,nr_inodes=1k";
    private const MountFlags Plain = MountFlags.NoDev | MountFlags.StrictAtime;

    public static IEnumerable<MountEntry> System(ProtectSystem level) => level switch
    {
        ProtectSystem.No => [],
        // What is left writable here has settings of its own.
        ProtectSystem.Strict =>
        [
            new("/", MountMode.ReadOnly), .. All(MountMode.ReadWriteImplicit, false, "/proc", "/sys", "/dev"),
            .. All(MountMode.ReadWriteImplicit, true, "/home", "/run/user", "/root"),
        ],
        ProtectSystem.Yes or ProtectSystem.Full =>
        [
            new("/usr", MountMode.ReadOnly), .. All(MountMode.ReadOnly, true, "/boot", "/efi", "/lib", "/lib64", "/bin", "/sbin"),
            .. level == ProtectSystem.Full ? All(MountMode.ReadOnly, false, "/etc") : [],
        ],
    };

    public static IEnumerable<MountEntry> Home(ProtectHome level) => level switch
    {
        ProtectHome.No => [],
        ProtectHome.Yes => All(MountMode.Inaccessible, true, "/home", "/run/user", "/root"),
        ProtectHome.ReadOnly => All(MountMode.ReadOnly, true, "/home", "/run/user", "/root"),
        ProtectHome.Tmpfs => [Empty("/home", 0x1ED), Empty("/run/user", 0x1ED), Empty("/root", 0x1C0)],
    };

    public static IEnumerable<MountEntry> KernelTunables(bool ignore) =>
    [
        .. All(MountMode.ReadOnly, true, "/proc/acpi", "/proc/apm", "/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq"),
        .. All(MountMode.Inaccessible, true, "/proc/kallsyms", "/proc/kcore"),
        .. All(MountMode.ReadOnly, true, "/proc/latency_stats", "/proc/mtrr", "/proc/scsi", "/proc/sysrq-trigger", "/proc/timer_stats"),
        .. All(MountMode.ReadOnly, true, "/proc/sys"),
        new("/sys", MountMode.ReadOnly) { Optional = ignore },
        .. All(MountMode.ReadOnly, true, "/sys/fs/bpf", "/sys/kernel/debug", "/sys/kernel/tracing"),
        new("/sys/fs/cgroup", MountMode.ReadWriteImplicit) { Optional = ignore },
        new("/sys/fs/selinux", MountMode.ReadWriteImplicit) { Optional = true },
    ];

    public static IEnumerable<MountEntry> KernelModules => All(MountMode.Inaccessible, true, "/lib/modules", "/usr/lib/modules");

    public static IEnumerable<MountEntry> KernelLogs => All(MountMode.Inaccessible, true, "/proc/kmsg", "/dev/kmsg");

    public static IEnumerable<MountEntry> HostName(bool ignore) => All(MountMode.ReadOnly, ignore, "/proc/sys/kernel/hostname", "/proc/sys/kernel/domainname");

    /// <summary>MountAPIVFS=: where nothing is mounted already.</summary>
    public static IEnumerable<MountEntry> ApiFileSystems(string procOptions) =>
    [
        new("/proc", MountMode.Proc) { Options = procOptions, Flags = MountFlags.NoSuid | MountFlags.NoExec | MountFlags.NoDev },
        new("/dev", MountMode.HostTree) { Source = "/dev" },
        new("/sys", MountMode.HostTree) { Source = "/sys" },
        new("/run", MountMode.Run) { Options = "mode=755,size=20%,nr_inodes=800k", Flags = MountFlags.NoSuid | Plain },
    ];

    public static MountEntry Devices => new("/dev", MountMode.PrivateDevices)
    {
        Options = "mode=755,size=4m,nr_inodes=64k",
        Flags = MountFlags.NoSuid | MountFlags.StrictAtime | MountFlags.NoExec,
    };

    public static MountEntry MessageQueues => new("/dev/mqueue", MountMode.MessageQueues)
    {
        Flags = MountFlags.NoSuid | MountFlags.NoDev | MountFlags.NoExec | MountFlags.RelAtime,
    };

    /// <summary>Readable, empty, and only what the plan mounts below.</summary>
    public static MountEntry EmptyFolder(string path) => new(path, MountMode.Empty)
    {
        ReadOnly = true,
        Options = "mode=755" + Tiny,
        Flags = MountFlags.NoSuid | MountFlags.NoExec | Plain,
    };

    public static MountEntry Temporary(TemporaryFileSystem t)
    {
        var (flags, options) = MountOptions.Split("mode=0755,size=10%,nr_inodes=400k," + t.Options, Plain);
        return new(t.Path, MountMode.Temporary) { Options = options, Flags = flags & ~MountFlags.ReadOnly, ReadOnly = (flags & MountFlags.ReadOnly) != 0 };
    }

    private static MountEntry Empty(string path, int mode) => new(path, MountMode.Temporary)
    {
        Optional = true,
        ReadOnly = true,
        Options = $"mode=0{Convert.ToString(mode, 8)}{Tiny}",
        Flags = Plain,
    };

    private static IEnumerable<MountEntry> All(MountMode mode, bool optional, params string[] paths) =>
        paths.Select(p => new MountEntry(p, mode) { Optional = optional });
}
