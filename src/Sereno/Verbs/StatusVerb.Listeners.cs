using Sereno.Bus.Wire;
using Sereno.Linux;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Wire;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>What status says of a socket unit: systemctl's lines, then how it serves, for whom, and who waits.</summary>
public static partial class StatusVerb
{
    private static void WriteListeners(Dictionary<string, BusValue> p)
    {
        string label = "Listen";
        string[] addresses = [.. (p.TryGetValue("Listen", out var list) ? list.Items : []).Select(l => (string)l.Items[1].Scalar!)];
        foreach (var listen in list?.Items ?? [])
        {
            Field(label, $"{listen.Items[1].Scalar} ({listen.Items[0].Scalar})");
            label = "";
        }
        if (addresses.Length == 0)
            return;
        bool accepts = p.Number("Accept") == 1;
        if (accepts)
            Field("Accepted", $"{p.Number("NAccepted")}; {Text.Current.Field("Connected")}: {p.Number("NConnections")};"
                + (p.Number("NRefused") is > 0 and var refused ? $"   {Text.Current.Field("Refused")}: {refused}" : ""));
        Field("Server", Text.Current.ServerMode(p.Text("Server")));
        if (p.Text("ActiveState") == "active")
            Field("Clients", Text.Current.Clients(Waiting(addresses), accepts ? (p.Number("NConnections"), p.Number("NAccepted") - p.Number("NConnections"), p.Number("NRefused")) : null)
                + (p.Text("LastRefusal") is { Length: > 0 } reason ? $": {Printable.Of(reason)}" : ""));
    }

    /// <summary>Connections that the kernel has made and nobody has accepted yet, and how many may wait; null where the kernel doesn't tell.</summary>
    private static (uint Waiting, uint Room)? Waiting(string[] addresses)
    {
        try
        {
            var table = SocketTable.Capture(SocketQuery.Everything with { Tables = SocketTables.Tcp | SocketTables.Unix, States = TcpStates.Listen, Owners = false });
            uint waiting = 0, room = 0;
            bool isSeen = false; // not from another network namespace
            foreach (ref readonly var socket in table.Records)
                if (socket.IsListening && addresses.Contains(SocketText.EndPoint(socket.Local, socket.LocalPort)))
                    (isSeen, waiting, room) = (true, waiting + socket.ReceiveQueue, room + socket.SendQueue);
            foreach (ref readonly var socket in table.Unix)
                if (addresses.Contains(Name(socket.Name.Span)))
                    (isSeen, waiting, room) = (true, waiting + socket.ReceiveQueue, room + socket.SendQueue);
            return isSeen ? (waiting, room) : null;
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    /// <summary>Abstract names begin with an at sign for people, with a zero for the kernel.</summary>
    private static string Name(ReadOnlySpan<byte> name) =>
        name is [0, ..] ? "@" + System.Text.Encoding.UTF8.GetString(name[1..]) : System.Text.Encoding.UTF8.GetString(name.TrimEnd((byte)0));
}
