using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Sockets that the instance opens, and the services that it starts for who connects (systemd.socket(5)).</summary>
[Collection(Live.Name)]
public sealed class SocketSpecs
{
    private const string Greeter = "[Service]\nStandardInput=socket\nExecStart=/bin/sh -c 'echo hello; read line; echo \"you said $line\"'\n";

    [Fact]
    public void Each_connection_has_an_instance_of_its_own_that_outlives_the_manager()
    {
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/units/a.socket", $"[Socket]\nListenStream={folder}/s\nAccept=yes\nMaxConnections=2\n");
            File.WriteAllText($"{folder}/units/a@.service", Greeter);
        });
        sereno.Do("start", "a.socket");
        using var first = Connect(sereno);
        using var second = Connect(sereno);
        Assert.Equal("hello\n", Read(first, 6));
        Assert.Equal("hello\n", Read(second, 6));
        using (var third = Connect(sereno))
            Assert.Equal("", Read(third, 6));
        Assert.Contains("a.socket: Too many incoming connections (2), dropping connection.", sereno.Do("logs").Output);
        Assert.Equal(2, Instances(sereno));
        Assert.Contains($"a@0-{Environment.ProcessId}-", sereno.Do("list-units").Output);

        int manager = sereno.ManagerPid;
        Proc.Kill(manager);
        sereno.Disconnect();
        Live.Eventually(() => sereno.ManagerPid is var now && now != 0 && now != manager, () => "a new manager");
        first.Send("you\n"u8);
        Assert.Equal("you said you\n", Read(first, 100));
        Live.Eventually(() => Instances(sereno) == 1, () => $"one instance; there are {Instances(sereno)}");
        using var fourth = Connect(sereno);
        Assert.Equal("hello\n", Read(fourth, 6));
        Assert.Contains("a@2-", sereno.Do("list-units").Output);
        sereno.Do("stop", "a.socket");
        Assert.Equal(2, Instances(sereno)); // what is being served goes on
    }

    [Fact]
    public void Commands_run_around_opening_and_closing_and_their_failure_is_the_sockets()
    {
        using var sereno = new LiveInstance(folder =>
        {
            string Said(string word) => $"/bin/sh -c 'echo {word} $(test -S {folder}/s && echo open) >> {folder}/said'";
            File.WriteAllText($"{folder}/units/a.socket",
                $"[Socket]\nListenStream={folder}/s\nRemoveOnStop=yes\nSymlinks={folder}/link\nExecStartPre={Said("pre")}\nExecStartPost={Said("post")}\nExecStopPre={Said("stop")}\nExecStopPost={Said("over")}\n");
            File.WriteAllText($"{folder}/units/b.socket", $"[Socket]\nListenStream={folder}/b\nExecStartPre=/bin/false\nExecStopPost=/bin/true\n");
            File.WriteAllText($"{folder}/units/c.socket", $"[Socket]\nListenStream={folder}/c\nExecStartPost=/bin/sleep 1h\nTimeoutSec=100ms\n");
            foreach (string name in (string[])["a", "b", "c"])
                File.WriteAllText($"{folder}/units/{name}.service", "[Service]\nExecStart=/bin/true\n");
        });
        sereno.Do("start", "a.socket");
        Assert.Equal($"{sereno.Folder}/s", new FileInfo($"{sereno.Folder}/link").LinkTarget);
        sereno.Do("stop", "a.socket");
        Assert.Equal(["pre", "post open", "stop open", "over"], File.ReadAllLines($"{sereno.Folder}/said").Select(l => l.TrimEnd()));
        Assert.False(Path.Exists($"{sereno.Folder}/s") || Path.Exists($"{sereno.Folder}/link"));

        Assert.NotEqual(0, sereno.Run("start", "b.socket").Status);
        sereno.Expect("b.socket", "failed", "failed", "exit-code");
        Assert.False(Path.Exists($"{sereno.Folder}/b"));
        Assert.NotEqual(0, sereno.Run("start", "c.socket").Status);
        sereno.Expect("c.socket", "failed", "failed", "timeout");
    }

    [Fact]
    public void What_is_listened_on_belongs_to_the_unit_and_is_passed_on_without_a_client_losing_anything()
    {
        int port = FreePort();
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/units/a.socket", $"[Socket]\nListenStream=127.0.0.1:{port}\nListenFIFO={folder}/fifo\nFileDescriptorName=mine\nService=b.service\n");
            File.WriteAllText($"{folder}/units/b.service", $"[Service]\nExecStart=/bin/sh -c 'echo \"$LISTEN_FDS $LISTEN_FDNAMES $((LISTEN_PID == $$$$))\" > {folder}/said; exec sleep 1h'\n");
        });
        sereno.Do("start", "a.socket");
        Assert.Contains("/a.socket", Command.Run(Live.Executable!, "ss", "-tlnH", "--cgroup", "sport", "=", $":{port}").Output);
        using var client = new Socket(AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Loopback, port);
        sereno.Expect("b.service", "active", "running");
        Live.Eventually(() => File.Exists($"{sereno.Folder}/said") && File.ReadAllText($"{sereno.Folder}/said") == "2 mine:mine 1\n", () => "what was passed");
    }

    private static int Instances(LiveInstance sereno) => sereno.Do("list-units").Output.Split('\n').Count(l => l.TrimStart().StartsWith("a@", StringComparison.Ordinal));

    private static Socket Connect(LiveInstance sereno)
    {
        var socket = new Socket(AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        socket.Connect(new UnixDomainSocketEndPoint($"{sereno.Folder}/s"));
        return socket;
    }

    /// <summary>Up to so many bytes, or up to the end.</summary>
    private static string Read(Socket socket, int length)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[length];
        while (text.Length < length && socket.Receive(buffer, length - text.Length, SocketFlags.None) is > 0 and var count)
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        return text.ToString();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
