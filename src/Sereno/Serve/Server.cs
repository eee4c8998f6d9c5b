using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sereno.Linux;

namespace Sereno.Serve;

/// <summary>How a server takes its clients.</summary>
/// <param name="Dedicated">The next one is accepted when the one before has left.</param>
/// <param name="Once">One client, and the end.</param>
public readonly record struct ServerOptions(bool Dedicated, bool Once);

/// <summary>
/// A server of connections: every client is served at once, or, when it is dedicated, one after the other. Small on purpose: it
/// is there to be started, watched and stopped.
/// </summary>
public sealed class Server : IDisposable
{
    /// <summary>More clients than this wait in the backlog.</summary>
    private const int MaxClients = 1000;
    private readonly Socket _listener;
    private readonly IProtocol _protocol;
    private readonly ServerOptions _options;
    private readonly TextWriter _output;
    private readonly SemaphoreSlim _places;
    private readonly ConcurrentDictionary<Socket, Task> _clients = new();

    /// <param name="listener">Listens already.</param>
    public Server(Socket listener, IProtocol protocol, TextWriter output, ServerOptions options = default)
    {
        (_listener, _protocol, _output, _options) = (listener, protocol, output, options);
        _places = new(options.Dedicated ? 1 : MaxClients);
    }

    /// <summary>With the port that the kernel chose where 0 was asked for.</summary>
    public EndPoint Address => _listener.LocalEndPoint!;

    /// <exception cref="SocketException">The address is in use, isn't ours, or needs a privilege.</exception>
    public static Server Listen(IPEndPoint address, IProtocol protocol, TextWriter output, ServerOptions options = default)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            socket.Listen();
            return new(socket, protocol, output, options);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Accepts until told to stop; then lets go of every client and returns.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            do
            {
                // A dedicated server accepts nobody while it serves: they wait in the backlog.
                await _places.WaitAsync(stop);
                var client = await AcceptAsync(stop);
                // In the table before it runs, or one that ends at once would stay in it.
                var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var served = _clients[client] = ServeAsync(client, start.Task, stop);
                start.SetResult();
                if (_options.Once)
                    await served;
            }
            while (!_options.Once);
        }
        catch (OperationCanceledException)
        {
            _listener.Close();
            foreach (var client in _clients.Keys)
                client.Dispose();
            await Task.WhenAny(Task.WhenAll(_clients.Values), Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        }
    }

    /// <summary>Serves a client that somebody else has accepted, to its end.</summary>
    public static async Task ServeAsync(Socket client, IProtocol protocol, Action<string> log, CancellationToken stop)
    {
        try
        {
            if (client.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
                client.NoDelay = true;
            await protocol.ServeAsync(client, PeerName.Of(client), log, stop);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone, or we are stopping.
        }
        finally
        {
            client.Dispose();
        }
    }

    /// <summary>sd_notify(3). Without $NOTIFY_SOCKET nobody wants to know.</summary>
    public static void Notify(string message)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 1 } address)
            return;
        using var socket = UnixSocket.Create(UnixSocketType.Datagram, nonBlocking: false);
        socket.Connect(address);
        socket.Send(Encoding.UTF8.GetBytes(message));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _places.Dispose();
    }

    private async Task<Socket> AcceptAsync(CancellationToken stop)
    {
        while (true)
            try
            {
                return await _listener.AcceptAsync(stop);
            }
            catch (SocketException e)
            {
                // A client that left again (ECONNABORTED) costs nothing; no descriptors left (EMFILE) would spin.
                if (e.SocketErrorCode != SocketError.ConnectionAborted)
                    await Task.Delay(100, stop);
            }
    }

    private async Task ServeAsync(Socket client, Task start, CancellationToken stop)
    {
        await start;
        try
        {
            await ServeAsync(client, _protocol, Log, stop);
        }
        finally
        {
            _clients.TryRemove(client, out _);
            if (!stop.IsCancellationRequested)
                _places.Release();
        }
    }

    private void Log(string line)
    {
        lock (_output)
        {
            _output.WriteLine(line);
            _output.Flush();
        }
    }
}
