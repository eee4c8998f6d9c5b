using Sereno.Sockets.Diag;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Selection;

/// <summary>Which sockets somebody wants to see. Kinds of conditions combine by and, the values of one kind by or; a kind
/// without a value admits every socket.</summary>
public sealed record SocketSelection
{
    public static SocketSelection Everything { get; } = new();

    /// <summary>Carries IPv4 or takes it: an IPv4 socket, a mapped connection, an IPv6 wildcard that isn't v6only.</summary>
    public bool IPv4 { get; init; }

    /// <summary>Carries IPv6 or takes it.</summary>
    public bool IPv6 { get; init; }

    public bool Tcp { get; init; }
    public bool Udp { get; init; }

    /// <summary>Listening TCP and unconnected UDP sockets; of one kind with <see cref="States"/>.</summary>
    public bool Listening { get; init; }

    public TcpStates States { get; init; }

    /// <summary>Either end's port.</summary>
    public IReadOnlyList<PortRange> Ports { get; init; } = [];

    /// <summary>Names or patterns, as <see cref="NamePattern"/> reads them.</summary>
    public IReadOnlyList<string> Units { get; init; } = [];

    public IReadOnlyList<int> Pids { get; init; } = [];
    public IReadOnlyList<PeerPattern> Peers { get; init; } = [];
    public IReadOnlyList<AddressScope> Scopes { get; init; } = [];

    /// <summary>Of the local port.</summary>
    public IReadOnlyList<PortClass> Classes { get; init; } = [];

    /// <summary>Units or processes are asked for: owners have to be known.</summary>
    public bool NeedsOwners => Units.Count > 0 || Pids.Count > 0;

    public bool IsEverything => !(IPv4 || IPv6 || Tcp || Udp || Listening || NeedsOwners) && States == 0
        && Ports.Count + Peers.Count + Scopes.Count + Classes.Count == 0;

    /// <param name="unit">The socket's unit; null when it has none.</param>
    /// <param name="pids">The processes that hold it.</param>
    /// <param name="network">What scopes are judged by.</param>
    public bool Matches(in SocketRecord socket, string? unit, ReadOnlySpan<int> pids, NetworkFacts network) =>
        MatchesSocket(socket, network) && MatchesOwner(unit, pids);

    /// <summary>All but unit and processes.</summary>
    public bool MatchesSocket(in SocketRecord socket, NetworkFacts network) =>
        (IPv4 == IPv6 || (IPv4 ? TakesIPv4(socket) : TakesIPv6(socket)))
        && (Tcp == Udp || (Tcp ? socket.Protocol is SocketProtocol.Tcp or SocketProtocol.Mptcp : socket.Protocol is SocketProtocol.Udp or SocketProtocol.UdpLite))
        && MatchesState(socket)
        && MatchesPort(socket)
        && MatchesPeer(socket)
        && (Classes.Count == 0 || Classes.Contains(PortClasses.Of(socket.LocalPort)))
        && (Scopes.Count == 0 || Scopes.Contains(AddressScopes.Of(socket, network)));

    /// <summary>May something be said of a unit that isn't about one of its sockets?</summary>
    public bool AdmitsUnit(string unit) => IsEverything || (Units.Count > 0 && MatchesUnit(unit));

    public bool MatchesOwner(string? unit, ReadOnlySpan<int> pids) => MatchesUnit(unit) && MatchesProcess(pids);

    /// <summary>What the kernel can leave out by itself; <see cref="MatchesSocket"/> judges what it gives.</summary>
    public SocketQuery Narrow(SocketQuery query) => query with
    {
        Tcp = query.Tcp && (Tcp || !Udp),
        Udp = query.Udp && (Udp || !Tcp),
        IPv4 = query.IPv4 && (IPv4 || !IPv6), // IPv6 sockets may carry IPv4, never the other way
        States = States == 0 && !Listening ? query.States
            : query.States & (States | (Listening ? TcpStates.Listen | (Udp || !Tcp ? TcpStates.Close : 0) : 0)),
    };

    public static bool TakesIPv4(in SocketRecord socket) => socket.IsIPv4
        || socket.Local.IsMappedIPv4 || socket.Remote.IsMappedIPv4
        || (socket.Local.IsAny && socket.Remote.IsAny && socket.IPv6Only is not true);

    public static bool TakesIPv6(in SocketRecord socket) => !socket.IsIPv4 && !socket.Local.IsMappedIPv4 && !socket.Remote.IsMappedIPv4;

    private bool MatchesState(in SocketRecord socket) =>
        (States == 0 && !Listening)
        || (States & StateVocabulary.SetOf(socket.State)) != 0
        || (Listening && ListeningPorts.IsPort(socket));

    private bool MatchesPort(in SocketRecord socket)
    {
        foreach (var range in Ports)
            if (range.Contains(socket.LocalPort) || (socket.RemotePort != 0 && range.Contains(socket.RemotePort)))
                return true;
        return Ports.Count == 0;
    }

    private bool MatchesPeer(in SocketRecord socket)
    {
        foreach (var peer in Peers)
            if (peer.Matches(socket))
                return true;
        return Peers.Count == 0;
    }

    private bool MatchesUnit(string? unit)
    {
        foreach (string pattern in Units)
            if (unit is not null && NamePattern.Matches(pattern, unit))
                return true;
        return Units.Count == 0;
    }

    private bool MatchesProcess(ReadOnlySpan<int> pids)
    {
        foreach (int pid in pids)
            if (Pids.Contains(pid))
                return true;
        return Pids.Count == 0;
    }
}
