using System.Collections.Immutable;
using Sereno.Manager.Machine;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Spawn.Mounts;

/// <summary>What one process's mount namespace depends on.</summary>
internal sealed record MountRequest
{
    public required Sandbox Sandbox { get; init; }
    public KernelProtections Protections { get; init; }

    /// <summary>False for commands with <c>+</c>: only what rearranges the file system holds for them.</summary>
    public required bool IsSandboxed { get; init; }

    /// <summary>The folder in which the new root is put together: RootDirectory=, or one of the instance's.</summary>
    public required string Root { get; init; }
    public required bool HasOwnRoot { get; init; }

    /// <summary>BindPaths= and the unit's own folders, each with whether set-user-ID bits count there.</summary>
    public ImmutableArray<(BindPath Path, bool NoSuid)> Binds { get; init; } = [];
    public ImmutableArray<string> EmptyFolders { get; init; } = [];

    /// <summary>Null without PrivateTmp=.</summary>
    public string? Tmp { get; init; }
    public string? VarTmp { get; init; }

    /// <summary>All units' credentials are hidden there; but one's own, if it has any.</summary>
    public required string CredentialsRoot { get; init; }
    public string? Credentials { get; init; }

    /// <summary>A socket that must be reached from within a root of its own; null when there is none.</summary>
    public string? NotifySocket { get; init; }
}

/// <summary>
/// The mounts of a namespace in the order in which they are made: every path after those above it, without what others make
/// superfluous, and with symbolic links followed.
/// </summary>
internal static class MountList
{
    private const int MaxLinks = 32;

    /// <exception cref="PlanException">Links that lead in a circle.</exception>
    public static List<MountEntry> Compute(MountRequest request, IMachine machine)
    {
        var entries = Reduce(Collect(request).Select(e => e.HasPrefix ? e : e with { Path = Paths.Simplify(request.Root + "/" + e.Path), HasPrefix = true }), request.Root);
        for (int i = 0; ; i++)
        {
            var view = new MountView(entries, request.Root, request.HasOwnRoot, machine);
            bool changed = false;
            for (int j = 0; j < entries.Count; j++)
                if (view.Follow(entries[j].Path) is { } target)
                    (entries[j], changed) = (entries[j] with { Path = target }, true);
            if (!changed)
                return entries;
            if (i == MaxLinks)
                throw new PlanException(226, $"cannot set up mount namespacing: too many symbolic links in {entries.First(e => view.Follow(e.Path) is not null).Path}");
            entries = Reduce(entries, request.Root);
        }
    }

    private static IEnumerable<MountEntry> Collect(MountRequest q)
    {
        var s = q.Sandbox;
        bool boxed = q.IsSandboxed;
        // A command with '+' has its own root only for the view; what is missing there is none of its business.
        bool ignore = !boxed && q.HasOwnRoot;
        IEnumerable<MountEntry> Listed(ImmutableArray<SandboxPath> paths, MountMode mode) =>
            paths.Select(p => new MountEntry(p.Path, mode) { Optional = p.Optional, HasPrefix = !p.InRoot && q.HasOwnRoot });
        MountEntry AsOptional(MountEntry e) => ignore ? e with { Optional = true } : e;

        foreach (var e in Listed(s.ReadWritePaths, MountMode.ReadWrite))
            yield return e;
        if (boxed)
            foreach (var e in (IEnumerable<MountEntry>)[.. Listed(s.ReadOnlyPaths, MountMode.ReadOnly), .. Listed(s.InaccessiblePaths, MountMode.Inaccessible),
                         .. Listed(s.ExecPaths, MountMode.Exec), .. Listed(s.NoExecPaths, MountMode.NoExec)])
                yield return e;
        foreach (string path in q.EmptyFolders)
            yield return ProtectedPaths.EmptyFolder(path);
        foreach (var (b, noSuid) in q.Binds)
            yield return new(b.Destination, b.Recursive ? MountMode.BindRecursive : MountMode.Bind) { Source = b.Source, ReadOnly = b.ReadOnly, NoSuid = noSuid, Optional = b.Optional };
        foreach (var t in s.TemporaryFileSystems)
            yield return ProtectedPaths.Temporary(t);
        if (boxed && q.Tmp is { } tmp)
            yield return new("/tmp", MountMode.PrivateTmp) { Source = tmp };
        if (boxed && q.VarTmp is { } varTmp)
            yield return new("/var/tmp", MountMode.PrivateTmp) { Source = varTmp };
        if (boxed)
            foreach (var e in Protected(s, q.Protections))
                yield return e;
        if (boxed && MountsApi(s, q.Protections))
            foreach (var e in ProtectedPaths.ApiFileSystems(ProcOptions(s)))
                // /run is the host's, mount point or not, unless there is another root.
                if (e.Mode != MountMode.Run || q.HasOwnRoot)
                    yield return AsOptional(e);
        if (boxed && (s.PrivateIpc || s.IpcNamespacePath is not null))
            yield return ProtectedPaths.MessageQueues;
        if (q.Credentials is { } own)
        {
            yield return ProtectedPaths.EmptyFolder(q.CredentialsRoot);
            yield return new(own, MountMode.Bind) { Source = own, ReadOnly = true };
        }
        else
            yield return new(q.CredentialsRoot, MountMode.Inaccessible) { Optional = true };
        if (q.HasOwnRoot && q.NotifySocket is { } socket)
            yield return new(socket, MountMode.Bind) { Source = socket, ReadOnly = true };
    }

