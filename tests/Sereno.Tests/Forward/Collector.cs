using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Sereno.Tests.Forward;

/// <summary>The other side: a TCP server that does with each connection what the test says, and keeps what came.</summary>
internal sealed class Collector : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<Collector, NetworkStream, int, Task> _serve;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly MemoryStream _received = new();
    private readonly List<string> _requests = [];

    /// <param name="serve">A connection, and how many came before it.</param>
    public Collector(Func<Collector, NetworkStream, int, Task> serve, int port = 0)
    {
        _serve = serve;
        _listener = new(IPAddress.Loopback, port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>One that takes all that comes.</summary>
    public Collector(int port = 0) : this((c, stream, _) => c.TakeAsync(stream, int.MaxValue), port) { }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public CancellationToken Stop => _stop.Token;

    public byte[] Received
    {
        get
        {
            lock (_lock)
                return _received.ToArray();
        }
    }

    /// <summary>Whole lines.</summary>
    public string[] Lines => Encoding.UTF8.GetString(Received) is var text && text.LastIndexOf('\n') is >= 0 and var end ? text[..end].Split('\n') : [];

    /// <summary>The heads of requests that came.</summary>
    public string[] Requests
    {
        get
        {
            lock (_lock)
                return [.. _requests];
        }
    }

    public void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
            _received.Write(bytes);
    }

    /// <summary>Reads so many bytes at most, or to the end.</summary>
    public async Task TakeAsync(NetworkStream stream, int most)
    {
        var buffer = new byte[65536];
        for (int n; most > 0 && (n = await stream.ReadAsync(buffer.AsMemory(0, Math.Min(most, buffer.Length)), Stop)) > 0; most -= n)
            Keep(buffer.AsSpan(0, n));
    }

    /// <summary>HTTP/1.1: a request with its body; null at the end.</summary>
    public async Task<(string Head, byte[] Body)?> RequestAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, Stop) == 0)
                return null;
            head.Add(one[0]);
        }
        string text = Encoding.ASCII.GetString([.. head]);
        string? length = text.Split("\r\n").SingleOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        byte[] body = length is null ? await ChunksAsync(stream) : new byte[int.Parse(length.Split(':')[1])];
        if (length is not null)
            await stream.ReadExactlyAsync(body, Stop);
        lock (_lock)
            _requests.Add(text);
        return (text, body);
    }

    /// <summary>A body in chunks (RFC 9112, 7.1).</summary>
    private async Task<byte[]> ChunksAsync(NetworkStream stream)
    {
        var body = new MemoryStream();
        var one = new byte[1];
        while (true)
        {
            var size = new StringBuilder();
            do
            {
                await stream.ReadExactlyAsync(one, Stop);
                size.Append((char)one[0]);
            }
            while (one[0] != '\n');
            var chunk = new byte[int.Parse(size.ToString().Trim(), System.Globalization.NumberStyles.HexNumber) + 2];
            await stream.ReadExactlyAsync(chunk, Stop);
            if (chunk.Length == 2)
                return body.ToArray();
            body.Write(chunk.AsSpan(0, chunk.Length - 2));
        }
    }

    public static ValueTask AnswerAsync(NetworkStream stream, string status, string headers = "") =>
        stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n{headers}\r\n"));

    /// <summary>Until something holds; the test fails when that takes far too long.</summary>
    public static void Until(Func<bool> holds, string what = "it does not come")
    {
        for (long end = Environment.TickCount64 + 60_000; !holds(); Thread.Yield())
            Assert.True(Environment.TickCount64 < end, what);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        for (int number = 0; !_stop.IsCancellationRequested; number++)
            try
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(Stop), number);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        using (client)
            try
            {
                await _serve(this, client.GetStream(), number);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // The forwarder was killed, or the test is at its end.
            }
    }
}
