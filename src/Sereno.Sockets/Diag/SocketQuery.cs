using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>Which sockets a snapshot holds. The kernel selects: what isn't asked for isn't copied.</summary>
public sealed record SocketQuery
{
    public static SocketQuery Everything { get; } = new();

    /// <summary>TCP and UDP unless said otherwise.</summary>
    public SocketTables Tables { get; init; } = SocketTables.Tcp | SocketTables.Udp;

    public bool Tcp { get => Has(SocketTables.Tcp); init => Tables = value ? Tables | SocketTables.Tcp : Tables & ~SocketTables.Tcp; }
    public bool Udp { get => Has(SocketTables.Udp); init => Tables = value ? Tables | SocketTables.Udp : Tables & ~SocketTables.Udp; }
    public bool IPv4 { get; init; } = true;
    public bool IPv6 { get; init; } = true;
    public TcpStates States { get; init; } = TcpStates.All;

    /// <summary>What is kept of each socket besides its record, for whoever decodes it.</summary>
    public SocketDetails Details { get; init; }

    /// <summary>INET_DIAG_REQ_BYTECODE: which Internet sockets the kernel lets through; empty for all.</summary>
    public ReadOnlyMemory<byte> Bytecode { get; init; }

    /// <summary>Find each socket's processes: the costly part.</summary>
    public bool Owners { get; init; } = true;

    /// <summary>Find their threads too.</summary>
    public bool Threads { get; init; }

    /// <summary>Find also processes that /proc hides from us, where that is permitted; ss and netstat don't.</summary>
    public bool BeyondProc { get; init; }

    /// <summary>Look for owners among these processes only; null for all there are.</summary>
    public IReadOnlyCollection<int>? Processes { get; init; }

    public bool Has(SocketTables any) => (Tables & any) != 0;
}
