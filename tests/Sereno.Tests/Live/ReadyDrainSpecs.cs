using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>[X-Sereno] Ready= and Drain= with a real server: when it counts as started, and what a stop waits for.</summary>
[Collection(Live.Name)]
public sealed class ReadyDrainSpecs
{
    [Theory]
    [InlineData("tcp", "Ready=listen:PORT", "")]
    [InlineData("udp", "Ready=listen:PORT", "")]
    [InlineData("tcp", "Ready=listen", "Type=exec")]
    [InlineData("unix", "Ready=listen", "")]
    [InlineData("tcp", "Ready=listen:PORT", "PrivateNetwork=yes")]
    [InlineData("tcp", "Ready=listen:PORT", "User=nobody")]
    public void A_start_returns_when_the_server_listens(string kind, string ready, string more)
    {
        int port = FreePort();
        using var sereno = Make(port, $"{ready}", $"{kind} {(kind == "unix" ? "FOLDER/s" : "PORT")}", more);
        using var start = Begin(sereno, "start", "a.service");
        sereno.Expect("a.service", "activating", "start");
        Assert.False(start.HasExited);
        Open(sereno);
        End(start, 0);
        sereno.Expect("a.service", "active", "running", seconds: 0);
    }

    [Fact]
    public void Only_the_services_own_sockets_count_and_a_manager_that_is_killed_goes_on_waiting()
    {
        int port = FreePort(), other = FreePort();
        using var sereno = Make(port, $"Ready=listen:{other}", "tcp PORT");
        using var somebody = new TcpListener(IPAddress.Loopback, other);
        somebody.Start();
        Open(sereno);
        using var start = Begin(sereno, "start", "--no-block", "a.service");
        End(start, 0);
        Live.Eventually(() => CanConnect(port), () => "the server listens");
        sereno.Expect("a.service", "activating", "start", seconds: 0);
        KillManager(sereno);
        sereno.Expect("a.service", "activating", "start");
        File.WriteAllText($"{sereno.Units}/a.service", File.ReadAllText($"{sereno.Units}/a.service").Replace($"{other}", $"{port}"));
        sereno.Do("daemon-reload");
        sereno.Expect("a.service", "active", "running");
    }

    [Fact]
    public void Who_does_not_listen_in_time_fails_with_the_reason()
    {
        int port = FreePort();
        using var sereno = Make(port, "Ready=listen:PORT", "tcp PORT", "TimeoutStartSec=500ms");
        Assert.NotEqual(0, sereno.Run("start", "a.service").Status);
        sereno.Expect("a.service", "failed", "failed", "timeout");
        Says(sereno, $"No process of the service is listening on port {port}, as Ready= asks for.");
    }

    [Fact]
    public void A_stop_waits_for_the_clients_but_not_for_what_the_service_is_a_client_of()
    {
        int port = FreePort(), other = FreePort();
        using var somebody = new TcpListener(IPAddress.Loopback, other);
        somebody.Start();
        using var sereno = Make(port, "Ready=listen\nDrain=1min", $"tcp PORT out {other}", $"ExecStop=/bin/touch FOLDER/stopped");
        Open(sereno);
        sereno.Do("start", "a.service");
        using (var client = Connect(port))
        {
            string server = Ask(client);
            using var stop = Begin(sereno, "stop", "a.service");
            sereno.Expect("a.service", "deactivating", "stop-drain");
            Live.Eventually(() => sereno.Do("show", "a.service", "-p", "StatusText", "--value").Output.Trim() == "Draining, 1 connection left", () => "the status");
            KillManager(sereno);
            sereno.Expect("a.service", "deactivating", "stop-drain");
            Assert.Equal(server, Ask(client));
            Assert.False(File.Exists($"{sereno.Folder}/stopped"));
            client.Shutdown(SocketShutdown.Send); // half of it is still a connection
            client.Close();
            stop.WaitForExit(20_000); // it asked the manager that was killed
        }
        sereno.Expect("a.service", "inactive", "dead", "success");
        Assert.True(File.Exists($"{sereno.Folder}/stopped"));
    }

