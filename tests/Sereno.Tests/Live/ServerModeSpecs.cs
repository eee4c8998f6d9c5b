using System.Net;
using System.Net.Sockets;
using System.Text;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>One client at a time, or a process for each; and servers that begin anew while clients come.</summary>
[Collection(Live.Name)]
public sealed class ServerModeSpecs
{
    // Says who it serves, and waits for a word: the clients decide how slow it is.
    private const string Slow = "[Service]\nStandardInput=socket\nExecStart=/bin/sh -c 'echo begin $$REMOTE_PORT >>{0}/said; echo hello; read line; echo \"$$line\"; echo end $$REMOTE_PORT >>{0}/said'\n";

    [Fact]
    public void A_dedicated_server_serves_three_slow_clients_in_order_and_survives_its_manager()
    {
        int port = FreePort();
        using var sereno = Serving(port, "dedicated");
        using Socket first = Connect(port), second = Connect(port), third = Connect(port);
        Assert.Equal("hello\n", Read(first, 6));
        Assert.Equal([$"begin {Port(first)}"], Said(sereno));
        // The others are connected, as they see it, and wait in the kernel's queue.
        Assert.Equal("2", Command.Run(Live.Executable!, "ss", "-tlnH", "sport", "=", $":{port}").Output.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        string status = sereno.Do("status", "a.socket").Output;
        Assert.Contains("dedicated: one client at a time", status);
        Assert.Contains("2 waiting (room for 4096), 1 in service, 0 served, 0 refused", status);

        int manager = sereno.ManagerPid;
        Proc.Kill(manager);
        sereno.Disconnect();
        Live.Eventually(() => sereno.ManagerPid is var now && now != 0 && now != manager, () => "a new manager");
        Assert.Equal("listening", sereno.State("a.socket").Sub);
        Assert.Equal([$"begin {Port(first)}"], Said(sereno));
        foreach (var (client, next) in new[] { (first, second), (second, third), (third, null) })
        {
            client.Send("bye\n"u8);
            Assert.Equal("bye\n", Read(client, 100));
            if (next is not null)
                Assert.Equal("hello\n", Read(next, 6));
        }
        Assert.Equal(((int[])[Port(first), Port(second), Port(third)]).SelectMany(p => (string[])[$"begin {p}", $"end {p}"]), Said(sereno));
        Live.Eventually(() => sereno.Do("status", "a.socket").Output.Contains("0 waiting (room for 4096), 0 in service, 3 served, 0 refused"), () => sereno.Do("status", "a.socket").Output);
    }

    [Fact]
    public void A_concurrent_server_serves_three_slow_clients_at_once()
    {
        int port = FreePort();
        using var sereno = Serving(port, "concurrent");
        using Socket first = Connect(port), second = Connect(port), third = Connect(port);
        Socket[] clients = [first, second, third];
        foreach (var client in clients)
            Assert.Equal("hello\n", Read(client, 6)); // nobody has said a word yet
        Assert.Equal(clients.Select(c => $"begin {Port(c)}").Order(), Said(sereno).Order());
        Assert.Contains("concurrent: a process for each client", sereno.Do("status", "a.socket").Output);
        foreach (var client in clients.Reverse())
        {
            client.Send("bye\n"u8);
            Assert.Equal("bye\n", Read(client, 100));
        }
        Assert.Equal(clients.Reverse().Select(c => $"end {Port(c)}"), Said(sereno).Skip(3));
    }

    /// <summary>Clients that say nothing, half-close or reset hold up nobody for longer than they are there, and leave nothing.</summary>
    [Fact]
    public void Silent_half_closed_and_reset_clients_leave_no_unit_behind_and_the_next_is_served()
    {
        int port = FreePort();
        using var sereno = Serving(port, "dedicated");
        for (int i = 0; i < 10; i++)
        {
            using (var silent = Connect(port))
                Assert.Equal("hello\n", Read(silent, 6));
            using (var half = Connect(port))
            {
                half.Shutdown(SocketShutdown.Send);
                Assert.Equal("hello\n\n", Read(half, 100));
            }
            using var reset = Connect(port);
            reset.LingerState = new(true, 0);
        }
        using var last = Connect(port);
        Assert.Equal("hello\n", Read(last, 6));
        last.Send("bye\n"u8);
        Assert.Equal("bye\n", Read(last, 100));
        Live.Eventually(() => !sereno.Do("list-units", "--all").Output.Contains("a@"), () => sereno.Do("list-units", "--all").Output);
    }

    [Fact]
    public void Up_to_a_thousand_restarts_under_load_from_64_clients_refuse_no_connection()
    {
        int port = FreePort();
        using var sereno = new LiveInstance(folder =>
        {
            Assert.Equal(0, Command.Run("cc", "-O1", "-o", $"{folder}/servers", $"{Live.Repository}/tests/bench/servers.c").Status);
            File.WriteAllText($"{folder}/units/a.socket", $"[Socket]\nListenStream=127.0.0.1:{port}\nTriggerLimitIntervalSec=0\n");
            File.WriteAllText($"{folder}/units/a.service", $"[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart={folder}/servers serve\n");
        });
        sereno.Do("start", "a.socket");
        string load = $"{sereno.Folder}/load", over = $"{sereno.Folder}/over";
        using var clients = Command.Start("/bin/sh", "-c", $"while [ ! -e {over} ]; do {sereno.Folder}/servers load {port} 2000 64 >>{load} 2>&1 || echo FAILED >>{load}; done");
        try
        {
            sereno.Expect("a.service", "active", "running");
            // All thousand where the machine has nothing else to do; a busy one shows the same with fewer.
            for (long i = 0, end = Environment.TickCount64 + 40_000; i < 1000 && (i < 20 || Environment.TickCount64 < end); i++)
                sereno.Manager.WaitForJob(sereno.Manager.RestartUnit("a.service"), TimeSpan.FromSeconds(20));
        }
        finally
        {
            File.WriteAllText(over, "");
            Assert.True(clients.WaitForExit(60_000), "the clients don't come to an end");
        }
        string[][] rounds = [.. File.ReadAllLines(load).Select(l => l.Split(' '))];
        Assert.All(rounds, r => Assert.Equal("0", Assert.Single(r.Skip(3).Take(1)))); // none without its answer
        Assert.NotEmpty(rounds);
    }

    /// <summary>As many as a test may take; what grows with the connections would show in a thousand.</summary>
    [Fact]
    public void Two_thousand_connections_in_a_row_leave_no_descriptor_unit_group_or_log_behind()
    {
        int port = FreePort();
        using var sereno = new LiveInstance(folder =>
        {
            Assert.Equal(0, Command.Run("cc", "-O1", "-o", $"{folder}/servers", $"{Live.Repository}/tests/bench/servers.c").Status);
            File.WriteAllText($"{folder}/units/a.socket", $"[Socket]\nListenStream=127.0.0.1:{port}\nAccept=yes\nMaxConnections=200\nTriggerLimitIntervalSec=0\n");
            File.WriteAllText($"{folder}/units/a@.service", $"[Service]\nStandardInput=socket\nExecStart={folder}/servers answer\n");
        });
        sereno.Do("start", "a.socket");
        Load(100);
        int[] roles = [sereno.Pid, sereno.ManagerPid, sereno.JournalPid];
        var before = roles.Select(Descriptors).ToList();
        Load(2000);
        // Who has just hung up may not have been noticed yet.
        Live.Eventually(() => roles.Select(Descriptors).Zip(before).All(n => n.First <= n.Second), () => $"{string.Join(' ', roles.Select(Descriptors))} instead of {string.Join(' ', before)}");
        Assert.Single(Directory.GetFiles($"{sereno.Folder}/log"));
        Assert.DoesNotContain("a@", sereno.Do("list-units", "--all").Output);

        void Load(int count)
        {
            Assert.Equal("0", Command.Run($"{sereno.Folder}/servers", "load", $"{port}", $"{count}", "8").Output.Split(' ')[3]);
            Live.Eventually(() => sereno.Manager.Unit("a.socket").GetAll().Number("NConnections") == 0, () => "all served");
            sereno.Disconnect();
        }

        static int Descriptors(int pid) => Directory.GetFiles($"/proc/{pid}/fd").Length;
    }

    [Fact]
    public void An_address_in_use_names_who_has_it_and_one_that_is_not_there_says_so()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        using var sereno = new LiveInstance(folder =>
        {
            foreach (var (name, address) in new[] { ("a", $"127.0.0.1:{port}"), ("b", $"192.0.2.1:{port}") })
            {
                File.WriteAllText($"{folder}/units/{name}.socket", $"[Socket]\nListenStream={address}\n");
                File.WriteAllText($"{folder}/units/{name}.service", "[Service]\nExecStart=/bin/true\n");
            }
        });
        Assert.NotEqual(0, sereno.Run("start", "a.socket").Status);
        Assert.NotEqual(0, sereno.Run("start", "b.socket").Status);
        sereno.Expect("a.socket", "failed", "failed", "resources");
        string log = sereno.Do("logs").Output;
        Assert.Matches($@"a\.socket: Failed to listen on sockets: cannot listen on port {port}: Address already in use: .*\(pid {Environment.ProcessId}\) has it", log);
        Assert.Contains($"b.socket: Failed to listen on sockets: cannot listen on port {port}: Cannot assign requested address: no interface has 192.0.2.1 now; FreeBind=yes", log);
        other.Stop();
        sereno.Do("start", "a.socket"); // nothing is left of the failure
    }

