using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sereno.Linux;
using Sereno.Tests.Live;
using Xunit;

namespace Sereno.Tests.Verbs;

/// <summary>sereno serve as inetd, tcpserver and systemd start a server: with a connection, a listening socket, or datagrams.</summary>
public sealed class ServePassedSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sereno-serve-").FullName;
    private readonly IPEndPoint _address = SerenoProcess.FreeAddress();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Of_inetd_it_gets_the_connection_the_listening_socket_or_the_datagrams()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/inetd"), "no openbsd-inetd");
        var waiting = SerenoProcess.FreeAddress();
        var datagrams = SerenoProcess.FreeAddress();
        string Line(IPEndPoint end, string type, string wait, string name) =>
            $"127.0.0.1:{end.Port} {type} {(type == "dgram" ? "udp4" : "tcp4")} {wait} root {SerenoProcess.Executable} sereno serve {name}\n";
        File.WriteAllText($"{_folder}/inetd.conf", Line(_address, "stream", "nowait", "echo") + Line(waiting, "stream", "wait", "echo") + Line(datagrams, "dgram", "wait", "echo"));
        using var inetd = Command.Start("/usr/sbin/inetd", "-i", "-E", $"{_folder}/inetd.conf");
        try
        {
            Assert.Equal("one\n", Ask(_address, "one\n"));
            Assert.Equal("two\n", Ask(_address, "two\n"));
            Assert.Equal("three\n", Ask(waiting, "three\n"));
            Assert.Equal("four\n", Ask(waiting, "four\n"));
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 20_000 };
            udp.Connect(datagrams);
            udp.Send("five"u8);
            byte[] buffer = new byte[100];
            Assert.Equal("five", Encoding.ASCII.GetString(buffer, 0, udp.Receive(buffer)));
        }
        finally
        {
            foreach (int pid in (List<int>)[.. ProcessTable.Take().Descendants(inetd.Id), inetd.Id])
                Proc.Kill(pid);
            inetd.WaitForExit();
        }
    }

    [Theory]
    [InlineData("time", "says process")]
    [InlineData("hello", "sereno.")]
    [InlineData("chargen", "!\"#$%")]
    public void Tcpserver_starts_it_for_each_connection(string name, string expected)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/tcpserver"), "no tcpserver");
        using var tcpserver = Command.Start("/usr/bin/tcpserver", "-H", "-R", "-l0", "127.0.0.1", $"{_address.Port}", SerenoProcess.Executable, "serve", name);
        try
        {
            Assert.Contains(expected, Ask(_address, "GET / HTTP/1.0\r\n\r\n", atMost: 400));
        }
        finally
        {
            End(tcpserver);
        }
    }

    [Theory]
    [InlineData("--accept")]
    [InlineData("--accept --inetd")]
    [InlineData("")]
    [InlineData("--inetd")]
    public void Systemd_passes_connections_and_listening_sockets(string options)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-socket-activate"), "no systemd-socket-activate");
        using var activate = Command.Start("/usr/bin/systemd-socket-activate",
            [$"--listen=127.0.0.1:{_address.Port}", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), SerenoProcess.Executable, "serve", "echo"]);
        try
        {
            Assert.Equal("hello\n", Ask(_address, "hello\n"));
            Assert.Equal("again\n", Ask(_address, "again\n"));
        }
        finally
        {
            End(activate);
        }
    }

    [Fact]
    public void Sockets_that_another_process_was_meant_to_get_are_not_taken()
    {
        var outcome = Command.Run("/bin/sh", "-c", $"exec env LISTEN_FDS=1 LISTEN_PID=1 {SerenoProcess.Executable} serve echo 3</dev/null </dev/null");
        Assert.Equal((2, "sereno: nothing to serve: say --address ADDRESS:PORT, or be started by a socket unit or inetd\n"), (outcome.Status, outcome.Errors));
        outcome = Command.Run("/bin/sh", "-c", $"exec env LISTEN_FDS=1 LISTEN_PID=$$ {SerenoProcess.Executable} serve echo 3</dev/null </dev/null");
        Assert.Equal((2, "sereno: descriptor 3, which LISTEN_FDS passes, is no socket\n"), (outcome.Status, outcome.Errors));
    }

    [Fact]
    public void A_dedicated_server_serves_one_after_the_other_and_a_slow_one_takes_its_time()
    {
        using var server = SerenoProcess.Start(["serve", "time", "--address", "127.0.0.1:0", "--dedicated", "--slow", "200ms"]);
        var address = IPEndPoint.Parse(server.Output.ReadLine()!.Split(' ')[^1]);
        var clock = Stopwatch.StartNew();
        var answers = Enumerable.Range(0, 3).Select(_ => Task.Run(() => (Ask(address, ""), clock.Elapsed))).ToList();
        Assert.All(answers, a => Assert.Contains($"says process {server.Pid}", a.Result.Item1));
        // The n-th client waits for n answers.
        var times = answers.Select(a => a.Result.Elapsed.TotalMilliseconds).Order().ToList();
        Assert.True(times[0] >= 200 && times[1] >= 400 && times[2] >= 600, string.Join(' ', times));
    }

    [Fact]
    public void Once_is_one_client_or_one_datagram()
    {
        using var stream = SerenoProcess.Start(["serve", "echo", "--address", "127.0.0.1:0", "--once"]);
        Assert.Equal("x", Ask(IPEndPoint.Parse(stream.Output.ReadLine()!.Split(' ')[^1]), "x"));
        Assert.Equal(0, stream.Wait());
        using var datagrams = SerenoProcess.Start(["serve", "echo", "--address", "127.0.0.1:0", "--udp", "--once"]);
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 20_000 };
        udp.Connect(IPEndPoint.Parse(datagrams.Output.ReadLine()!.Split(' ')[^1].Replace("/udp", "")));
        udp.Send("y"u8);
        Assert.Equal(1, udp.Receive(new byte[10]));
        Assert.Equal(0, datagrams.Wait());
    }

    /// <summary>Sends, ends its side, and reads to the end; tries again while nobody listens yet.</summary>
    private static string Ask(IPEndPoint address, string text, int atMost = int.MaxValue)
    {
        Socket? socket = null;
        Live.Live.Eventually(() =>
        {
            var attempt = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
            try
            {
                attempt.Connect(address);
                socket = attempt;
                return true;
            }
            catch (SocketException)
            {
                attempt.Dispose();
                return false;
            }
        }, () => $"a listener on {address}");
        using (socket)
        {
            socket!.Send(Encoding.ASCII.GetBytes(text));
            socket.Shutdown(SocketShutdown.Send);
            var answer = new StringBuilder();
            byte[] buffer = new byte[4096];
            for (int n; answer.Length < atMost && (n = socket.Receive(buffer)) > 0;)
                answer.Append(Encoding.UTF8.GetString(buffer, 0, n));
            return answer.ToString();
        }
    }

    private static void End(Process process)
    {
        foreach (int pid in (List<int>)[.. ProcessTable.Take().Descendants(process.Id), process.Id])
            Proc.Kill(pid);
        process.WaitForExit();
    }
}
