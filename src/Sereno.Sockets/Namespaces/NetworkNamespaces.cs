using System.Buffers.Text;
using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;

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
            return new([new() { Inode = 0, Name = "this", Paths = [Encoding.UTF8.GetBytes(OursPath)], IsOurs = true }], 0, HasUnlisted: true);
        units ??= new CgroupUnitResolver();
        var found = new Dictionary<ulong, Found>();
        int hidden = FindByProcess(found);
        foreach (var (inode, path) in Namespace.NetworkMounts(File.ReadLines("/proc/self/mountinfo", Encoding.Latin1)))
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
        var owners = SocketTable.ScanOwners(query);
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
                Enter(space);
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

    // A process may end, and its number pass to another, at any time: the next one is as good.
    private static void Enter(NetworkNamespace space)
    {
        LinuxException? first = null;
        foreach (byte[] path in space.Paths)
            try
            {
                Namespace.EnterNetwork(path, space.Inode);
                return;
            }
            catch (LinuxException e) when (e.Number == libc.ENOENT)
            {
                first ??= e;
            }
        throw first!;
    }

    private static NamespaceSockets CaptureOne(NetworkNamespace space, SocketQuery query, IUnitResolver? units)
    {
        try
        {
            // All at once: the namespace may end at any time.
            return Run(space, () => new NamespaceSockets(space, SocketTable.Capture(query, units), null) { Network = NetworkFactsReader.Read(), Ports = LinuxPorts.Read() });
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
                // Of a process that ends just now the kernel says EACCES; asked again, that there is none.
                if (errno == libc.EACCES)
                    length = proc.ReadLink(path, target, out errno);
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
        private const int MaxPids = 16;

        private readonly List<int> _pids = [];
        private int _processes;
        private byte[]? _mount;
        private string? _name;

        private int? FirstPid => _pids is [var first, ..] ? first : null;

        // /proc lists lower pids first.
        public void AddProcess(int pid)
        {
            if (_pids.Count < MaxPids)
                _pids.Add(pid);
            _processes++;
        }

        public void AddMount(byte[] path)
        {
            if (path.AsSpan().StartsWith("/run/netns/"u8))
                (_name, _mount) = (Encoding.UTF8.GetString(path)[NamedFolder.Length..], path);
            else if (_name is null)
                _mount = path;
        }

        public NetworkNamespace Finish(ulong inode, bool ours, IUnitResolver units) => new()
        {
            Inode = inode,
            IsOurs = ours,
            FirstPid = FirstPid,
            Processes = _processes,
            Paths = [.. _mount is null ? [] : (byte[][])[_mount], .. _pids.Select(pid => Encoding.UTF8.GetBytes($"/proc/{pid}/ns/net"))],
            Name = _name ?? (ours ? "this" : Describe(units)),
        };

        // Processes of a service share its namespace; pid 1's (the kernel's threads', where pid 1 refuses) is the machine's,
        // or the container's that we are in.
        private string Describe(IUnitResolver units)
        {
            if (FirstPid is not int pid)
                return Encoding.UTF8.GetString(_mount!);
            if (pid == 1 || (pid == 2 && ReadName(pid) == "kthreadd"))
                return "init";
            return units.UnitOf(pid) ?? (_mount is null ? $"pid {pid} ({ReadName(pid)})" : Encoding.UTF8.GetString(_mount));
        }

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
public sealed record NamespaceSockets(NetworkNamespace Namespace, SocketTable? Table, LinuxException? Failure)
{
    /// <summary>Its addresses and routes.</summary>
    public NetworkFacts Network { get; init; } = NetworkFacts.Unknown;

    /// <summary>Its ranges of ports.</summary>
    public LinuxPorts Ports { get; init; } = new();
}
