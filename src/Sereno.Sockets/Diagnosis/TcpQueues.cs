using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diagnosis;

/// <summary>Payload in a TCP socket's queues. The kernel counts sequence numbers, of which SYN and FIN take one each (RFC 9293 3.4).</summary>
public static class TcpQueues
{
    /// <summary>Bytes that came and weren't read: the peer's FIN, which is read last, doesn't count.</summary>
    public static uint Unread(in SocketRecord socket) =>
        Without(socket.ReceiveQueue, socket.State is TcpState.CloseWait or TcpState.LastAck or TcpState.Closing or TcpState.TimeWait);

    /// <summary>Bytes that the peer hasn't acknowledged: our SYN or FIN doesn't count.</summary>
    public static uint Unacknowledged(in SocketRecord socket) =>
        Without(socket.SendQueue, socket.State is TcpState.SynSent or TcpState.FinWait1 or TcpState.LastAck or TcpState.Closing);

    private static uint Without(uint queue, bool flag) => flag && queue > 0 ? queue - 1 : queue;
}
