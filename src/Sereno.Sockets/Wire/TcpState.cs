namespace Sereno.Sockets.Wire;

/// <summary>RFC 9293 3.3.2's states by the kernel's numbers (include/net/tcp_states.h). A UDP socket is Established
/// when it is connected and Close otherwise.</summary>
public enum TcpState : byte
{
    Established = 1, SynSent, SynReceived, FinWait1, FinWait2, TimeWait, Close, CloseWait, LastAck, Listen, Closing,

    /// <summary>TCP_BOUND_INACTIVE (linux 6.8): bound, but neither listening nor connected.</summary>
    BoundInactive = 13,
}

/// <summary>Sets of states, as the kernel's idiag_states takes them: bit n is state n.</summary>
[Flags]
public enum TcpStates : uint
{
    None = 0,
    Established = 1 << TcpState.Established,
    SynSent = 1 << TcpState.SynSent,
    SynReceived = 1 << TcpState.SynReceived,
    TimeWait = 1 << TcpState.TimeWait,
    Close = 1 << TcpState.Close,
    Listen = 1 << TcpState.Listen,
    BoundInactive = 1 << TcpState.BoundInactive,

    /// <summary>All eleven, and bit 0, which no socket is in but ss counts.</summary>
    All = 0xFFF,

    /// <summary>Bit 0 alone.</summary>
    Unknown = 1,

    // ss(8)'s names for sets of states.
    Connected = All & ~(Close | Listen),
    Synchronized = Connected & ~SynSent,
    Bucket = SynReceived | TimeWait,
    Big = All & ~Bucket,
}

public static class TcpStateNames
{
    public static bool Has(this TcpStates states, TcpState state) => ((uint)states >> (int)state & 1) != 0;

    /// <summary>The name in our own listings and machine formats: RFC 9293's, in lower case with hyphens.</summary>
    public static string Name(this TcpState state) => state switch
    {
        TcpState.Established => "established",
        TcpState.SynSent => "syn-sent",
        TcpState.SynReceived => "syn-received",
        TcpState.FinWait1 => "fin-wait-1",
        TcpState.FinWait2 => "fin-wait-2",
        TcpState.TimeWait => "time-wait",
        TcpState.Close => "closed",
        TcpState.CloseWait => "close-wait",
        TcpState.LastAck => "last-ack",
        TcpState.Listen => "listen",
        TcpState.Closing => "closing",
        TcpState.BoundInactive => "bound-inactive",
        _ => "unknown",
    };
}
