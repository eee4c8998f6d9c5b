using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>Closes sockets from outside (SOCK_DESTROY, which needs CAP_NET_ADMIN): what they hold is lost, and a TCP peer is reset.</summary>
/// <param name="complain">Takes why the kernel refuses, once: then no more are tried.</param>
public sealed class SocketKiller(Action<string> complain) : IDisposable
{
    private readonly NetlinkSocket _netlink = new(libc.NETLINK_SOCK_DIAG);
    private readonly byte[] _buffer = new byte[8192];
    private uint _sequence;
    private bool _refused;

    /// <summary>True when it is closed now; false when it can't be, or was gone already.</summary>
    public bool TryKill(in SocketRecord socket)
    {
        if (_refused)
            return false;
        Span<byte> request = stackalloc byte[DiagRequest.MaxLength];
        _netlink.Send(request[..DiagRequest.WriteDestroy(request, socket, ++_sequence)]);
        int error = Answer();
        if (error is 0 or libc.EOPNOTSUPP or libc.ENOENT)
            return error == 0;
        _refused = true;
        complain($"SOCK_DESTROY answers: {Errno.Text(error)}\n");
        return false;
    }

    public void Dispose() => _netlink.Dispose();

    private int Answer()
    {
        while (true)
        {
            var reader = new NetlinkReader(_buffer.AsSpan(0, _netlink.Receive(_buffer, out _)));
            while (reader.Next(out var message))
                if (message.Sequence == _sequence && message.Type == NetlinkMessage.Error)
                    return message.ErrorNumber;
        }
    }
}