    /// <summary>The keeper and the manager have the descriptor: whose it is, the unit says.</summary>
    [Fact]
    public void An_address_that_another_unit_listens_on_names_that_unit_and_leaves_it_alone()
    {
        int port = FreePort();
        using var sereno = new LiveInstance(folder =>
        {
            foreach (var (name, address) in new[] { ("a", $"127.0.0.1:{port}"), ("b", $"{port}"), ("c", $"{folder}/s"), ("d", $"{folder}/s"), ("e", $"@{folder}"), ("f", $"@{folder}") })
            {
                File.WriteAllText($"{folder}/units/{name}.socket", $"[Socket]\nListenStream={address}\n");
                File.WriteAllText($"{folder}/units/{name}.service", "[Service]\nExecStart=/bin/sleep infinity\n");
            }
        });
        foreach (var (first, second, what) in new[] { ("a", "b", $"listen on port {port}"), ("c", "d", $"bind {sereno.Folder}/s"), ("e", "f", $"bind @{sereno.Folder}") })
        {
            sereno.Do("start", $"{first}.socket");
            Assert.NotEqual(0, sereno.Run("start", $"{second}.socket").Status);
            Assert.Contains($"{second}.socket: Failed to listen on sockets: cannot {what}: Address already in use: {first}.socket has it\n", sereno.Do("logs").Output);
            Assert.Equal(("listening", "dead"), (sereno.State($"{first}.socket").Sub, sereno.State($"{first}.service").Sub));
        }
        Assert.Contains("a.socket", Command.Run(Live.Executable!, "serve", "echo", "--address", $"127.0.0.1:{port}").Errors);
    }

    private static LiveInstance Serving(int port, string mode)
    {
        var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/units/a.socket", $"[Socket]\nListenStream=127.0.0.1:{port}\n[X-Sereno]\nServer={mode}\n");
            File.WriteAllText($"{folder}/units/a@.service", Slow.Replace("{0}", folder));
        });
        sereno.Do("start", "a.socket");
        return sereno;
    }

    private static string[] Said(LiveInstance sereno) => File.ReadAllLines($"{sereno.Folder}/said");

    private static int Port(Socket client) => ((IPEndPoint)client.LocalEndPoint!).Port;

    private static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        socket.Connect(IPAddress.Loopback, port);
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
