using Sereno.Linux;
using Sereno.Tests.Sockets;
using Xunit;

namespace Sereno.Tests.Linux;

public class ListenerTests
{
    [Fact]
    public void A_link_in_the_place_of_a_FIFO_leaves_what_it_points_to_alone()
    {
        string folder = Directory.CreateTempSubdirectory("sereno-listen-").FullName;
        try
        {
            string victim = Path.Combine(folder, "victim"), fifo = Path.Combine(folder, "fifo");
            File.WriteAllText(victim, "");
            File.SetUnixFileMode(victim, UnixFileMode.UserRead);
            File.CreateSymbolicLink(fifo, victim);
            Assert.Throws<LinuxException>(() => Listener.OpenFifo(fifo, 0x1B6).Dispose());
            Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(victim));
            Assert.Throws<LinuxException>(() => Listener.OpenFifo(victim, 0x1B6).Dispose());
            Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(victim));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(0x1B6u)] // 0666
    [InlineData(0x180u)] // 0600
    public void A_socket_and_a_FIFO_have_the_mode_that_was_asked_for(uint mode)
    {
        string folder = Directory.CreateTempSubdirectory("sereno-listen-").FullName;
        try
        {
            using var socket = Listener.OpenUnix(folder + "/s", mode, new() { Kind = ListenerKind.Stream, Backlog = 1 });
            using var fifo = Listener.OpenFifo(folder + "/f", mode);
            Assert.Equal((UnixFileMode)mode, File.GetUnixFileMode(folder + "/s"));
            Assert.Equal((UnixFileMode)mode, File.GetUnixFileMode(folder + "/f"));
            using var client = UnixSocket.Create(UnixSocketType.Stream);
            client.Connect(folder + "/s");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_port_alone_takes_both_families() => NetworkNamespace.Run(() =>
    {
        using var socket = Listener.OpenInternet(null, 61999, null, new() { Kind = ListenerKind.Stream, Backlog = 4 });
        using var four = new System.Net.Sockets.TcpClient("127.0.0.1", 61999);
        using var six = new System.Net.Sockets.TcpClient("::1", 61999);
        Assert.True(four.Connected && six.Connected);
    });
}
