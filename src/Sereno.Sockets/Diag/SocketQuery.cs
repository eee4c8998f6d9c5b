using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>Which sockets a snapshot holds. The kernel selects: what isn't asked for isn't copied.</summary>
public sealed record SocketQuery
{
    public static SocketQuery Everything { get; } = new();

    public bool Tcp { get; init; } = true;
    public bool Udp { get; init; } = true;
    public bool IPv4 { get; init; } = true;
    public bool IPv6 { get; init; } = true;
    public TcpStates States { get; init; } = TcpStates.All;

    /// <summary>Find each socket's processes: the costly part.</summary>
    public bool Owners { get; init; } = true;

    /// <summary>Find their threads too.</summary>
    public bool Threads { get; init; }

    /// <summary>Find also processes that /proc hides from us, where that is permitted; ss and netstat don't.</summary>
    public bool BeyondProc { get; init; }

    /// <summary>Look for owners among these processes only; null for all there are.</summary>
    public IReadOnlyCollection<int>? Processes { get; init; }
}
