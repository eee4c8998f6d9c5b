using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Sereno.Linux;
using Sereno.Tests.Live;
using Xunit;

namespace Sereno.Tests.Verbs;

/// <summary>sereno connect, against servers of ours and of others.</summary>
public sealed class ConnectSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sereno-connect-").FullName;
    private readonly List<Socket> _listeners = [];

    public void Dispose()
    {
        _listeners.ForEach(l => l.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_is_typed_goes_there_and_what_comes_is_shown_to_the_last_byte()
    {
        byte[] data = new byte[3_000_000];
        new Random(7).NextBytes(data);
        // Far more than all buffers hold: both directions have to flow at once.
        int port = Serve(EchoAll);
        var (status, output, errors) = Run(data, $"127.0.0.1:{port}");
        Assert.Equal((0, ""), (status, errors));
        Assert.True(data.AsSpan().SequenceEqual(output));
    }

    [Fact]
    public void A_server_without_end_is_ended_by_the_limit_for_all()
    {
        int port = Serve(client =>
        {
            try
            {
                while (client.Send("for ever\n"u8) > 0) { }
            }
            catch (SocketException) { } // the client has gone
        });
        foreach (string limit in (string[])["--max-time", "--duration"])
        {
            var clock = Stopwatch.StartNew();
            var (status, output, errors) = Run("", $"127.0.0.1:{port}", limit, "500ms");
            Assert.Equal((0, ""), (status, errors));
            Assert.StartsWith("for ever\n", Text(output));
            Assert.InRange(clock.Elapsed.TotalSeconds, 0.5, 30);
        }
    }

    [Theory]
    [InlineData("plain\n\ttext\r\n", "plain\n\ttext\r\n")]
    [InlineData("\e[2Jgone\a\b", "?[2Jgone??")]
    [InlineData("12%\r34%\r", "12%?34%?")]
    [InlineData("\u0085\u202eabc \u00e1\u20ac\U0001f600", "??abc \u00e1\u20ac\U0001f600")]
    [InlineData("\r\n\r\r\n", "\r\n?\r\n")]
    public void Control_characters_are_visible_on_a_terminal_however_they_come_in_pieces(string sent, string shown)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(sent);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            var terminal = new Sereno.Connect.TerminalText();
            byte[] got = [.. terminal.Show(bytes.AsSpan(0, cut)), .. terminal.Show(bytes.AsSpan(cut)), .. terminal.Show([], isEnd: true)];
            Assert.Equal(shown, Encoding.UTF8.GetString(got));
        }
    }

    [Fact]
    public void Only_a_terminal_is_spared_the_control_characters()
    {
        int port = Serve(client =>
        {
            client.Send("\e[31mred\r\n"u8);
            client.Shutdown(SocketShutdown.Both);
        });
        Assert.Equal("\e[31mred\r\n", Text(Run("", $"127.0.0.1:{port}").Output));
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "no script(1)");
        var typed = Command.Run("/usr/bin/script", "-qec", $"{SerenoProcess.Executable} connect 127.0.0.1:{port} </dev/null", "/dev/null");
        Assert.Equal("?[31mred", typed.Output.Trim());
    }

    [Fact]
    public void The_end_of_input_ends_one_direction_only()
    {
        int port = Serve(client =>
        {
            var text = new StringBuilder();
            byte[] buffer = new byte[100];
            for (int n; (n = client.Receive(buffer)) > 0;)
                text.Append(Encoding.ASCII.GetString(buffer, 0, n));
            client.Send(Encoding.ASCII.GetBytes($"after your end: {text}"));
        });
        Assert.Equal("after your end: question", Text(Run("question", $"127.0.0.1:{port}").Output));
    }

    [Fact]
    public void IPv6_names_and_bare_ports_are_connected_to()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "no IPv6");
        int port = Serve(EchoAll, IPAddress.IPv6Loopback);
        foreach (string target in (string[])[$"[::1]:{port}", $"[::1%lo]:{port}", $"[0:0::1]:{port}"])
            Assert.Equal("six", Text(Run("six", target).Output));
        int four = Serve(EchoAll);
        foreach (string target in (string[])[$"127.0.0.1:{four}", $"127.1:{four}", $"localhost:{four}", $"{four}", $":{four}"])
            Assert.Equal("four", Text(Run("four", target).Output));
        Assert.Equal(1, Run("", $"localhost:{four}", "-6").Status);
        Assert.Equal(0, Run("", $"localhost:{four}", "-4").Status);
    }

    [Theory]
    [InlineData(SocketType.Stream, false)]
    [InlineData(SocketType.Stream, true)]
    [InlineData(SocketType.Seqpacket, false)]
    public void Unix_sockets_are_connected_to_whatever_their_kind(SocketType type, bool isAbstract)
    {
        string name = isAbstract ? $"@sereno-connect-{Guid.NewGuid():N}" : $"{_folder}/s";
        Accept(Listen(new UnixDomainSocketEndPoint(isAbstract ? "\0" + name[1..] : name), AddressFamily.Unix, type), EchoAll);
        Assert.Equal("unix", Text(Run("unix", name).Output));
    }

    [Fact]
    public async Task Datagrams_are_answered_and_silence_ends_them()
    {
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var unix = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        unix.Bind(new UnixDomainSocketEndPoint($"{_folder}/d"));
        foreach (var (socket, target) in ((Socket, string[])[])[(udp, [$"127.0.0.1:{((IPEndPoint)udp.LocalEndPoint!).Port}", "--udp"]), (unix, [$"{_folder}/d"])])
        {
            var server = Task.Run(() =>
            {
                byte[] buffer = new byte[100];
                EndPoint from = socket == udp ? new IPEndPoint(IPAddress.Any, 0) : new UnixDomainSocketEndPoint("/");
                int n = socket.ReceiveFrom(buffer, ref from);
                socket.SendTo(buffer.AsSpan(0, n), from);
            }, TestContext.Current.CancellationToken);
            Assert.Equal("datagram", Text(Run("datagram", [.. target, "--timeout", "500ms"]).Output));
            await server.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void A_refusal_names_the_cause_and_what_to_do()
    {
        int port = SerenoProcess.FreeAddress().Port;
        var (status, _, errors) = Run("", $"127.0.0.1:{port}");
        Assert.Equal((1, $"sereno: cannot connect to 127.0.0.1:{port}: Connection refused\nNobody listens on that port here. What is with it: sereno why {port}\n"), (status, errors));
        Assert.Contains("No such file or directory", Run("", $"{_folder}/nothing").Errors);
        (status, _, errors) = Run("", $"127.0.0.1:{port}", "--udp", "--timeout", "300ms");
        Assert.Equal(0, status); // nothing was sent: nobody could refuse
        Assert.Contains("Connection refused", Run("x", $"127.0.0.1:{port}", "--udp", "--timeout", "5s").Errors);
        Assert.Contains("no se puede conectar con", Run("", $"127.0.0.1:{port}", "--lang", "es").Errors);
        Assert.Contains("a file of another kind", Run("", "/etc/passwd").Errors);
        Assert.Contains("abstract name", Run("", $"@{Path.GetFileName(_folder)}").Errors);
        Assert.Contains("not http: give it HOST:PORT", Run("", "http://localhost/x").Errors);
        Assert.Contains("exclude each other", Run("", "-4", "-6", $"127.0.0.1:{port}").Errors);
    }

    [Theory]
    [InlineData("::1:80")]
    [InlineData("[::1]")]
    [InlineData("localhost:")]
    [InlineData("localhost:99999")]
    [InlineData("localhost:0")]
    [InlineData("localhost:nosuchservice")]
    [InlineData("[::1%nosuchinterface]:80")]
    [InlineData("two words")]
    public void What_can_be_no_target_is_refused(string target)
    {
        var (status, _, errors) = Run("", target);
        Assert.Equal(1, status);
        Assert.StartsWith("sereno: ", errors);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public void A_name_too_long_for_a_Unix_socket_is_an_error_and_no_crash() =>
        Assert.Contains("File name too long", Run("", "/" + new string('x', 200)).Errors);

    [Fact]
    public void Time_limits_hold_for_the_connection_and_for_silence()
    {
        // A backlog that is full answers nobody.
        var full = Listen(new IPEndPoint(IPAddress.Loopback, 0), AddressFamily.InterNetwork, SocketType.Stream, backlog: 0);
        var waiting = new List<Socket>();
        for (int i = 0; i < 3; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            waiting.Add(socket);
            try
            {
                socket.Connect(full.LocalEndPoint!);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock) { }
        }
        var (status, _, errors) = Run("", full.LocalEndPoint!.ToString()!, "--timeout", "300ms");
        Assert.Equal(1, status);
        Assert.Contains("No answer in time", errors);
        waiting.ForEach(s => s.Dispose());

        int silent = Serve(client => client.Receive(new byte[1]));
        using var process = Start(["127.0.0.1:" + silent, "--timeout", "300ms"]);
        Assert.True(process.WaitForExit(20_000)); // its input never ends
        Assert.Equal(1, process.ExitCode);
        Assert.Contains("nothing was sent or received in time", process.StandardError.ReadToEnd());
    }

    [Fact]
    public void A_connection_that_is_reset_is_an_error()
    {
        int port = Serve(client =>
        {
            client.Receive(new byte[1]);
            client.LingerState = new LingerOption(true, 0);
        });
        var (status, _, errors) = Run("x", $"127.0.0.1:{port}");
        Assert.Equal(1, status);
        Assert.Contains($"the connection to 127.0.0.1:{port} is lost: Connection reset by peer", errors);
    }

    [Fact]
    public void Both_ends_and_every_state_of_both_are_told() => Sockets.NetworkNamespace.Run(() =>
    {
        int port = Serve(client =>
        {
            while (client.Receive(new byte[100]) > 0) { }
            client.Send("bye"u8);
        });
        var (status, output, errors) = Run("hello", $"127.0.0.1:{port}", "--states", "-o", "json");
        Assert.True(status == 0, errors);
        var json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(("bye", 5, 3, true), (json.GetProperty("received").GetString(), json.GetProperty("bytesSent").GetInt32(), json.GetProperty("bytesReceived").GetInt32(), json.GetProperty("endedInOrder").GetBoolean()));
        Assert.Equal((port, "tcp"), (json.GetProperty("destination").GetProperty("port").GetInt32(), json.GetProperty("protocol").GetString()));
        string[] States(string end) => [.. json.GetProperty("states").EnumerateArray().Where(s => s.GetProperty("end").GetString() == end).Select(s => s.GetProperty("state").GetString()!)];
        Assert.SkipWhen(errors.Contains("perf"), "tracepoints are not to be had here");
        Assert.Equal(["syn-sent", "established", "fin-wait-1", "fin-wait-2", "time-wait"], States("source"));
        Assert.Equal(["syn-received", "established", "close-wait", "last-ack", "closed"], States("destination"));
        Assert.Equal(Environment.ProcessId, json.GetProperty("states").EnumerateArray().Last(s => s.GetProperty("end").GetString() == "destination").GetProperty("pid").GetInt32());
    });

    [Fact]
    public void Verbose_tells_the_four_tuple_with_services_and_classes()
    {
        int port = Serve(_ => { });
        string errors = Run("", $"localhost:{port}", "-4v").Errors;
        Assert.Matches($@"^connected to localhost:{port} \(127\.0\.0\.1:{port}\) in [0-9.]+(us|ms|s)\n  source       127\.0\.0\.1:[0-9]+ \(.*(user|dynamic) port\)\n  destination  127\.0\.0\.1:{port} \(.*(user|dynamic) port\)\n$", errors);
        Assert.Contains("  origen       127.0.0.1:", Run("", $"localhost:{port}", "-4v", "--lang", "es").Errors);
    }

    [Fact]
    public void A_load_client_counts_and_times_every_connection()
    {
        int served = 0;
        int port = Serve(client =>
        {
            byte[] buffer = new byte[100];
            int n = client.Receive(buffer);
            client.Send(buffer.AsSpan(0, n));
            Interlocked.Increment(ref served);
        });
        var (status, output, errors) = Run("ping", $"127.0.0.1:{port}", "--count", "300", "--concurrency", "16", "-o", "json");
        Assert.True(status == 0, errors);
        var json = JsonDocument.Parse(output).RootElement;
        Assert.Equal((300, 300, 1200, 1200), (json.GetProperty("connected").GetInt32(), json.GetProperty("ended").GetInt32(), json.GetProperty("bytesSent").GetInt32(), json.GetProperty("bytesReceived").GetInt32()));
        Assert.True(SpinWait.SpinUntil(() => served == 300, 10_000));
        var times = json.GetProperty("microseconds");
        foreach (string row in (string[])["connected", "firstByte", "end"])
        {
            long[] spread = [.. ((string[])["p50", "p90", "p99", "max"]).Select(p => times.GetProperty(row).GetProperty(p).GetInt64())];
            Assert.Equal(spread.Order(), spread);
        }
        Assert.True(times.GetProperty("connected").GetProperty("p50").GetInt64() <= times.GetProperty("end").GetProperty("p50").GetInt64());

        output = Run("ping", $"127.0.0.1:{SerenoProcess.FreeAddress().Port}", "--count", "7").Output;
        Assert.Contains("7 failed: ECONNREFUSED (Connection refused)", Text(output));
    }

    [Fact]
    public void Held_connections_stay_until_told_otherwise()
    {
        var listener = Listen(new IPEndPoint(IPAddress.Loopback, 0), AddressFamily.InterNetwork, SocketType.Stream, backlog: 100);
        using var process = Start([listener.LocalEndPoint!.ToString()!, "--count", "50", "--hold"]);
        var clients = Enumerable.Range(0, 50).Select(_ => listener.Accept()).ToList();
        Assert.StartsWith("50 of 50 connections held after ", process.StandardOutput.ReadLine());
        Assert.All(clients, c => Assert.False(c.Poll(0, SelectMode.SelectRead)));
        Assert.True(Self.Kill(process.Id, 15));
        Assert.True(process.WaitForExit(10_000));
        Assert.All(clients, c => Assert.True(c.Poll(5_000_000, SelectMode.SelectRead)));
        clients.ForEach(c => c.Dispose());
    }

    [Fact]
    public void It_ends_when_nobody_reads_what_comes_any_more()
    {
        using var server = SerenoProcess.Start(["serve", "chargen", "--address", "127.0.0.1:0"]);
        string address = server.Output.ReadLine()!.Split(' ')[^1];
        var outcome = Command.Run("timeout", "30", "sh", "-c", $"'{SerenoProcess.Executable}' connect {address} </dev/null | head -c 10 | wc -c");
        Assert.Equal((0, "10"), (outcome.Status, outcome.Output.Trim()));
        outcome = Command.Run("timeout", "30", "sh", "-c", $"'{SerenoProcess.Executable}' connect {address} </dev/null >/dev/full");
        Assert.Equal((1, "sereno: cannot write standard output: No space left on device"), (outcome.Status, outcome.Errors.Trim()));
    }

    [Fact]
    public async Task Socat_and_we_get_the_same_of_the_same_server()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/socat"), "no socat");
        using var server = SerenoProcess.Start(["serve", "echo", "--address", "127.0.0.1:0"]);
        string address = server.Output.ReadLine()!.Split(' ')[^1];
        string text = string.Concat(Enumerable.Range(0, 2000).Select(i => $"line {i}\n"));
        using var socat = Command.Start("/usr/bin/socat", "-t5", "-", $"TCP:{address}");
        var theirs = socat.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        socat.StandardInput.Write(text);
        socat.StandardInput.Close();
        Assert.Equal(await theirs, Text(Run(text, address).Output));
        Assert.True(socat.WaitForExit(10_000));
    }

    private static void EchoAll(Socket client)
    {
        byte[] buffer = new byte[64 * 1024];
        for (int n; (n = client.Receive(buffer)) > 0;)
            client.Send(buffer.AsSpan(0, n));
    }

    /// <summary>A server in this process; its port.</summary>
    private int Serve(Action<Socket> serve, IPAddress? address = null)
    {
        var ip = address ?? IPAddress.Loopback;
        var listener = Listen(new IPEndPoint(ip, 0), ip.AddressFamily, SocketType.Stream, backlog: 512);
        Accept(listener, serve);
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    private Socket Listen(EndPoint end, AddressFamily family, SocketType type, int backlog = 16)
    {
        var listener = new Socket(family, type, family == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        _listeners.Add(listener);
        listener.Bind(end);
        listener.Listen(backlog);
        return listener;
    }

    private static void Accept(Socket listener, Action<Socket> serve) => new Thread(() =>
    {
        try
        {
            while (true)
            {
                var client = listener.Accept();
                new Thread(() =>
                {
                    using (client)
                        try
                        {
                            serve(client);
                        }
                        catch (SocketException) { }
                }) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
    }) { IsBackground = true }.Start();

    private static (int Status, byte[] Output, string Errors) Run(string input, params string[] arguments) => Run(Encoding.UTF8.GetBytes(input), arguments);

    private static (int Status, byte[] Output, string Errors) Run(byte[] input, params string[] arguments)
    {
        using var process = Start(arguments);
        var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException) { } // it didn't want it
        if (!process.WaitForExit(30_000))
        {
            process.Kill();
            Assert.Fail($"connect {string.Join(' ', arguments)} does not end: {errors.Result}");
        }
        Assert.True(Task.WaitAll([reading, errors], 10_000));
        return (process.ExitCode, output.ToArray(), errors.Result);
    }

    private static Process Start(string[] arguments) => Command.Start(SerenoProcess.Executable, ["connect", .. arguments]);

    private static string Text(byte[] output) => Encoding.UTF8.GetString(output);
}
