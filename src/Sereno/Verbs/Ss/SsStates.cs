using Sereno.Sockets.Wire;

namespace Sereno.Verbs;

/// <summary>ss's names for sets of states.</summary>
internal static class SsStates
{
    /// <summary>Any case; null for a name that ss doesn't know.</summary>
    public static TcpStates? Parse(string name) => name.ToLowerInvariant() switch
    {
        "all" => TcpStates.All,
        "connected" => TcpStates.All & ~(TcpStates.Close | TcpStates.Listen),
        "synchronized" => TcpStates.All & ~(TcpStates.Close | TcpStates.Listen | TcpStates.SynSent),
        "bucket" => TcpStates.SynReceived | TcpStates.TimeWait,
        "big" => TcpStates.All & ~(TcpStates.SynReceived | TcpStates.TimeWait),
        "unknown" => (TcpStates)1,
        "bound-inactive" => TcpStates.BoundInactive,
        "established" => Of(TcpState.Established),
        "syn-sent" => Of(TcpState.SynSent),
        "syn-recv" or "syn-rcv" => Of(TcpState.SynReceived),
        "fin-wait-1" => Of(TcpState.FinWait1),
        "fin-wait-2" => Of(TcpState.FinWait2),
        "time-wait" => Of(TcpState.TimeWait),
        "unconnected" or "close" or "closed" => Of(TcpState.Close),
        "close-wait" => Of(TcpState.CloseWait),
        "last-ack" => Of(TcpState.LastAck),
        "listening" => Of(TcpState.Listen),
        "closing" => Of(TcpState.Closing),
        _ => null,
    };

    private static TcpStates Of(TcpState state) => (TcpStates)(1u << (int)state);
}
