using System.Buffers.Text;
using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;

namespace Sereno.Sockets.Namespaces;

/// <summary>Finds every network namespace of the machine, and does things inside of them.</summary>
public static class NetworkNamespaces
{
    private const string NamedFolder = "/run/netns/", OursPath = "/proc/thread-self/ns/net";

    /// <summary>Every namespace that a process that we may see is in, or that a file is mounted on.</summary>
    /// <param name="units">Names the namespaces of services and containers; by cgroup when null.</param>
    /// <remarks>One that only an open descriptor or another mount namespace keeps isn't found; without /proc, only ours is.</remarks>
    public static NamespaceList List(IUnitResolver? units = null)
    {
        if (!ProcView.IsMounted)
            return new([new() { Inode = 0, Name = "this", Path = OursPath, IsOurs = true }], 0, HasUnlisted: true);
        units ??= new CgroupUnitResolver();
        var found = new Dictionary<ulong, Found>();
        int hidden = FindByProcess(found);
        foreach (var (inode, path) in Namespace.NetworkMounts(File.ReadLines("/proc/self/mountinfo")))
            At(found, inode).AddMount(path);
        ulong? ours = Namespace.InodeOf(OursPath);
        return new([.. found.Select(f => f.Value.Finish(f.Key, f.Key == ours, units))
            .OrderByDescending(n => n.IsOurs).ThenByDescending(n => n.Path.StartsWith(NamedFolder)).ThenBy(n => n.FirstPid ?? int.MaxValue)
            .ThenBy(n => n.Name, StringComparer.Ordinal)], hidden, hidden == 0 && !ProcView.ListsEveryProcess);
    }

    /// <summary>The sockets of one namespace.</summary>
    /// <param name="owners">Who holds what, when it is known already: one walk serves every namespace, socket inodes are
    /// unique on the machine.</param>
    /// <exception cref="LinuxException">EPERM: another's namespace needs CAP_SYS_ADMIN; ENOENT when it is gone.</exception>
    public static SocketTable CaptureIn(NetworkNamespace space, SocketQuery? query = null, IUnitResolver? units = null, OwnerIndex? owners = null) =>
        Run(space, () => SocketTable.Capture(query, units, owners));

    /// <summary>The sockets of several namespaces, with one walk for their owners; one that can't be entered has the reason instead.</summary>
    public static IReadOnlyList<NamespaceSockets> Capture(IEnumerable<NetworkNamespace> spaces, SocketQuery? query = null, IUnitResolver? units = null)
    {
        query ??= SocketQuery.Everything;
        // Sockets first: one that is closed meanwhile has no owner then, rather than another's.
        List<NamespaceSockets> captured = [.. spaces.Select(space => CaptureOne(space, query with { Owners = false }, units))];
        if (!query.Owners)
            return captured;
        var owners = OwnerIndex.Scan(OwnerQuery.For(query));
        return [.. captured.Select(c => c with { Table = c.Table?.WithOwners(owners) })];
    }

    /// <summary>Does something on a thread inside a namespace: the caller's thread stays where it is.</summary>
    /// <exception cref="LinuxException">EPERM: another's namespace needs CAP_SYS_ADMIN; ENOENT when it is gone.</exception>
    public static T Run<T>(NetworkNamespace space, Func<T> action)
    {
        if (space.Inode == (Namespace.InodeOf(OursPath) ?? 0)) // 0: without /proc
            return action();
        T result = default!;
        Exception? failure = null;
        // A thread of its own, which ends inside: one of the pool's would take the namespace along to its next task.
        var thread = new Thread(() =>
        {
            try
            {
                Namespace.EnterNetwork(space.Path, space.Inode);
                result = action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        return result;
    }

    private static NamespaceSockets CaptureOne(NetworkNamespace space, SocketQuery query, IUnitResolver? units)
    {
        try
        {
            return new(space, CaptureIn(space, query, units), null);
        }
        catch (LinuxException e)
        {
            return new(space, null, e);
        }
    }

    private static int FindByProcess(Dictionary<ulong, Found> found)
    {
        using var proc = Folder.TryOpen("/proc", out int errno) ?? throw new LinuxException(errno, "find the network namespaces: open /proc");
        int hidden = 0;
        Span<byte> path = stackalloc byte[32], target = stackalloc byte[64];
        while (proc.Next(out var entry))
            if (Utf8Parser.TryParse(entry.Name, out int pid, out int used) && used == entry.Name.Length)
            {
                entry.Name.CopyTo(path);
                "/ns/net\0"u8.CopyTo(path[used..]);
                int length = proc.ReadLink(path, target, out errno);
                if (length > 0 && Namespace.Parse(target[..length]) is ulong inode)
                    At(found, inode).AddProcess(pid);
                else if (errno is libc.EACCES or libc.EPERM)
                    hidden++;
            }
        return hidden;
    }

    private static Found At(Dictionary<ulong, Found> found, ulong inode) =>
        found.TryGetValue(inode, out var known) ? known : found[inode] = new();

    private sealed class Found
    {
        private int? _firstPid;
        private int _processes;
        private string? _mount, _name;

        // /proc lists lower pids first.
        public void AddProcess(int pid)
        {
            _firstPid ??= pid;
            _processes++;
        }

        public void AddMount(string path)
        {
            if (path.StartsWith(NamedFolder))
                (_name, _mount) = (path[NamedFolder.Length..], path);
            else if (_name is null)
                _mount = path;
        }

        public NetworkNamespace Finish(ulong inode, bool ours, IUnitResolver units) => new()
        {
            Inode = inode,
            IsOurs = ours,
            FirstPid = _firstPid,
            Processes = _processes,
            Path = _mount ?? $"/proc/{_firstPid}/ns/net",
            Name = _name ?? (ours ? "this" : Describe(units)),
        };

        // Processes of a service share its namespace; pid 1's is the machine's, or the container's that we are in.
        private string Describe(IUnitResolver units) =>
            _firstPid is int pid ? (pid > 1 ? units.UnitOf(pid) : null) ?? _mount ?? $"pid {pid} ({ReadName(pid)})" : _mount!;

        private static string ReadName(int pid)
        {
            using var folder = Folder.TryOpen($"/proc/{pid}", out _);
            Span<byte> name = stackalloc byte[64];
            int length = folder?.ReadFile("comm"u8, name) ?? 0;
            return length > 0 ? Encoding.UTF8.GetString(name[..(length - 1)]) : "?";
        }
    }
}

/// <summary>What a namespace holds, or why that can't be said.</summary>
/// <param name="Table">Null when the namespace could not be entered.</param>
/// <param name="Failure">Why: EPERM is a lack of CAP_SYS_ADMIN, ENOENT a namespace that is gone.</param>
public sealed record NamespaceSockets(NetworkNamespace Namespace, SocketTable? Table, LinuxException? Failure);
