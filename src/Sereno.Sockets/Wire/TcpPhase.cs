namespace Sereno.Sockets.Wire;

/// <summary>The three parts of a connection's life. UDP has the second only.</summary>
public enum TcpPhase { Establish, Transmit, Finish }

public static class TcpPhases
{
    /// <summary>The phase of a state: LISTEN, SYN-SENT and SYN-RECEIVED establish, ESTABLISHED transmits, the others finish.
    /// A socket that is bound and nothing else is on its way to be established.</summary>
    public static TcpPhase Of(TcpState state) => state switch
    {
        TcpState.Listen or TcpState.SynSent or TcpState.SynReceived or TcpState.BoundInactive => TcpPhase.Establish,
        TcpState.Established => TcpPhase.Transmit,
        _ => TcpPhase.Finish,
    };

    /// <summary>The phase of a socket: whatever isn't TCP transmits.</summary>
    public static TcpPhase Of(in SocketRecord socket) =>
        socket.Protocol is SocketProtocol.Tcp or SocketProtocol.Mptcp ? Of(socket.State) : TcpPhase.Transmit;

    public static TcpStates States(this TcpPhase phase) => phase switch
    {
        TcpPhase.Establish => TcpStates.Listen | TcpStates.SynSent | TcpStates.SynReceived | TcpStates.BoundInactive,
        TcpPhase.Transmit => TcpStates.Established,
        TcpPhase.Finish => TcpStates.All & ~(TcpStates.Listen | TcpStates.SynSent | TcpStates.SynReceived | TcpStates.Established) & ~(TcpStates)1,
    };

    public static string Name(this TcpPhase phase) => phase switch
    {
        TcpPhase.Establish => "establish",
        TcpPhase.Transmit => "transmit",
        TcpPhase.Finish => "finish",
    };
}
