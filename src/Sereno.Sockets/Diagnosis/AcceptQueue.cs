using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diagnosis;

/// <summary>Connections that the kernel has completed and no program has accepted yet: they have no inode, as orphans have none,
/// but the listener's program is the one that has to act.</summary>
public static class AcceptQueue
{
    /// <summary>The listener in whose queue a connection waits; null when it doesn't.</summary>
    /// <param name="table">Its <see cref="SocketTable.Whole"/> is looked through.</param>
    public static SocketRecord? ListenerOf(SocketTable table, in SocketRecord socket)
    {
        if (!MayWait(socket))
            return null;
        var records = table.Whole.Records;
        var listeners = new List<int>();
        for (int i = 0; i < records.Length; i++)
            if (records[i].IsListening && records[i].LocalPort == socket.LocalPort)
                listeners.Add(i);
        return ListeningPorts.ListenerOf(records, listeners, socket) is >= 0 and var listener ? records[listener] : null;
    }

    // A socket that was accepted has an inode until it is closed, and then it isn't in these states any more.
    private static bool MayWait(in SocketRecord socket) =>
        socket is { Protocol: SocketProtocol.Tcp, Inode: 0, IsFromText: false, State: TcpState.Established or TcpState.CloseWait };
}
