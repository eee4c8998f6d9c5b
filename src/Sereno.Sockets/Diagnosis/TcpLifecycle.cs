using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diagnosis;

/// <summary>What moves a connection on: user calls, segments and timers of RFC 9293 3.3.2, and what Linux adds.</summary>
public enum TcpTrigger
{
    /// <summary>listen(2).</summary>
    PassiveOpen,

    /// <summary>connect(2).</summary>
    ActiveOpen,

    /// <summary>close(2), or shutdown(2) of the sending direction.</summary>
    Close,

    ReceiveSyn,
    ReceiveSynAck,
    ReceiveAckOfSyn,
    ReceiveFin,
    ReceiveAckOfFin,

    /// <summary>A FIN that also acknowledges ours.</summary>
    ReceiveFinAndAck,
    ReceiveReset,

    /// <summary>2 MSL have passed; 60 seconds in Linux.</summary>
    TwoMslPassed,

    /// <summary>No answer, however often it was sent again (tcp_syn_retries, tcp_synack_retries, tcp_retries2).</summary>
    GivenUp,

    /// <summary>net.ipv4.tcp_fin_timeout has passed, and no process holds the socket any more.</summary>
    OrphanTimeout,
}

/// <summary>On whom it depends that a connection moves on.</summary>
public enum Actor
{
    /// <summary>The program that holds the socket here.</summary>
    Program,

    /// <summary>The program at the other end.</summary>
    PeerProgram,

    /// <summary>The TCP of the other machine, and the network between.</summary>
    PeerHost,

    /// <summary>Either program.</summary>
    EitherProgram,

    /// <summary>Nobody: time does.</summary>
    Time,

    Nobody,

    /// <summary>Whoever wants to connect.</summary>
    Clients,

    /// <summary>Who administers this machine.</summary>
    Administrator,
}

/// <summary>What can come next.</summary>
public readonly record struct TcpTransition(TcpTrigger Trigger, TcpState Next);

/// <summary>RFC 9293's state machine (3.3.2, figure 5) as data.</summary>
public static class TcpLifecycle
{
    /// <summary>In the order of a connection's life; bound-inactive, which the RFC doesn't have, comes last.</summary>
    public static IReadOnlyList<TcpState> States { get; } =
    [
        TcpState.Listen, TcpState.SynSent, TcpState.SynReceived, TcpState.Established, TcpState.FinWait1, TcpState.FinWait2, TcpState.CloseWait,
        TcpState.Closing, TcpState.LastAck, TcpState.TimeWait, TcpState.Close, TcpState.BoundInactive,
    ];

    public static Actor WhoMustAct(TcpState state) => state switch
    {
        TcpState.Listen => Actor.Clients,
        TcpState.SynSent or TcpState.SynReceived or TcpState.FinWait1 or TcpState.Closing or TcpState.LastAck => Actor.PeerHost,
        TcpState.Established => Actor.EitherProgram,
        TcpState.FinWait2 => Actor.PeerProgram,
        TcpState.CloseWait or TcpState.BoundInactive => Actor.Program,
        TcpState.TimeWait => Actor.Time,
        _ => Actor.Nobody,
    };

