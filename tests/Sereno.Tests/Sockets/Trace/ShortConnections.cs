using System.Net;
using System.Net.Sockets;
using Sereno.Sockets.Trace;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets.Trace;

/// <summary>Many connections over loopback, one after the other: the client says three bytes, the server five, the client ends first.</summary>
internal sealed class ShortConnections : IDisposable
{
    public const int BytesFromClient = 3, BytesFromServer = 5;

    /// <summary>What the two ends of each go through, until TIME-WAIT begins.</summary>
    public static readonly string[] ClientPath = ["closed>syn-sent", "syn-sent>established", "established>fin-wait-1", "fin-wait-1>fin-wait-2", "fin-wait-2>time-wait"],
        ServerPath = ["listen>syn-received", "syn-received>established", "established>close-wait", "close-wait>last-ack", "last-ack>closed"];

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ShortConnections(int port = 0)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(16);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <returns>The clients' ports.</returns>
    public List<int> Make(int count)
    {
        var ports = new List<int>(count);
        byte[] buffer = new byte[16];
        for (int i = 0; i < count; i++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(IPAddress.Loopback, Port);
            ports.Add(((IPEndPoint)client.LocalEndPoint!).Port);
            using var server = _listener.Accept();
            client.Send("abc"u8);
            server.Receive(buffer);
            server.Send("abcde"u8);
            client.Receive(buffer);
            client.Shutdown(SocketShutdown.Send);
            while (server.Receive(buffer) > 0) { }
            server.Dispose();
            while (client.Receive(buffer) > 0) { }
        }
        return ports;
    }

    /// <summary>No state of any connection is missing, and each is in its place. A port may serve again, and ends its
    /// TIME-WAIT then.</summary>
    public static void AssertComplete(IEnumerable<int> clientPorts, ILookup<(bool Client, int Port), string> paths)
    {
        string[] incomplete = [.. from port in clientPorts.CountBy(p => p)
            from client in (bool[])[true, false]
            let path = paths[(client, port.Key)].Where(change => change != "time-wait>closed")
            let expected = Enumerable.Repeat(client ? ClientPath : ServerPath, port.Value).SelectMany(p => p)
            where !path.SequenceEqual(expected)
            select $"{(client ? "client" : "server")} {port}: {string.Join(' ', path)}"];
        Assert.True(incomplete.Length == 0, $"{incomplete.Length} incomplete:\n{string.Join('\n', incomplete.Take(5))}");
    }

    /// <summary>Changes by the client's port, as seen from the client or the server.</summary>
    public ILookup<(bool Client, int Port), string> Paths(IEnumerable<TraceEvent> events) => events
        .Where(e => !e.IsEndOnly && !e.IsOfListener && (e.Tuple.LocalPort == Port || e.Tuple.RemotePort == Port))
        .ToLookup(e => e.Tuple.RemotePort == Port ? (true, e.Tuple.LocalPort) : (false, (int)e.Tuple.RemotePort), e => $"{e.OldState.Name()}>{e.NewState.Name()}");

    public void Dispose() => _listener.Dispose();
}
