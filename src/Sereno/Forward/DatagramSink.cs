using System.Net.Sockets;

namespace Sereno.Forward;

/// <summary>A datagram for each entry: nobody says whether it arrives.</summary>
internal sealed class DatagramSink(ForwardTarget target, RecordFormat format) : ByteSink(format)
{
    // What fits into one IPv4 datagram; who writes more loses the rest (RFC 5426, 3.2 lets receivers cut far earlier).
    private const int Most = 65_507;

    private Socket? _socket;

    public override async Task SendAsync(int from, int count, CancellationToken stop)
    {
        try
        {
            _socket ??= await ConnectAsync(stop);
            for (int i = from; i < from + count; i++)
            {
                var record = Bytes(i, 1);
                await _socket.SendAsync(record[..Math.Min(record.Length, Most)], stop);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken stop)
    {
        var socket = target.Path.Length > 0 ? new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) : new Socket(SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (target.Path.Length > 0)
                await socket.ConnectAsync(UnixAddress.Of(target.Path), stop);
            else
                await socket.ConnectAsync(target.Host, target.Port, stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }
}

internal static class UnixAddress
{
    /// <summary>"@" stands for the NUL that begins an abstract name (unix(7)).</summary>
    public static UnixDomainSocketEndPoint Of(string path) => new(path[0] == '@' ? "\0" + path[1..] : path);
}
