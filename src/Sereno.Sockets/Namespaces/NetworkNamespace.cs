using System.Text;

namespace Sereno.Sockets.Namespaces;

/// <summary>One network namespace of this machine (network_namespaces(7)).</summary>
public sealed record NetworkNamespace
{
    /// <summary>Its identity while it lives: the inode of its nsfs file.</summary>
    public required ulong Inode { get; init; }

    /// <summary>By which it is told from the others: the name that ip-netns(8) gave it, else "this" for ours, else "init" for the
    /// first process's of the machine, else the unit or container of its first process, the file that it is mounted on, or "pid N (comm)".</summary>
    public required string Name { get; init; }

    /// <summary>What to open to enter it: the first that is still there. As bytes, since a file's name needn't be UTF-8.</summary>
    public required IReadOnlyList<byte[]> Paths { get; init; }

    /// <summary>The first of them, for people.</summary>
    public string Path => Encoding.UTF8.GetString(Paths[0]);

    /// <summary>The one that we are in.</summary>
    public required bool IsOurs { get; init; }

    /// <summary>The lowest pid inside that we may see, or null when nothing but a mount keeps it.</summary>
    public int? FirstPid { get; init; }

    /// <summary>How many processes are inside, of those that we may see.</summary>
    public int Processes { get; init; }
}

/// <summary>The network namespaces that we can know of.</summary>
/// <param name="All">Ours first, then the named ones by name, then the others by their first process.</param>
/// <param name="HiddenProcesses">Processes whose namespace we may not read (CAP_SYS_PTRACE): there may be more of them.</param>
/// <param name="HasUnlisted">/proc isn't mounted or doesn't list every process: there may be more of them too.</param>
public sealed record NamespaceList(IReadOnlyList<NetworkNamespace> All, int HiddenProcesses, bool HasUnlisted = false)
{
    public bool MayHide => HiddenProcesses > 0 || HasUnlisted;

    /// <summary>Those that are meant by "all", a name, or a pid; empty when none is.</summary>
    public IReadOnlyList<NetworkNamespace> Select(string selector)
    {
        if (selector == "all")
            return All;
        if (All.FirstOrDefault(n => n.Name == selector) is { } named)
            return [named];
        // Names come before numbers: an ip-netns(8) name may be one.
        return int.TryParse(selector, out _) && Sereno.Linux.Namespace.InodeOf($"/proc/{selector}/ns/net") is ulong inode
            ? [.. All.Where(n => n.Inode == inode)] : [];
    }
}
