using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets;

/// <summary>How many sockets are in a state.</summary>
public readonly record struct StateCount(TcpState State, int Count);

/// <summary>A port at which somebody may knock: a listening TCP socket, or a UDP socket bound and not connected.</summary>
public sealed record ListeningPort
{
    public required SocketRecord Socket { get; init; }
    public required SocketOwner Owner { get; init; }

    /// <summary>IANA's name of the port, or null.</summary>
    public required string? Service { get; init; }

    public required PortClass Class { get; init; }
    public required AddressScope Scope { get; init; }

    /// <summary>Connections to this listener by state, most first; empty for UDP.</summary>
    public required IReadOnlyList<StateCount> Connections { get; init; }

    /// <summary>The name of its network namespace, where several were looked into; null otherwise.</summary>
    public string? Netns { get; init; }

    public ushort Port => Socket.LocalPort;
    public bool IsTcp => Socket.Protocol == SocketProtocol.Tcp;

    /// <summary>An IPv6 wildcard socket that takes IPv4 peers too (IPV6_V6ONLY off, RFC 3493 5.3).</summary>
    public bool AcceptsIPv4 => SocketSelection.TakesIPv4(Socket);
}

/// <summary>Finds the listening ports of a snapshot and the connections at each.</summary>
public static class ListeningPorts
{
    /// <summary>Every listening port, by port number.</summary>
    public static IReadOnlyList<ListeningPort> In(PlacedSockets place) =>
        [.. In(place.Table, place.Network).Select(p => place.Netns is null ? p : p with { Netns = place.Netns })];

    /// <summary>Every listening port, by port number.</summary>
    /// <param name="network">What scopes are judged by; without it a wildcard counts as open to the internet.</param>
    public static IReadOnlyList<ListeningPort> In(SocketTable table, NetworkFacts? network = null)
    {
        network ??= NetworkFacts.Unknown;
        var counts = CountConnections(table);
        var ports = new List<ListeningPort>();
        var records = table.Records;
        for (int i = 0; i < records.Length; i++)
        {
            ref readonly var socket = ref records[i];
            if (!IsPort(socket))
                continue;
            ports.Add(new()
            {
                Socket = socket,
                Owner = table.OwnerOf(socket),
                Service = PortRegistry.Iana.NameOf(socket.LocalPort, Transports.Of(socket.Protocol)),
                Class = PortClasses.Of(socket.LocalPort),
                Scope = AddressScopes.Of(socket, network),
                Connections = counts.TryGetValue(i, out var count) ? Order(count) : [],
            });
        }
        return [.. ports.OrderBy(p => p.Port).ThenBy(p => p.Socket.Protocol).ThenByDescending(p => p.Socket.IsIPv4)];
    }

    /// <summary>Counts by state, most first.</summary>
    internal static IReadOnlyList<StateCount> Order(int[] byState) =>
        [.. byState.Select((n, state) => new StateCount((TcpState)state, n)).Where(c => c.Count > 0)
            .OrderByDescending(c => c.Count).ThenBy(c => c.State)];

    internal static bool IsPort(in SocketRecord socket) => socket.Protocol == SocketProtocol.Tcp
        ? socket.IsListening
        : socket.State == TcpState.Close && socket.LocalPort != 0;

    /// <summary>The row of the listener that a connection came in by: bound to its address, else to the wildcard of its
    /// family, else to an IPv6 wildcard that takes IPv4; -1 for none.</summary>
    internal static int ListenerOf(ReadOnlySpan<SocketRecord> records, List<int>? listeners, in SocketRecord connection)
    {
        int best = -1, bestRank = 0;
        var local = connection.Local.Unmapped;
        foreach (int i in listeners ?? [])
        {
            ref readonly var listener = ref records[i];
            int rank = listener.Local.Unmapped == local ? 3
                : !listener.Local.IsAny ? 0
                : listener.IsIPv4 == connection.IsIPv4 && (listener.IsIPv4 || !connection.Local.IsMappedIPv4) ? 2
                : listener.IsIPv4 || listener.IPv6Only is true ? 0 : 1;
            if (rank > bestRank)
                (best, bestRank) = (i, rank);
        }
        return best;
    }

    internal static Dictionary<ushort, List<int>> IndexListeners(ReadOnlySpan<SocketRecord> records)
    {
        var listeners = new Dictionary<ushort, List<int>>();
        for (int i = 0; i < records.Length; i++)
            if (records[i].IsListening)
            {
                if (!listeners.TryGetValue(records[i].LocalPort, out var rows))
                    listeners[records[i].LocalPort] = rows = [];
                rows.Add(i);
            }
        return listeners;
    }

    private static Dictionary<int, int[]> CountConnections(SocketTable table)
    {
        var records = table.Records;
        var listeners = IndexListeners(records);
        var counts = new Dictionary<int, int[]>();
        foreach (ref readonly var socket in records)
        {
            if (socket.Protocol != SocketProtocol.Tcp || socket.IsListening || socket.State == TcpState.Close)
                continue;
            int listener = ListenerOf(records, listeners.GetValueOrDefault(socket.LocalPort), socket);
            if (listener < 0)
                continue;
            if (!counts.TryGetValue(listener, out int[]? byState))
                counts[listener] = byState = new int[16];
            byState[(int)socket.State & 15]++;
        }
        return counts;
    }
}
