using System.Buffers.Text;
using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Sockets.Owners;

/// <summary>Which processes hold which sockets: one walk of /proc/PID/fd, kept by socket inode.</summary>
public sealed class OwnerIndex
{
    /// <summary>One descriptor of a socket; <see cref="Next"/> is the index of the one scanned before it, or -1.</summary>
    public readonly record struct Holding(int Process, int Fd, int Next);

    /// <summary>A process that holds sockets: comm, and argv[0] as netstat shows it.</summary>
    public sealed class Process(int pid, byte[] name)
    {
        private byte[]? _program;
        public int Pid { get; } = pid;
        public ReadOnlyMemory<byte> Name { get; } = name;

        /// <summary>argv[0], without its folders when it is an absolute path; empty for a process without arguments.</summary>
        public ReadOnlySpan<byte> Program => _program ??= ReadProgram(Pid);
    }

    private readonly Dictionary<uint, int> _last = [];
    private readonly List<Holding> _holdings = [];
    private readonly List<Process> _processes = [];

    /// <summary>No walk: every socket's owner is unknown.</summary>
    public static OwnerIndex Empty { get; } = new();

    /// <summary>Processes whose descriptors we may not read.</summary>
    public int HiddenProcesses { get; private set; }

    /// <summary>Descriptors of sockets found.</summary>
    public int Count => _holdings.Count;

    public IReadOnlyList<Process> Processes => _processes;

    /// <param name="only">Just these processes, when it is known whose sockets are wanted; all when null.</param>
    public static OwnerIndex Scan(IReadOnlyCollection<int>? only = null)
    {
        var index = new OwnerIndex();
        using var proc = Folder.TryOpen("/proc", out int errno)
            ?? throw new LinuxException(errno, "find the owners of sockets: open /proc");
        if (only is not null)
        {
            Span<byte> name = stackalloc byte[12];
            foreach (int pid in only)
                if (Utf8Formatter.TryFormat(pid, name, out int length))
                    index.ScanProcess(proc, name[..length], pid);
            return index;
        }
        while (proc.Next(out var entry))
            if (Utf8Parser.TryParse(entry.Name, out int pid, out int used) && used == entry.Name.Length)
                index.ScanProcess(proc, entry.Name, pid);
        return index;
    }

    /// <summary>The descriptor found last for a socket, or -1; follow <see cref="Holding.Next"/> for the others.</summary>
    public int LastOf(uint inode) => inode != 0 && _last.TryGetValue(inode, out int i) ? i : -1;

    public Holding this[int index] => _holdings[index];

    /// <summary>Every holder of a socket, in the order of the walk.</summary>
    public List<SocketHolder> HoldersOf(uint inode)
    {
        var holders = new List<SocketHolder>();
        for (int i = LastOf(inode); i >= 0; i = _holdings[i].Next)
        {
            var process = _processes[_holdings[i].Process];
            holders.Add(new(process.Pid, _holdings[i].Fd, Encoding.UTF8.GetString(process.Name.Span)));
        }
        holders.Reverse();
        return holders;
    }

    private void ScanProcess(Folder proc, ReadOnlySpan<byte> pidName, int pid)
    {
        Span<byte> path = stackalloc byte[24];
        pidName.CopyTo(path);
        "/fd"u8.CopyTo(path[pidName.Length..]);
        using var fds = proc.TryOpen(path[..(pidName.Length + 3)], out int errno);
        if (fds is null)
        {
            if (errno is libc.EACCES or libc.EPERM)
                HiddenProcesses++;
            return;
        }
        Span<byte> link = stackalloc byte[64];
        int process = -1;
        while (fds.Next(out var entry))
        {
            int length = fds.ReadLink(entry, link);
            if (length <= 9 || !link.StartsWith("socket:["u8)
                || !Utf8Parser.TryParse(link[8..length], out uint inode, out _)
                || !Utf8Parser.TryParse(entry.Name, out int fd, out _))
                continue;
            if (process == -1)
            {
                process = _processes.Count;
                _processes.Add(new(pid, ReadName(proc, path, pidName.Length)));
            }
            ref int last = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_last, inode, out bool known);
            _holdings.Add(new(process, fd, known ? last : -1));
            last = _holdings.Count - 1;
        }
    }

    // comm may hold anything but a zero, even brackets and line ends: /proc/PID/comm ends in one line end of its own.
    private static byte[] ReadName(Folder proc, Span<byte> path, int pidLength)
    {
        "/comm"u8.CopyTo(path[pidLength..]);
        Span<byte> name = stackalloc byte[64];
        int n = proc.ReadFile(path[..(pidLength + 5)], name);
        return n > 0 ? name[..(n - 1)].ToArray() : [];
    }

    private static byte[] ReadProgram(int pid)
    {
        using var folder = Folder.TryOpen($"/proc/{pid}", out _);
        Span<byte> arguments = stackalloc byte[512];
        int n = folder?.ReadFile("cmdline"u8, arguments) ?? -1;
        if (n <= 0)
            return [];
        var program = arguments[..n];
        int end = program.IndexOf((byte)0);
        program = end >= 0 ? program[..end] : program;
        return (program.StartsWith("/"u8) ? program[(program.LastIndexOf((byte)'/') + 1)..] : program).ToArray();
    }
}
