using Sereno.Units.Values;

namespace Sereno.Manager.Spawn.Mounts;

/// <summary>What happens at a path. Of two at the same path the one that stands first here wins.</summary>
public enum MountMode
{
    Inaccessible, Bind, BindRecursive, PrivateTmp, PrivateDevices, HostTree, Empty, Proc, ReadOnly, ReadWrite, NoExec, Exec,
    Temporary, Run, MessageQueues,

    /// <summary>Left as it is by those that make more read-only; gives way to everything else.</summary>
    ReadWriteImplicit,
}

/// <summary>One mount in the making. <see cref="Path"/> is where it is put while the new root is in its folder.</summary>
internal sealed record MountEntry(string Path, MountMode Mode)
{
    public string Source { get; init; } = "";

    /// <summary>For the file system, without what is a flag.</summary>
    public string Options { get; init; } = "";
    public MountFlags Flags { get; init; }

    /// <summary>It may be missing.</summary>
    public bool Optional { get; init; }
    public bool HasPrefix { get; init; }
    public bool ReadOnly { get; init; }
    public bool NoSuid { get; init; }
    public bool NoExec { get; init; }
    public bool Exec { get; init; }

    public bool IsReadOnly => ReadOnly || Mode is MountMode.ReadOnly or MountMode.Inaccessible;
    public bool IsNoExec => NoExec || Mode is MountMode.NoExec or MountMode.Inaccessible or MountMode.Proc || (Mode == MountMode.HostTree && Source == "/sys");
    public bool IsExec => Exec || Mode == MountMode.Exec;

    /// <summary>Nothing can be mounted below it but by the plan.</summary>
    public bool IsFresh => Mode is MountMode.Empty or MountMode.Temporary;

    public bool IsAtOrBelow(MountEntry other) => Paths.Below(Path, other.Path) is not null;
}

/// <summary>MS_* of mount(2).</summary>
[Flags]
public enum MountFlags : ulong
{
    None = 0, ReadOnly = 1, NoSuid = 2, NoDev = 4, NoExec = 8, Synchronous = 16, DirSync = 128, NoSymlinkFollow = 256, NoAtime = 1024,
    NoDirAtime = 2048, Private = 1 << 18, Slave = 1 << 19, Shared = 1 << 20, RelAtime = 1 << 21, StrictAtime = 1 << 24, LazyTime = 1 << 25,
}

/// <summary>Mount options as mount(8) takes them.</summary>
internal static class MountOptions
{
    private static readonly (string Name, MountFlags Flag, bool Clears)[] s_flags =
    [
        ("ro", MountFlags.ReadOnly, false), ("rw", MountFlags.ReadOnly, true), ("nosuid", MountFlags.NoSuid, false), ("suid", MountFlags.NoSuid, true),
        ("nodev", MountFlags.NoDev, false), ("dev", MountFlags.NoDev, true), ("noexec", MountFlags.NoExec, false), ("exec", MountFlags.NoExec, true),
        ("sync", MountFlags.Synchronous, false), ("async", MountFlags.Synchronous, true), ("dirsync", MountFlags.DirSync, false),
        ("noatime", MountFlags.NoAtime, false), ("atime", MountFlags.NoAtime, true), ("nodiratime", MountFlags.NoDirAtime, false),
        ("diratime", MountFlags.NoDirAtime, true), ("relatime", MountFlags.RelAtime, false), ("norelatime", MountFlags.RelAtime, true),
        ("strictatime", MountFlags.StrictAtime, false), ("nostrictatime", MountFlags.StrictAtime, true), ("lazytime", MountFlags.LazyTime, false),
        ("nolazytime", MountFlags.LazyTime, true), ("nosymfollow", MountFlags.NoSymlinkFollow, false),
    ];

    /// <summary>Takes the flags out of a list of options.</summary>
    public static (MountFlags Flags, string Others) Split(string options, MountFlags flags)
    {
        var rest = new List<string>();
        foreach (string option in options.Split(',', StringSplitOptions.RemoveEmptyEntries))
            if (s_flags.FirstOrDefault(f => f.Name == option) is { Name: not null } known)
                flags = known.Clears ? flags & ~known.Flag : flags | known.Flag;
            else
                rest.Add(option);
        return (flags, string.Join(',', rest));
    }
}
