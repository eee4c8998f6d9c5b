using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets;

/// <summary>What one unit does on the network.</summary>
/// <param name="Ports">Where it listens.</param>
/// <param name="Connections">Its TCP connections by state, in and out, most first; with those in TIME-WAIT or being set up
/// at its ports, which the kernel keeps without an owner.</param>
public sealed record UnitSockets(string Unit, IReadOnlyList<ListeningPort> Ports, IReadOnlyList<StateCount> Connections)
{
    /// <summary>Picks one unit out of a snapshot that was captured with an <see cref="Owners.IUnitResolver"/>.</summary>
    public static UnitSockets Summarize(SocketTable table, string unit, NetworkFacts? network = null) =>
        SummarizeAll(table, network).GetValueOrDefault(unit) ?? new(unit, [], []);

    /// <summary>Every unit of a snapshot that has a socket, by name.</summary>
    /// <param name="memory">Of who looks again and again: what was known of connections that have no owner any more.</param>
    public static IReadOnlyDictionary<string, UnitSockets> SummarizeAll(SocketTable table, NetworkFacts? network = null, UnitMemory? memory = null)
    {
        memory ??= new();
        var ports = ListeningPorts.In(table, network).Where(p => p.Owner.Unit is not null).ToLookup(p => p.Owner.Unit!);
        var counts = ports.ToDictionary(p => p.Key, _ => new int[16]);
        var records = table.Records;
        var listeners = ListeningPorts.IndexListeners(records);
        foreach (ref readonly var socket in records)
        {
            if (socket.Protocol != SocketProtocol.Tcp || socket.IsListening || socket.State == TcpState.Close)
                continue;
            string? unit = memory.UnitOf(table, socket);
            if (unit is null && socket.Inode == 0)
            {
                int listener = ListeningPorts.ListenerOf(records, listeners.GetValueOrDefault(socket.LocalPort), socket);
                unit = listener < 0 ? null : table.UnitOf(records[listener]);
            }
            if (unit is null)
                continue;
            if (!counts.TryGetValue(unit, out int[]? byState))
                counts[unit] = byState = new int[16];
            byState[(int)socket.State & 15]++;
        }
        memory.EndLook();
        return counts.ToDictionary(c => c.Key, c => new UnitSockets(c.Key, [.. ports[c.Key]], ListeningPorts.Order(c.Value)));
    }
}