    [Fact]
    public async Task New_clients_of_an_activated_server_wait_for_the_next_one_and_nobody_is_refused()
    {
        int port = FreePort();
        using var sereno = Make(port, "Drain=1min", "fd 3", socket: "ListenStream=127.0.0.1:PORT");
        Open(sereno);
        sereno.Do("start", "a.socket");
        using var early = Connect(port);
        string first = Ask(early);
        using var restart = Begin(sereno, "restart", "a.service");
        sereno.Expect("a.service", "deactivating", "stop-drain");
        using var late = new Socket(AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        var connecting = late.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken).AsTask();
        KillManager(sereno);
        sereno.Expect("a.service", "deactivating", "stop-drain");
        sereno.Do("daemon-reload");
        Assert.Equal(first, Ask(early));
        Assert.False(connecting.IsCompleted);
        early.Close();
        await connecting.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.NotEqual(first, Ask(late));
        sereno.Expect("a.service", "active", "running");
        sereno.Expect("a.socket", "active", "running");
    }

    [Fact]
    public void The_end_of_the_time_or_a_signal_ends_the_waiting()
    {
        int port = FreePort();
        using var sereno = Make(port, "Ready=listen\nDrain=300ms", "tcp PORT");
        Open(sereno);
        sereno.Do("start", "a.service");
        using (var client = Connect(port))
        {
            Ask(client);
            sereno.Do("stop", "a.service");
            sereno.Expect("a.service", "inactive", "dead", "success");
            Says(sereno, "a.service: 1 connection left at the end of Drain=. Stopping.");
            Assert.Equal(0, client.Receive(new byte[1]));
        }
        File.WriteAllText($"{sereno.Units}/a.service", File.ReadAllText($"{sereno.Units}/a.service").Replace("300ms", "infinity"));
        sereno.Do("daemon-reload");
        sereno.Do("start", "a.service");
        using (var client = Connect(port))
        {
            Ask(client);
            using var stop = Begin(sereno, "stop", "a.service");
            sereno.Expect("a.service", "deactivating", "stop-drain");
            sereno.Do("kill", "a.service");
            End(stop, 0);
            sereno.Expect("a.service", "inactive", "dead", "success");
        }
    }

    [Theory]
    [InlineData("127.0.0.1:PORT")]
    [InlineData("FOLDER/s")]
    public void The_instance_for_one_connection_is_stopped_when_its_client_has_gone(string listen)
    {
        int port = FreePort();
        using var sereno = Make(port, "Drain=1min", "connection", socket: $"ListenStream={listen}\nAccept=yes");
        Open(sereno);
        sereno.Do("start", "a.socket");
        using var client = Connect(port, listen.StartsWith("FOLDER", StringComparison.Ordinal) ? $"{sereno.Folder}/s" : null);
        using var other = Connect(port, listen.StartsWith("FOLDER", StringComparison.Ordinal) ? $"{sereno.Folder}/s" : null);
        string server = Ask(client);
        Ask(other);
        string instance = sereno.Do("list-units").Output.Split('\n', StringSplitOptions.TrimEntries).First(l => l.StartsWith("a@0", StringComparison.Ordinal)).Split(' ')[0];
        sereno.Do("stop", "a.socket");
        using var stop = Begin(sereno, "stop", instance);
        sereno.Expect(instance, "deactivating", "stop-drain");
        Assert.Equal(server, Ask(client));
        client.Close();
        End(stop, 0);
        Ask(other);
    }