    /// <summary>What can follow a state.</summary>
    public static IReadOnlyList<TcpTransition> After(TcpState state) => state switch
    {
        TcpState.Close => [new(TcpTrigger.PassiveOpen, TcpState.Listen), new(TcpTrigger.ActiveOpen, TcpState.SynSent)],
        TcpState.BoundInactive => [new(TcpTrigger.PassiveOpen, TcpState.Listen), new(TcpTrigger.ActiveOpen, TcpState.SynSent), new(TcpTrigger.Close, TcpState.Close)],
        TcpState.Listen => [new(TcpTrigger.ReceiveSyn, TcpState.SynReceived), new(TcpTrigger.ActiveOpen, TcpState.SynSent), new(TcpTrigger.Close, TcpState.Close)],
        TcpState.SynSent =>
        [
            new(TcpTrigger.ReceiveSynAck, TcpState.Established), new(TcpTrigger.ReceiveSyn, TcpState.SynReceived), new(TcpTrigger.Close, TcpState.Close),
            new(TcpTrigger.ReceiveReset, TcpState.Close), new(TcpTrigger.GivenUp, TcpState.Close),
        ],
        TcpState.SynReceived =>
        [
            new(TcpTrigger.ReceiveAckOfSyn, TcpState.Established), new(TcpTrigger.Close, TcpState.FinWait1),
            new(TcpTrigger.ReceiveReset, TcpState.Listen), new(TcpTrigger.GivenUp, TcpState.Close),
        ],
        TcpState.Established =>
        [
            new(TcpTrigger.Close, TcpState.FinWait1), new(TcpTrigger.ReceiveFin, TcpState.CloseWait),
            new(TcpTrigger.ReceiveReset, TcpState.Close), new(TcpTrigger.GivenUp, TcpState.Close),
        ],
        TcpState.FinWait1 =>
        [
            new(TcpTrigger.ReceiveAckOfFin, TcpState.FinWait2), new(TcpTrigger.ReceiveFin, TcpState.Closing), new(TcpTrigger.ReceiveFinAndAck, TcpState.TimeWait),
            new(TcpTrigger.ReceiveReset, TcpState.Close), new(TcpTrigger.GivenUp, TcpState.Close),
        ],
        TcpState.FinWait2 =>
        [
            new(TcpTrigger.ReceiveFin, TcpState.TimeWait), new(TcpTrigger.ReceiveReset, TcpState.Close), new(TcpTrigger.OrphanTimeout, TcpState.Close),
        ],
        TcpState.CloseWait => [new(TcpTrigger.Close, TcpState.LastAck), new(TcpTrigger.ReceiveReset, TcpState.Close)],
        TcpState.Closing =>
        [
            new(TcpTrigger.ReceiveAckOfFin, TcpState.TimeWait), new(TcpTrigger.ReceiveReset, TcpState.Close), new(TcpTrigger.GivenUp, TcpState.Close),
        ],
        TcpState.LastAck =>
        [
            new(TcpTrigger.ReceiveAckOfFin, TcpState.Close), new(TcpTrigger.ReceiveReset, TcpState.Close), new(TcpTrigger.GivenUp, TcpState.Close),
        ],
        TcpState.TimeWait => [new(TcpTrigger.TwoMslPassed, TcpState.Close)],
        _ => [],
    };

    /// <summary>RFC 9293's spelling.</summary>
    public static string RfcName(TcpState state) => state switch
    {
        TcpState.Close => "CLOSED",
        TcpState.BoundInactive => "BOUND-INACTIVE",
        _ => state.Name().ToUpperInvariant(),
    };

    /// <summary>The words of ss, of net-tools' netstat and of Windows' netstat; null where they show no such state.</summary>
    public static (string? Ss, string? Netstat, string? Windows) Spellings(TcpState state) => state switch
    {
        TcpState.Established => ("ESTAB", "ESTABLISHED", "ESTABLISHED"),
        TcpState.SynSent => ("SYN-SENT", "SYN_SENT", "SYN_SENT"),
        TcpState.SynReceived => ("SYN-RECV", "SYN_RECV", "SYN_RECEIVED"),
        TcpState.FinWait1 => ("FIN-WAIT-1", "FIN_WAIT1", "FIN_WAIT_1"),
        TcpState.FinWait2 => ("FIN-WAIT-2", "FIN_WAIT2", "FIN_WAIT_2"),
        TcpState.TimeWait => ("TIME-WAIT", "TIME_WAIT", "TIME_WAIT"),
        TcpState.Close => ("UNCONN", "CLOSE", "CLOSED"),
        TcpState.CloseWait => ("CLOSE-WAIT", "CLOSE_WAIT", "CLOSE_WAIT"),
        TcpState.LastAck => ("LAST-ACK", "LAST_ACK", "LAST_ACK"),
        TcpState.Listen => ("LISTEN", "LISTEN", "LISTENING"),
        TcpState.Closing => ("CLOSING", "CLOSING", "CLOSING"),
        _ => (null, null, "BOUND"),
    };

    /// <summary>Where the RFC speaks of it.</summary>
    public static string Source(TcpState state) => state switch
    {
        TcpState.TimeWait => "RFC 9293, sections 3.3.2 and 3.6.1",
        TcpState.BoundInactive => "ip(7), bind(2)",
        _ => "RFC 9293, section 3.3.2",
    };
}
