using Sereno.Sockets;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>One socket of this machine as a line that proves something: its ends, whose it is, and what it waits for.</summary>
internal static class Evidence
{
    public static string Of(SocketTable table, in SocketRecord socket, SocketVitals vitals, ProcessTimes times)
    {
        bool tcp = socket.Protocol is SocketProtocol.Tcp or SocketProtocol.Mptcp, connected = socket.RemotePort != 0 || !socket.Remote.IsAny;
        string ends = SocketText.EndPoint(socket.Local, socket.LocalPort) + (connected ? " <-> " + SocketText.EndPoint(socket.Remote, socket.RemotePort) : "");
        string who = AcceptQueue.ListenerOf(table, socket) is { } listener
            ? Text.Current.Sockets.WaitsToBeAccepted(SocketText.EndPoint(listener.Local, listener.LocalPort), SocketText.Who(table.OwnerOf(listener), times))
            : SocketText.Who(table.OwnerOf(socket), times);
        string[] details = [.. Details(socket, vitals.Of(socket))];
        return $"{SocketJson.ProtocolName(socket.Protocol)} {ends}{(tcp ? " " + socket.State.Name() : "")}: {who}{string.Concat(details.Select(d => "; " + d))}";
    }

    private static List<string> Details(in SocketRecord socket, Vitals vitals)
    {
        var text = Text.Current.Sockets;
        var details = new List<string>();
        if (socket.IsListening)
            details.Add(text.AcceptQueue(socket.ReceiveQueue, socket.SendQueue));
        else if (socket.Protocol is not (SocketProtocol.Tcp or SocketProtocol.Mptcp))
        {
            if (socket.ReceiveQueue + socket.SendQueue > 0)
                details.Add(text.DatagramQueues(socket.ReceiveQueue, socket.SendQueue));
        }
        else if (TcpQueues.Unread(socket) is var unread && TcpQueues.Unacknowledged(socket) is var unacknowledged && unread + unacknowledged > 0)
            details.Add(text.Queues(unread, unacknowledged));
        if (!socket.IsListening && vitals.IdleMilliseconds is >= 1000 and var idle)
            details.Add(text.Idle(Times.Ago(idle * 1000ul)));
        if (socket.Timer == SocketTimer.TimeWait)
            details.Add(text.MoreToWait(Times.Ago(socket.Expires * 1000ul)));
        if (socket.Timer is SocketTimer.Retransmit && socket.Retransmits > 0)
            details.Add(text.Retransmitted(socket.Retransmits));
        if (vitals.Drops > 0)
            details.Add(text.DropsCounted(vitals.Drops));
        return details;
    }
}