    [Fact]
    public void An_accounts_instance_without_control_groups_waits_as_well()
    {
        int port = FreePort();
        using var sereno = Make(port, "Ready=listen:PORT\nDrain=1min", "tcp PORT", account: 65533);
        using var start = Begin(sereno, "start", "a.service");
        sereno.Expect("a.service", "activating", "start");
        Open(sereno);
        End(start, 0);
        using var client = Connect(port);
        Ask(client);
        using var stop = Begin(sereno, "stop", "a.service");
        sereno.Expect("a.service", "deactivating", "stop-drain");
        client.Close();
        End(stop, 0);
        sereno.Expect("a.service", "inactive", "dead", "success");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("ListenStream=127.0.0.1:PORT")]
    public void Where_processes_may_not_be_looked_into_the_groups_of_their_sockets_tell(string? socket)
    {
        Assert.SkipUnless(Cgroup.Writable(out string reason) is not null, reason);
        int port = FreePort();
        // As in a container without CAP_SYS_PTRACE: another account's descriptors are not ours to read.
        using var sereno = Make(port, socket is null ? "Ready=listen:PORT\nDrain=1min" : "Drain=1min", socket is null ? "tcp PORT" : "fd 3", "User=nobody", socket,
            through: ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]);
        Open(sereno);
        sereno.Do("start", socket is null ? "a.service" : "a.socket");
        using var client = Connect(port);
        Ask(client);
        using var stop = Begin(sereno, "stop", "a.service");
        sereno.Expect("a.service", "deactivating", "stop-drain");
        Ask(client);
        client.Close();
        End(stop, 0);
        sereno.Expect("a.service", "inactive", "dead", "success");
    }

    /// <summary>An instance with a.service, which listens from <see cref="Open"/> on.</summary>
    private static LiveInstance Make(int port, string ours, string arguments, string more = "", string? socket = null, uint? account = null, string[]? through = null) => new(folder =>
    {
        Assert.Equal(0, Command.Run("cc", "-O1", "-o", $"{folder}/lingerer", $"{AppContext.BaseDirectory}/Live/lingerer.c").Status);
        string Fill(string text) => text.Replace("PORT", $"{port}").Replace("FOLDER", folder);
        string name = socket?.Contains("Accept=yes") == true ? "a@" : "a";
        File.WriteAllText($"{folder}/units/{name}.service", Fill($"[Service]\n{more}\nExecStart=FOLDER/lingerer FOLDER/open {arguments}\n[X-Sereno]\n{ours}\n"));
        if (socket is not null)
            File.WriteAllText($"{folder}/units/a.socket", Fill($"[Socket]\n{socket}\n"));
    }, account: account, through: through);

    private static void Open(LiveInstance sereno) => File.WriteAllText($"{sereno.Folder}/open", "");

    private static Process Begin(LiveInstance sereno, params string[] verb) => Command.Start(Live.Executable!, ["--dir", sereno.Folder, "--unit-path", sereno.Units, .. verb]);

    private static void End(Process verb, int status)
    {
        Assert.True(verb.WaitForExit(20_000), "the verb ends");
        Assert.Equal(status, verb.ExitCode);
    }

    private static void Says(LiveInstance sereno, string line) => Live.Eventually(() => sereno.Do("logs").Output.Contains(line), () => $"{line}\nin\n{sereno.Do("logs").Output}");

    private static void KillManager(LiveInstance sereno)
    {
        int manager = sereno.ManagerPid;
        Proc.Kill(manager);
        sereno.Disconnect();
        Live.Eventually(() => sereno.ManagerPid is var now && now != 0 && now != manager, () => "a new manager");
    }

    /// <summary>The server's pid.</summary>
    private static string Ask(Socket client)
    {
        client.Send("hello"u8);
        byte[] answer = new byte[64];
        string[] words = Encoding.ASCII.GetString(answer, 0, client.Receive(answer)).Split(' ');
        Assert.Equal("hello", words[1]);
        return words[0];
    }

    private static Socket Connect(int port, string? path = null)
    {
        var socket = new Socket(path is null ? AddressFamily.InterNetwork : AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        socket.Connect(path is null ? new IPEndPoint(IPAddress.Loopback, port) : new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static bool CanConnect(int port)
    {
        try
        {
            using var socket = Connect(port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
