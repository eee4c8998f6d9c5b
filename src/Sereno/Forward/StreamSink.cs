using System.Net.Security;
using System.Net.Sockets;
using Sereno.Linux;
using Sereno.Texts;

namespace Sereno.Forward;

/// <summary>One connection, opened again when it is gone. Nobody answers on it: what the peer's kernel has acknowledged counts as taken.</summary>
internal sealed class StreamSink(ForwardTarget target, RecordFormat format) : ByteSink(format)
{
    private Socket? _socket;
    private Stream? _stream;

    public override async Task SendAsync(int from, int count, CancellationToken stop)
    {
        try
        {
            if (_socket is not null && HasClosed(_socket))
                Dispose();
            _stream ??= await ConnectAsync(stop);
            await _stream.WriteAsync(Bytes(from, count), stop);
            await _stream.FlushAsync(stop);
            await AcknowledgedAsync(_socket!, stop);
        }
        catch
        {
            // Half a record may have gone out: the next try begins on a new connection.
            Dispose();
            throw;
        }
    }

    private async Task<Stream> ConnectAsync(CancellationToken stop)
    {
        _socket = target.Path.Length > 0 ? new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new(SocketType.Stream, ProtocolType.Tcp);
        if (target.Path.Length > 0)
            await _socket.ConnectAsync(UnixAddress.Of(target.Path), stop);
        else
            await _socket.ConnectAsync(target.Host, target.Port, stop);
        if (target.Path.Length == 0)
        {
            _socket.NoDelay = true;
            _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        }
        var stream = new NetworkStream(_socket, ownsSocket: true);
        if (target.Transport != ForwardTransport.Tls)
            return stream;
        var secure = new SslStream(stream);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = target.Host }, stop);
        return secure;
    }

    /// <summary>Until nothing is left in our send queue, or the peer has gone.</summary>
    private static async Task AcknowledgedAsync(Socket socket, CancellationToken stop)
    {
        for (int wait = 1; ; wait = Math.Min(2 * wait, 50))
        {
            // In this order: who has acknowledged and then closed, did so without reading all.
            int left = SendQueue.Unacknowledged(socket.SafeHandle);
            if (HasClosed(socket))
                throw new RefusedException(Text.Current.Forward.Closed);
            if (left == 0)
                return;
            await Task.Delay(wait, stop);
        }
    }

    // A peer that sends without end is not read without end.
    private const int MostReads = 64;

    /// <summary>The peer has ended its side, or reset. What it sends otherwise is nobody's to read, but keeps an end behind it from view.</summary>
    private static bool HasClosed(Socket socket)
    {
        Span<byte> unread = stackalloc byte[512];
        try
        {
            for (int reads = 0; reads < MostReads && socket.Poll(0, SelectMode.SelectRead); reads++)
                if (socket.Receive(unread) == 0)
                    return true;
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public override void Dispose()
    {
        _stream?.Dispose();
        _socket?.Dispose();
        (_stream, _socket) = (null, null);
    }
}
