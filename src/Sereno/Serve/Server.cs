using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sereno.Linux;

namespace Sereno.Serve;

/// <summary>What a server says to one client.</summary>
public interface IProtocol
{
    /// <summary>Serves a client until it leaves. The socket is closed afterwards, whatever happened.</summary>
    Task ServeAsync(Socket client, string peer, Action<string> log, CancellationToken stop);
}

/// <summary>
/// A concurrent TCP server: every client is served at once, none waits for another. Small on purpose: it is there to be
/// started, watched and stopped.
/// </summary>
public sealed class Server : IDisposable
{
    /// <summary>More clients than this wait in the backlog.</summary>
    private const int MaxClients = 1000;
    private readonly Socket _listener;
    private readonly IProtocol _protocol;
    private readonly TextWriter _output;
    private readonly SemaphoreSlim _places = new(MaxClients);
    private readonly ConcurrentDictionary<Socket, Task> _clients = new();

    private Server(Socket listener, IProtocol protocol, TextWriter output) => (_listener, _protocol, _output) = (listener, protocol, output);

    /// <summary>With the port that the kernel chose where 0 was asked for.</summary>
    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <exception cref="SocketException">The address is in use, isn't ours, or needs a privilege.</exception>
    public static Server Listen(IPEndPoint address, IProtocol protocol, TextWriter output)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            socket.Listen();
            return new(socket, protocol, output);
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
            while (true)
            {
                await _places.WaitAsync(stop);
                var client = await AcceptAsync(stop);
                // In the table before it runs, or one that ends at once would stay in it.
                var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _clients[client] = ServeAsync(client, start.Task, stop);
                start.SetResult();
            }
        }
        catch (OperationCanceledException)
        {
            _listener.Close();
            foreach (var client in _clients.Keys)
                client.Dispose();
            await Task.WhenAny(Task.WhenAll(_clients.Values), Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
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
            client.NoDelay = true;
            await _protocol.ServeAsync(client, client.RemoteEndPoint!.ToString()!, Log, stop);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone, or we are stopping.
        }
        finally
        {
            client.Dispose();
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
