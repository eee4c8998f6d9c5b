using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>What a <see cref="TraceRecord"/> tells.</summary>
public enum TraceRecordKind : byte
{
    /// <summary>Nothing of interest, or not a whole record.</summary>
    None,

    /// <summary>sock:inet_sock_set_state: a socket changes its state.</summary>
    StateChange,

    /// <summary>tcp:tcp_destroy_sock: a socket ends, and this is its cookie.</summary>
    SocketEnd,

    /// <summary>A process has another name (execve(2), prctl(2)).</summary>
    Name,

    /// <summary>A process (or thread) begins.</summary>
    Fork,

    /// <summary>A process (or thread) ends.</summary>
    Exit,

    /// <summary>A thread is in this network namespace: said of each that begins, and when it moves (setns(2), unshare(2)).</summary>
    Namespace,

    /// <summary>So many records did not fit into the ring.</summary>
    Lost,
}

/// <summary>Both ends of a connection, in the machine's byte order.</summary>
public readonly record struct TcpTuple(InetAddress Local, ushort LocalPort, InetAddress Remote, ushort RemotePort)
{
    public TcpTuple Reversed => new(Remote, RemotePort, Local, LocalPort);

    /// <summary>An IPv6 socket's IPv4 connection as its IPv4 peer sees it.</summary>
    public TcpTuple Unmapped => new(Local.Unmapped, LocalPort, Remote.Unmapped, RemotePort);

    public static TcpTuple Of(in SocketRecord socket) => new(socket.Local, socket.LocalPort, socket.Remote, socket.RemotePort);
}

/// <summary>A perf record, decoded.</summary>
public record struct TraceRecord
{
    public TraceRecordKind Kind { get; set; }

    /// <summary>CLOCK_MONOTONIC, in nanoseconds.</summary>
    public ulong Time { get; set; }

    /// <summary>Who ran when it happened; of a fork, the child. 0 or -1 for a process of another pid namespace.</summary>
    public int Pid { get; set; }
    public int Tid { get; set; }

    /// <summary>Of a fork: the process that made it.</summary>
    public int ParentPid { get; set; }

    /// <summary>It came from a network interrupt: whoever ran then has nothing to do with it.</summary>
    public bool InInterrupt { get; set; }

    /// <summary>Where the kernel keeps the socket: its identity until it ends.</summary>
    public ulong Address { get; set; }

    public TcpState OldState { get; set; }
    public TcpState NewState { get; set; }
    public TcpTuple Tuple { get; set; }
    public ulong Cookie { get; set; }

    /// <summary>Of <see cref="TraceRecordKind.Namespace"/>: the inode of /proc/PID/ns/net.</summary>
    public ulong NetworkNamespace { get; set; }

    /// <summary>Of <see cref="TraceRecordKind.Name"/>: comm, up to 16 bytes, zeroes behind it.</summary>
    public UInt128 Name { get; set; }

    /// <summary>Of <see cref="TraceRecordKind.Lost"/>.</summary>
    public ulong Lost { get; set; }
}
