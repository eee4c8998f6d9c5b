using System.Buffers.Text;
using System.Numerics;
using System.Text;
using Sereno.Linux;

namespace Sereno.Sockets.Owners;

/// <summary>Which processes hold which sockets, by socket inode, whatever the family.</summary>
/// <remarks>Inodes of sockets are unique on the machine: one index serves every network namespace.</remarks>
public sealed class OwnerIndex
{
    /// <summary>One descriptor of a socket; <see cref="Next"/> is the index of the one scanned before it, or -1.</summary>
    public readonly record struct Holding(int Process, int Fd, int Next);

    /// <summary>A process (or thread) that holds sockets: comm, and argv[0] as netstat shows it.</summary>
    public sealed class Process(int pid, byte[] name, int tid)
    {
        private byte[]? _program, _nameInStat;
        public int Pid { get; } = pid;

        /// <summary>The pid, unless the index is by thread.</summary>
        public int Tid { get; } = tid;

        public ReadOnlyMemory<byte> Name { get; } = name;

        /// <summary>The name as /proc/PID/stat has it, which on some kernels escapes line ends and backslashes.</summary>
        public ReadOnlySpan<byte> NameInStat => _nameInStat ??= ReadNameInStat(Pid, Tid) ?? Name.ToArray();

        /// <summary>argv[0], without its folders when it is an absolute path; empty for a process without arguments.</summary>
        public ReadOnlySpan<byte> Program => _program ??= ReadProgram(Pid);
    }

    // Finding the kernel's structs and loading a program takes some milliseconds, whatever there is to look at; a walk takes a
    // few microseconds for each descriptor. With fewer files in use than these on the whole machine the walk is faster.
    private const int ManyFiles = 1000;

    private readonly List<Process> _processes;
    private readonly Holding[] _holdings;
    private int? _hidden;

    // Open addressing: inode to the last holding of it, plus one. A power of two, at most half full.
    private readonly (uint Inode, int Last)[] _table;

    internal OwnerIndex(List<Process> processes, ReadOnlySpan<int> starts, ReadOnlySpan<int> fds, ReadOnlySpan<uint> inodes)
    {
        _processes = processes;
        _holdings = new Holding[fds.Length];
        _table = new (uint, int)[BitOperations.RoundUpToPowerOf2((uint)fds.Length * 2 + 2)];
        for (int process = 0; process < processes.Count; process++)
            for (int i = starts[process]; i < starts[process + 1]; i++)
            {
                ref var slot = ref Find(inodes[i]);
                slot.Inode = inodes[i];
                _holdings[i] = new(process, fds[i], slot.Last - 1);
                slot.Last = i + 1;
            }
    }

    /// <summary>No look at any process: every socket's owner is unknown.</summary>
    public static OwnerIndex Empty { get; } = new([], [0], [], []);

    /// <summary>How it was found out.</summary>
    public OwnerMethod Method { get; init; }

    /// <summary>Every thread is in it, not only every process.</summary>
    public bool ByThread { get; init; }

    /// <summary>Processes whose descriptors we may not read.</summary>
    public int HiddenProcesses => _hidden ??= Refused + (Method == OwnerMethod.Bpf ? ProcWalk.CountUnreadable(_processes) : 0);

    /// <summary>Those that were refused while they were looked at. What the iterator doesn't report may be held by a process
    /// without sockets or by one that it can't see either: that is looked up when somebody asks.</summary>
    internal int Refused { private get; init; }

    /// <summary>/proc doesn't list every process (hidepid= of proc(5)), or isn't mounted.</summary>
    public bool HasUnlisted { get; init; }

    /// <summary>Those of them whose /proc/PID/fd can't be opened: the ones that netstat notices.</summary>
    public int UnopenedProcesses { get; init; }

    /// <summary>A socket that isn't here may be held by a process that we couldn't look at.</summary>
    public bool MayHide => HasUnlisted || Method == OwnerMethod.Cgroup || HiddenProcesses > 0;

