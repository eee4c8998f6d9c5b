using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Selection;

/// <summary>A snapshot reduced to what a selection admits.</summary>
public static class SelectedSockets
{
    /// <summary>The same table with these rows only, in the same order; owners stay whole.</summary>
    public static SocketTable Select(this SocketTable table, SocketSelection selection, NetworkFacts network)
    {
        if (selection.IsEverything)
            return table;
        var kept = new List<SocketRecord>();
        foreach (ref readonly var socket in table.Records)
            if (Admits(selection, table, socket, network))
                kept.Add(socket);
        return table.Only([.. kept]);
    }

    /// <summary>As <see cref="SocketSelection.Matches"/>, asking the table for owners only where the selection does.</summary>
    public static bool Admits(this SocketSelection selection, SocketTable table, in SocketRecord socket, NetworkFacts network)
    {
        if (!selection.MatchesSocket(socket, network))
            return false;
        if (!selection.NeedsOwners)
            return true;
        string? unit = selection.Units.Count > 0 ? table.UnitOf(socket) : null;
        return selection.MatchesOwner(unit, selection.Pids.Count > 0 ? PidsOf(table, socket) : []);
    }

    private static int[] PidsOf(SocketTable table, in SocketRecord socket) => [.. table.Owners.HoldersOf(socket.Inode).Select(h => h.Pid)];
}
