namespace Sereno.Sockets.Owners;

/// <summary>Puts an index together: descriptors of sockets, process after process, by ascending pid as they are listed in /proc.</summary>
public sealed class OwnerIndexBuilder
{
    private readonly List<OwnerIndex.Process> _processes = [];
    private readonly List<int> _starts = []; // of each process's descriptors
    private int[] _fds = new int[256];
    private uint[] _inodes = new uint[256];

    /// <summary>Descriptors so far.</summary>
    public int Count { get; private set; }

    /// <summary>Processes so far.</summary>
    public int ProcessCount => _processes.Count;

    /// <summary>Processes whose descriptors we may not read.</summary>
    public int Hidden { get; set; }

    /// <summary>Those of them whose folder of descriptors we couldn't even open.</summary>
    public int Unopened { get; set; }

    /// <summary>There may be processes that we don't even know of.</summary>
    public bool HasUnlisted { get; set; }

    /// <summary>What is added from here on, this process (or thread) holds.</summary>
    /// <param name="name">comm.</param>
    /// <param name="tid">0 for the pid.</param>
    public void BeginProcess(int pid, byte[] name, int tid = 0)
    {
        _processes.Add(new(pid, name, tid == 0 ? pid : tid));
        _starts.Add(Count);
    }

    /// <summary>A descriptor of a socket, in ascending order.</summary>
    public void Add(int fd, uint inode)
    {
        Reserve(1);
        _fds[Count] = fd;
        _inodes[Count++] = inode;
    }

    /// <summary>Adds some of another's processes.</summary>
    public void Append(OwnerIndexBuilder other, Range processes)
    {
        var (first, count) = processes.GetOffsetAndLength(other._processes.Count);
        for (int i = first; i < first + count; i++)
        {
            int start = other._starts[i], length = (i + 1 < other._starts.Count ? other._starts[i + 1] : other.Count) - start;
            _processes.Add(other._processes[i]);
            _starts.Add(Count);
            Reserve(length);
            other._fds.AsSpan(start, length).CopyTo(_fds.AsSpan(Count));
            other._inodes.AsSpan(start, length).CopyTo(_inodes.AsSpan(Count));
            Count += length;
        }
    }

    /// <param name="method">How it was found out.</param>
    /// <param name="byThread">Whether every thread was looked at.</param>
    public OwnerIndex Build(OwnerMethod method, bool byThread) =>
        new(_processes, [.. _starts, Count], _fds.AsSpan(0, Count), _inodes.AsSpan(0, Count)) { Method = method, ByThread = byThread, Refused = Hidden, UnopenedProcesses = Unopened, HasUnlisted = HasUnlisted };

    private void Reserve(int more)
    {
        if (Count + more <= _fds.Length)
            return;
        int length = Math.Max(2 * _fds.Length, Count + more);
        Array.Resize(ref _fds, length);
        Array.Resize(ref _inodes, length);
    }
}
