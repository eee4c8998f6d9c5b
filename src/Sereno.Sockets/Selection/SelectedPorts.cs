using Sereno.Sockets.Diag;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Selection;

/// <summary>Listening ports reduced to what a selection admits.</summary>
public static class SelectedPorts
{
    /// <summary>The ports that a selection admits. States and peers are of connections: a port is shown if it has such ones,
    /// and counts only these; by a state, also if it is in it itself.</summary>
    public static IReadOnlyList<ListeningPort> Ports(this PlacedSockets place, SocketSelection selection)
    {
        var ofPort = selection with { Listening = false, States = 0, Peers = [] };
        var ofConnection = SocketSelection.Everything with { States = selection.States, Peers = selection.Peers };
        var counted = place with { Table = place.Table.Where(s => ListeningPorts.IsPort(s) || ofConnection.MatchesSocket(s, place.Network)) };
        return [.. ListeningPorts.In(counted).Where(p => ofPort.Admits(place.Table, p.Socket, place.Network)
            && (p.Connections.Count > 0 || ofConnection.IsEverything || (selection.Peers.Count == 0 && (selection.Listening || InState(p.Socket, selection)))))];
    }

    /// <summary>What has to be asked of the kernel: connections in every state are counted.</summary>
    public static SocketQuery NarrowPorts(this SocketSelection selection, SocketQuery query) => (selection with { Listening = false, States = 0 }).Narrow(query);

    private static bool InState(in SocketRecord socket, SocketSelection selection) => (selection.States & StateVocabulary.SetOf(socket.State)) != 0;
}