    private static IEnumerable<MountEntry> Protected(Sandbox s, KernelProtections p)
    {
        // With subset=pid most of /proc isn't there to be protected.
        bool partialProc = s.ProcSubset == ProcSubset.Pid;
        IEnumerable<MountEntry> list =
        [
            .. p.HasFlag(KernelProtections.Devices) ? [ProtectedPaths.Devices] : (MountEntry[])[],
            .. p.HasFlag(KernelProtections.Tunables) ? ProtectedPaths.KernelTunables(ignore: false) : [],
            .. p.HasFlag(KernelProtections.Modules) ? ProtectedPaths.KernelModules : [],
            .. p.HasFlag(KernelProtections.Logs) ? ProtectedPaths.KernelLogs : [],
            .. s.ProtectControlGroups ? [new("/sys/fs/cgroup", MountMode.ReadOnly)] : (MountEntry[])[],
            .. ProtectedPaths.Home(s.ProtectHome),
            .. ProtectedPaths.System(s.ProtectSystem),
            .. p.HasFlag(KernelProtections.Hostname) ? ProtectedPaths.HostName(partialProc) : [],
        ];
        return list;
    }

    /// <summary>What protects the kernel's file systems needs them to be there.</summary>
    private static bool MountsApi(Sandbox s, KernelProtections p) => (s.MountApiVfs ?? s.RootDirectory is not null) || s.ProtectControlGroups || p.HasFlag(KernelProtections.Tunables)
        || s.ProtectProc != ProtectProc.Default || s.ProcSubset != ProcSubset.All;

    private static string ProcOptions(Sandbox s) => (s.ProtectProc, s.ProcSubset) == (ProtectProc.Default, ProcSubset.All) ? ""
        : "hidepid=" + s.ProtectProc switch
        {
            ProtectProc.Default => "off",
            ProtectProc.NoAccess => "noaccess",
            ProtectProc.Invisible => "invisible",
            ProtectProc.Ptraceable => "ptraceable",
        } + (s.ProcSubset == ProcSubset.Pid ? ",subset=pid" : "");

    private static List<MountEntry> Reduce(IEnumerable<MountEntry> entries, string root)
    {
        var sorted = entries.OrderBy(e => e.Path, PathOrder.Instance).ThenBy(e => e.Mode);
        return WithoutRedundant(WithoutHidden(Merged(sorted).Where(e => Paths.Below(e.Path, root) is not null)));
    }

    /// <summary>Of several at one path the strictest stays, with the flags of the others.</summary>
    private static IEnumerable<MountEntry> Merged(IEnumerable<MountEntry> sorted)
    {
        MountEntry? previous = null;
        foreach (var e in sorted)
            if (previous?.Path == e.Path)
                previous = previous with
                {
                    ReadOnly = previous.ReadOnly || e.IsReadOnly,
                    NoExec = previous.NoExec || e.IsNoExec,
                    Exec = previous.Exec || e.IsExec,
                };
            else
            {
                if (previous is not null)
                    yield return previous;
                previous = e;
            }
        if (previous is not null)
            yield return previous;
    }

    /// <summary>Below what is inaccessible nothing can be seen.</summary>
    private static IEnumerable<MountEntry> WithoutHidden(IEnumerable<MountEntry> sorted)
    {
        MountEntry? hiding = null;
        foreach (var e in sorted)
            if (hiding is null || !e.IsAtOrBelow(hiding))
            {
                hiding = e.Mode == MountMode.Inaccessible ? e : null;
                yield return e;
            }
    }

    /// <summary>Read-only below read-only, and the like: the nearest one above says it already.</summary>
    private static List<MountEntry> WithoutRedundant(IEnumerable<MountEntry> sorted)
    {
        var result = new List<MountEntry>();
        var above = new Stack<MountEntry>();
        foreach (var e in sorted)
        {
            while (above.TryPeek(out var nearest) && !e.IsAtOrBelow(nearest))
                above.Pop();
            if (e.Mode is MountMode.ReadOnly or MountMode.ReadWrite or MountMode.ReadWriteImplicit && above.TryPeek(out var parent) && parent.Mode == e.Mode)
                continue;
            result.Add(e);
            above.Push(e);
        }
        return result;
    }

    /// <summary>By components, so that what is below a path comes right after it.</summary>
    private sealed class PathOrder : IComparer<string>
    {
        public static readonly PathOrder Instance = new();

        public int Compare(string? x, string? y)
        {
            int length = Math.Min(x!.Length, y!.Length);
            for (int i = 0; i < length; i++)
                if (x[i] != y[i])
                    return (x[i] == '/' ? 0 : x[i]) - (y[i] == '/' ? 0 : y[i]);
            return x.Length - y.Length;
        }
    }
}