    /// <summary>Descriptors of sockets found.</summary>
    public int Count => _holdings.Length;

    public IReadOnlyList<Process> Processes => _processes;

    /// <param name="only">Just these processes, when it is known whose sockets are wanted; all when null.</param>
    public static OwnerIndex Scan(IReadOnlyCollection<int>? only = null) => Scan(new OwnerQuery { Only = only });

    /// <summary>Looks at the descriptors of processes, in the way that is permitted and takes the least time.</summary>
    public static OwnerIndex Scan(OwnerQuery query)
    {
        var forced = query.Forced;
        if (forced == OwnerMethod.Cgroup)
            return new([], [0], [], []) { Method = OwnerMethod.Cgroup };
        if (forced == OwnerMethod.Bpf || (forced is null && query.Only is null && HasManyFiles()))
            if (ScanByBpf(query) is { } found)
                return found;
        var builder = new OwnerIndexBuilder();
        ProcWalk.Fill(builder, query);
        return builder.Hidden > 0 && query.BeyondProc && forced is null && ScanByBpf(query) is { } beyond
            ? beyond : builder.Build(OwnerMethod.Proc, query.Threads);
    }

    /// <summary>The descriptor found last for a socket, or -1; follow <see cref="Holding.Next"/> for the others.</summary>
    public int LastOf(uint inode) => inode == 0 ? -1 : Find(inode).Last - 1;

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

    // The slot of an inode, or the free one where it would be. Inodes are given out in sequence: Fibonacci hashing spreads them.
    private ref (uint Inode, int Last) Find(uint inode)
    {
        int mask = _table.Length - 1;
        for (int i = (int)(inode * 2654435769u >> 8) & mask; ; i = (i + 1) & mask)
            if (_table[i].Inode == inode || _table[i].Last == 0)
                return ref _table[i];
    }

    /// <summary>By BPF; null where it isn't permitted, or wouldn't answer the question.</summary>
    private static OwnerIndex? ScanByBpf(OwnerQuery query)
    {
        // The iterator passes over threads that share their process's descriptors, and knows only our own pid namespace.
        if (query.Threads || query.Only is not null || query.ProcRoot != "/proc" || !TaskFileIterator.IsPermitted || !IsOurs("/proc"))
            return null;
        var builder = new OwnerIndexBuilder();
        return TaskFileIterator.TryFill(builder, query.BeyondProc) ? builder.Build(OwnerMethod.Bpf, byThread: false) : null;
    }

    /// <summary>Whether a proc filesystem is of the pid namespace that we are in.</summary>
    private static bool IsOurs(string proc)
    {
        Span<byte> self = stackalloc byte[16];
        int length = Files.ReadLink(proc + "/self", self);
        return length > 0 && Utf8Parser.TryParse(self[..length], out int pid, out _) && pid == Self.Pid;
    }

    // proc_sys_fs(5): file handles in use on the whole machine.
    private static bool HasManyFiles()
    {
        using var folder = Folder.TryOpen("/proc/sys/fs", out _);
        Span<byte> text = stackalloc byte[64];
        int length = folder?.ReadFile("file-nr"u8, text) ?? 0;
        return length > 0 && Utf8Parser.TryParse(text[..length], out int files, out _) && files >= ManyFiles;
    }

    private static byte[]? ReadNameInStat(int pid, int tid)
    {
        using var folder = Folder.TryOpen($"/proc/{pid}/task/{tid}", out _);
        Span<byte> stat = stackalloc byte[512];
        int n = folder?.ReadFile("stat"u8, stat) ?? -1;
        int begin = n > 0 ? stat[..n].IndexOf((byte)'(') + 1 : 0, end = n > 0 ? stat[..n].LastIndexOf((byte)')') : 0;
        return begin > 0 && end > begin ? stat[begin..end].ToArray() : null;
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
