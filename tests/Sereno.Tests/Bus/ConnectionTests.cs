using Sereno.Bus;
using Sereno.Bus.Wire;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Bus;

public class ConnectionTests
{
    private const string Guid = "0123456789abcdef0123456789abcdef";
    private static readonly MessageHeader s_signal = MessageHeader.Signal("/a", "a.b", "C", "ay");

    [Fact]
    public void Messages_pass_both_ways_with_their_descriptors()
    {
        using var pair = Pair();
        var (_, extra) = UnixSocket.Pair(UnixSocketType.Stream);
        pair.Client.Send(MessageHeader.Call("/a", "a.b", "C"), [], [extra.Fd, extra.Fd]);
        pair.Client.Send(MessageHeader.Call("/a", "a.b", "D"), []);
        pair.Server.OnReadable();
        var first = pair.Server.TryReceive()!;
        Assert.Equal(("C", 2), (first.Message.Header.Member, first.Fds.Count));
        var second = pair.Server.TryReceive()!;
        Assert.Equal(("D", 0), (second.Message.Header.Member, second.Fds.Count));
        Assert.Null(pair.Server.TryReceive());
        pair.Server.Send(MessageHeader.Return(first.Message.Header.Serial), []);
        pair.Client.OnReadable();
        Assert.Equal(first.Message.Header.Serial, pair.Client.TryReceive()!.Message.Header.ReplySerial);
    }

    [Fact]
    public void The_server_knows_who_is_there()
    {
        using var pair = Pair();
        Assert.Equal(Environment.ProcessId, pair.Server.Peer.Pid);
    }

    [Fact]
    public void A_large_message_arrives_in_pieces()
    {
        using var pair = Pair();
        byte[] payload = new byte[5_000_000];
        Random.Shared.NextBytes(payload);
        using var body = new MessageWriter();
        body.WriteBytes(payload);
        pair.Client.Send(s_signal, body.Written);
        Incoming? incoming = null;
        for (int i = 0; i < 10_000 && incoming is null; i++)
        {
            pair.Client.OnWritable();
            pair.Server.OnReadable();
            incoming = pair.Server.TryReceive();
        }
        Assert.Equal(payload, incoming!.Message.Reader.ReadBytes().ToArray());
        Assert.False(pair.Client.WantsWrite);
    }

    [Fact]
    public void A_peer_that_never_reads_is_disconnected()
    {
        using var pair = Pair(ConnectionLimits.Server with { Outgoing = 1_000_000 });
        using var body = new MessageWriter();
        body.WriteBytes(new byte[100_000]);
        for (int i = 0; i < 100 && !pair.Server.Closed; i++)
            pair.Server.Send(s_signal, body.Written);
        Assert.Equal("the peer does not read", pair.Server.CloseReason);
    }

    [Fact]
    public void A_peer_that_calls_and_hangs_up_is_still_heard()
    {
        using var pair = Pair();
        pair.Client.Send(MessageHeader.Call("/a", "a.b", "C"), []);
        pair.Client.Send(MessageHeader.Call("/a", "a.b", "D"), []);
        pair.Client.Dispose();
        pair.Server.OnReadable();
        Assert.Equal("C", pair.Server.TryReceive()!.Message.Header.Member);
        pair.Server.Send(s_signal with { Signature = "" }, []); // he can't hear it
        Assert.Equal("D", pair.Server.TryReceive()!.Message.Header.Member);
        Assert.Null(pair.Server.TryReceive());
        Assert.True(pair.Server.Closed);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { (byte)'l', 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0 })] // over the limit
    public void A_malformed_message_closes_the_connection(byte[] bad)
    {
        var (a, b) = UnixSocket.Pair(UnixSocketType.Stream);
        using var server = BusConnection.Accept(a, Guid, ConnectionLimits.Server with { Message = 1000 });
        b.Send([.. Sereno.Bus.Auth.ClientAuth.Hello, .. bad]);
        server.OnReadable();
        Assert.Null(server.TryReceive());
        Assert.True(server.Closed);
    }

    [Fact]
    public void Descriptors_before_the_handshake_close_the_connection()
    {
        var (a, b) = UnixSocket.Pair(UnixSocketType.Stream);
        using var server = BusConnection.Accept(a, Guid);
        b.Send("\0"u8, [b.Fd]);
        server.OnReadable();
        Assert.True(server.Closed);
    }

    private static ConnectedPair Pair(ConnectionLimits? limits = null)
    {
        var (a, b) = UnixSocket.Pair(UnixSocketType.Stream);
        var pair = new ConnectedPair(BusConnection.Accept(a, Guid, limits), BusConnection.Connect(b));
        pair.Server.OnReadable();
        pair.Client.OnReadable();
        Assert.True(pair.Server.IsReady && pair.Client.IsReady);
        return pair;
    }

    private sealed record ConnectedPair(BusConnection Server, BusConnection Client) : IDisposable
    {
        public void Dispose()
        {
            Server.Dispose();
            Client.Dispose();
        }
    }
}
