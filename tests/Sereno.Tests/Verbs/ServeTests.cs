using System.Net;
using System.Net.Sockets;
using System.Text;
using Sereno.Serve;
using Xunit;

namespace Sereno.Tests.Verbs;

public class ServeTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200)]
    [InlineData("GET /?q HTTP/1.0\r\n\r\n", 200)]
    [InlineData("GET http://x/ HTTP/1.0\r\n\r\n", 200)]
    [InlineData("\r\nGET / HTTP/1.0\n\n", 200)]
    [InlineData("GET /nothing HTTP/1.0\r\n\r\n", 404)]
    [InlineData("DELETE / HTTP/1.0\r\n\r\n", 405)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400)]
    [InlineData("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", 413)]
    [InlineData("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505)]
    [InlineData("hello\r\n\r\n", 400)]
    public async Task A_request_is_answered_or_refused_and_the_connection_ends_where_it_must(string request, int status)
    {
        await using var server = Running.Start(new HttpProtocol());
        Assert.StartsWith($"HTTP/1.1 {status} ", server.Exchange(request, endRequest: false));
    }

    [Fact]
    public async Task A_connection_serves_several_requests_even_when_they_come_together()
    {
        await using var server = Running.Start(new HttpProtocol());
        string answers = server.Exchange(Get + "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + Get + "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.Equal(["200", "405", "200", "200"], answers.Split("HTTP/1.1 ")[1..].Select(a => a[..3]));
        Assert.EndsWith("\r\n\r\n", answers); // HEAD has no body
    }

    [Fact]
    public async Task A_head_larger_than_16_KiB_is_refused()
    {
        await using var server = Running.Start(new HttpProtocol());
        Assert.StartsWith("HTTP/1.1 431 ", server.Exchange($"GET / HTTP/1.1\r\nHost: x\r\nA: {new string('a', 20_000)}\r\n\r\n", endRequest: false));
    }

    [Fact]
    public async Task Slow_clients_time_out_and_do_not_hold_up_the_others()
    {
        await using var server = Running.Start(new HttpProtocol { HeadLimit = TimeSpan.FromMilliseconds(300), IdleLimit = TimeSpan.FromMilliseconds(300) });
        using var slow = server.Connect();
        slow.Send("GET /"u8);
        using var idle = server.Connect();
        Assert.StartsWith("HTTP/1.1 200 ", server.Exchange(Get));
        Assert.StartsWith("HTTP/1.1 408 ", Running.ReadAll(slow));
        Assert.Equal("", Running.ReadAll(idle));
    }

    [Fact]
    public async Task Echo_sends_lines_back_to_many_clients_at_once()
    {
        await using var server = Running.Start(new EchoProtocol());
        var clients = Enumerable.Range(0, 50).Select(_ => server.Connect()).ToList();
        for (int i = 49; i >= 0; i--)
        {
            clients[i].Send(Encoding.ASCII.GetBytes($"line {i}\nlast"));
            clients[i].Shutdown(SocketShutdown.Send);
            Assert.Equal($"line {i}\nlast", Running.ReadAll(clients[i]));
        }
        clients.ForEach(c => c.Dispose());
    }

    [Theory]
    [InlineData("/notify")]
    [InlineData("@")]
    public void The_server_says_when_it_is_ready_and_ends_with_0_on_SIGTERM(string kind)
    {
        string folder = Directory.CreateTempSubdirectory("sereno-test-").FullName;
        try
        {
            string address = kind == "@" ? $"@sereno-test-{Guid.NewGuid():N}" : folder + kind;
            using var notify = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
            notify.Bind(new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));
            using var server = SerenoProcess.Start(["serve", "http", "--address", "127.0.0.1:0"], ("NOTIFY_SOCKET", address));
            var buffer = new byte[4096];
            Assert.Contains("READY=1", Encoding.UTF8.GetString(buffer, 0, notify.Receive(buffer)).Split('\n'));
            string ready = server.Output.ReadLine()!;
            Assert.StartsWith("serving http on 127.0.0.1:", ready);

            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
            client.Connect(IPEndPoint.Parse(ready.Split(' ')[^1]));
            client.Send(Encoding.ASCII.GetBytes(Get));
            Assert.EndsWith(" \"GET / HTTP/1.1\" 200 " + Running.BodyLengthOf(client), server.Output.ReadLine());
            server.Signal(15);
            Assert.Equal(0, server.Wait(5));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_port_in_use_is_said_and_is_exit_1()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        Assert.Equal((1, "", $"sereno: cannot listen on {other.LocalEndPoint}: Address already in use: {System.Diagnostics.Process.GetCurrentProcess().ProcessName} (pid {Environment.ProcessId}) has it\n"),
            SerenoProcess.Run("serve", "echo", "--address", other.LocalEndPoint!.ToString()!));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("8080")]
    [InlineData("::1")]
    [InlineData("127.0.0.1:99999")]
    public void An_address_without_a_port_is_refused(string address)
    {
        var (status, _, errors) = SerenoProcess.Run("serve", "http", "--address", address);
        Assert.Equal(2, status);
        Assert.Contains($"'{address}'", errors);
    }

    /// <summary>A server in this process.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly Server _server;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _task;

        private Running(Server server) => (_server, _task) = (server, server.RunAsync(_stop.Token));

        public static Running Start(IProtocol protocol) => new(Server.Listen(new IPEndPoint(IPAddress.Loopback, 0), protocol, TextWriter.Null));

        public Socket Connect()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
            socket.Connect(_server.Address);
            return socket;
        }

        /// <summary>Sends, and reads to the end.</summary>
        public string Exchange(string request, bool endRequest = true)
        {
            using var socket = Connect();
            socket.Send(Encoding.Latin1.GetBytes(request));
            if (endRequest)
                socket.Shutdown(SocketShutdown.Send);
            return ReadAll(socket);
        }

        public static string ReadAll(Socket socket)
        {
            var all = new List<byte>();
            var buffer = new byte[4096];
            for (int n; (n = socket.Receive(buffer)) > 0;)
                all.AddRange(buffer.AsSpan(0, n));
            return Encoding.UTF8.GetString([.. all]);
        }

        public static int BodyLengthOf(Socket socket)
        {
            var buffer = new byte[4096];
            string head = Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
            return int.Parse(head.Split("Content-Length: ")[1].Split('\r')[0]);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _task.WaitAsync(TimeSpan.FromSeconds(10));
            _server.Dispose();
            _stop.Dispose();
        }
    }
}
