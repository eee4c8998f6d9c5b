using System.Text;
using CsCheck;
using Sereno.Bus.Auth;
using Xunit;

namespace Sereno.Tests.Bus;

public class AuthTests
{
    private const string Guid = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n", "DATA|OK " + Guid + "|AGREE_UNIX_FD|")] // sd-bus
    [InlineData("\0AUTH EXTERNAL 31303030\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n", "OK " + Guid + "|AGREE_UNIX_FD|")] // libdbus, uid 1000
    [InlineData("\0AUTH\r\nAUTH EXTERNAL 31303030\r\nBEGIN\r\n", "REJECTED EXTERNAL|OK " + Guid + "|")]
    [InlineData("\0AUTH ANONYMOUS 61\r\nAUTH EXTERNAL\r\nDATA 31303030\r\nBEGIN\r\n", "REJECTED EXTERNAL|DATA|OK " + Guid + "|")]
    [InlineData("\0AUTH EXTERNAL 30\r\nAUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n", "REJECTED EXTERNAL|DATA|OK " + Guid + "|")]
    [InlineData("\0HELLO\r\nAUTH EXTERNAL 31303030\r\nWHAT\r\nBEGIN\r\n", "ERROR|OK " + Guid + "|ERROR|")]
    [InlineData("\0AUTH EXTERNAL 31303030\r\nCANCEL\r\nAUTH EXTERNAL 31303030\r\nBEGIN\r\n", "OK " + Guid + "|REJECTED EXTERNAL|OK " + Guid + "|")]
    public void A_peer_who_is_whom_the_kernel_says_gets_in(string sent, string answered)
    {
        var auth = new ServerAuth(1000, Guid);
        Assert.Equal(sent.Length, auth.Feed(Encoding.ASCII.GetBytes(sent + "lmessage")));
        Assert.Equal(AuthState.Done, auth.State);
        Assert.Equal(answered.Replace("|", "\r\n"), Encoding.ASCII.GetString(auth.TakeAnswer()));
    }

    [Theory]
    [InlineData("AUTH EXTERNAL\r\n")] // no NUL first
    [InlineData("\0BEGIN\r\n")]
    [InlineData("\0AUTH EXTERNAL 30\r\nBEGIN\r\n")] // root, he says
    [InlineData("\0AUTH EXTERNAL zz\r\nBEGIN\r\n")]
    [InlineData("\0AUTH EXTERNAL 3130303\r\nBEGIN\r\n")]
    [InlineData("\0AUTH ANONYMOUS\r\nDATA\r\nBEGIN\r\n")]
    [InlineData("\0AUTH EXTERNAL 31303030\r\nCANCEL\r\nBEGIN\r\n")]
    [InlineData("\0AUTH EXTERNAL 3130303030303030303030303030303030303030303030303030303030303030303030\r\nBEGIN\r\n")]
    public void Anybody_else_does_not(string sent)
    {
        var auth = new ServerAuth(1000, Guid);
        auth.Feed(Encoding.ASCII.GetBytes(sent));
        Assert.Equal(AuthState.Failed, auth.State);
    }

    [Fact]
    public void An_endless_line_is_cut_off()
    {
        var auth = new ServerAuth(0, Guid);
        auth.Feed([0]);
        for (int i = 0; i < 100 && auth.State == AuthState.Working; i++)
            auth.Feed(new byte[1000].Select(_ => (byte)'A').ToArray());
        Assert.Equal(AuthState.Failed, auth.State);
    }

    [Fact]
    public void It_does_not_matter_how_the_bytes_are_cut() => Gen.Int[1, 20].Sample(size =>
    {
        var (server, client) = (new ServerAuth(1000, Guid), new ClientAuth());
        var hello = ClientAuth.Hello.ToArray();
        foreach (byte[] chunk in hello.Chunk(size))
            Assert.Equal(chunk.Length, server.Feed(chunk));
        foreach (byte[] chunk in server.TakeAnswer().Chunk(size))
            Assert.Equal(chunk.Length, client.Feed(chunk));
        Assert.Equal((AuthState.Done, AuthState.Done), (server.State, client.State));
        Assert.True(server.UnixFds && client.UnixFds);
    });

    [Fact]
    public void Noise_ends_in_no_exception() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        new ServerAuth(0, Guid).Feed(bytes);
        new ServerAuth(0, Guid).Feed([0, .. bytes]);
        new ClientAuth().Feed(bytes);
    });

    [Fact]
    public void A_client_that_is_refused_says_so()
    {
        var client = new ClientAuth();
        client.Feed("DATA\r\nREJECTED EXTERNAL\r\n"u8);
        Assert.Equal((AuthState.Failed, "REJECTED EXTERNAL"), (client.State, client.Refusal));
    }
}
