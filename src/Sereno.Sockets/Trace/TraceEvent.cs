using Sereno.Sockets.Owners;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>Which end opened the connection. A listening socket is a server.</summary>
public enum ConnectionRole : byte { Unknown, Client, Server }

/// <summary>How a change was noticed, best first.</summary>
public enum Observation : byte
{
    /// <summary>The kernel told it while it happened; the time is exact.</summary>
    Tracepoint,

    /// <summary>The kernel told the socket's end; the time is when the message came.</summary>
    Destroyed,

    /// <summary>Two dumps differ: it happened at some time between them, and states in between may be missing.</summary>
    Dump,
}

/// <summary>Whether a socket is in the network namespace of who watches.</summary>
public enum SocketNamespace : byte { Unknown, This, Other }

/// <summary>How we know whose a traced socket is.</summary>
public enum OwnerSource : byte
{
    /// <summary>We don't.</summary>
    None,

    /// <summary>Its process called the kernel with it, or was seen to hold it.</summary>
    Exact,

    /// <summary>It was accepted, and this is whose the listening socket is.</summary>
    Listener,

    /// <summary>The cgroup that created it tells the unit.</summary>
    Cgroup,

    /// <summary>Somebody's whose descriptors we may not read.</summary>
    Hidden,
}

/// <summary>Whose a traced socket is.</summary>
/// <param name="Pid">0 when the process isn't known.</param>
/// <param name="Name">comm, as proc_pid_comm(5).</param>
public readonly record struct TracedOwner(OwnerSource Source, int Pid, string? Name, string? Unit)
{
    /// <summary>Better than what was known so far.</summary>
    public bool Beats(in TracedOwner other) => Source != OwnerSource.None && Rank <= other.Rank;

    private int Rank => Source == OwnerSource.None ? int.MaxValue : (int)Source;
}

internal static class OwnerConversion
{
    /// <summary>A holder of a snapshot as an owner of a trace; of several, the first.</summary>
    public static TracedOwner ToTraced(this SocketOwner owner) => owner.Kind switch
    {
        OwnerKind.Exact => new(OwnerSource.Exact, owner.Holders[0].Pid, owner.Holders[0].Name, owner.Unit),
        OwnerKind.ByCgroup => new(OwnerSource.Cgroup, 0, null, owner.Unit),
        OwnerKind.Hidden => new(OwnerSource.Hidden, 0, null, owner.Unit),
        OwnerKind.Elsewhere or OwnerKind.None => default,
    };
}

/// <summary>One TCP socket changed its state.</summary>
public record struct TraceEvent
{
    /// <summary>CLOCK_MONOTONIC, in nanoseconds.</summary>
    public ulong Time { get; set; }

    /// <summary>0 when the socket wasn't seen before.</summary>
    public TcpState OldState { get; set; }
    public TcpState NewState { get; set; }

    /// <summary>A port is 0 where the kernel didn't say it.</summary>
    public TcpTuple Tuple { get; set; }
    public ConnectionRole Role { get; set; }
    public Observation Observation { get; set; }
    public SocketNamespace Namespace { get; set; }

    /// <summary>Of another's: which, by the inode of /proc/PID/ns/net; 0 when unknown.</summary>
    public ulong NamespaceInode { get; set; }

    public TracedOwner Owner { get; set; }

    /// <summary>0 when unknown.</summary>
    public ulong Cookie { get; set; }

    /// <summary>When its first state was seen, as <see cref="Time"/>; 0 for a socket that is older than the trace.</summary>
    public ulong Started { get; set; }

    /// <summary>Bytes of data that the peer has acknowledged; null unless the connection ends here and the kernel told.</summary>
    public ulong? BytesSent { get; set; }

    /// <summary>Bytes of data received, as the kernel counts: see <see cref="SocketEnd"/>.</summary>
    public ulong? BytesReceived { get; set; }

    /// <summary>No change: its process closed the descriptor long after the connection's end, and only now are its bytes told.</summary>
    public readonly bool IsEndOnly => OldState == NewState;

    /// <summary>Of a listening socket, which has no peer.</summary>
    public readonly bool IsOfListener => Tuple.RemotePort == 0 && (NewState == TcpState.Listen || OldState == TcpState.Listen);

    public readonly TcpPhase Phase => TcpPhases.Of(NewState);

    /// <summary>The socket as it is now, as far as the event tells.</summary>
    public readonly SocketRecord Socket => new()
    {
        Protocol = SocketProtocol.Tcp,
        State = NewState,
        IsIPv4 = Tuple.Local.IsIPv4,
        Local = Tuple.Local,
        LocalPort = Tuple.LocalPort,
        Remote = Tuple.Remote,
        RemotePort = Tuple.RemotePort,
        Cookie = Cookie,
    };

    /// <summary>Nanoseconds since the first state; null when that isn't known.</summary>
    public readonly ulong? Duration => Started == 0 ? null : Time - Math.Min(Started, Time);
}
