using System.Buffers.Binary;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>Asks the kernel for one TCP connection by its 4-tuple, which costs microseconds: also for one in TIME-WAIT.</summary>
public sealed class SocketLookup : IDisposable
{
    private const int IdOffset = NetlinkMessage.HeaderLength + 8; // inet_diag_req_v2.id
    private const ushort FlagsRequest = 1;

    private readonly NetlinkSocket _netlink = new(libc.NETLINK_SOCK_DIAG);
    private readonly byte[] _buffer = new byte[4096];
    private uint _sequence;

    /// <summary>False when this network namespace has no such connection, or it is bound to an interface (SO_BINDTODEVICE).</summary>
    public bool TryFind(in InetAddress local, ushort localPort, in InetAddress remote, ushort remotePort, out SocketRecord socket)
    {
        Span<byte> request = stackalloc byte[InetDiag.RequestLength];
        InetDiag.WriteDumpRequest(request, local.IsIPv4 ? InetDiag.AfInet : InetDiag.AfInet6, SocketProtocol.Tcp, TcpStates.All, ++_sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], FlagsRequest); // one, not a dump
        var id = request[IdOffset..];
        BinaryPrimitives.WriteUInt16BigEndian(id, localPort);
        BinaryPrimitives.WriteUInt16BigEndian(id[2..], remotePort);
        local.WriteBytes(id[4..]);
        remote.WriteBytes(id[20..]);
        id.Slice(40, 8).Fill(0xFF); // INET_DIAG_NOCOOKIE: any
        _netlink.Send(request);
        return Receive(out socket) && socket.RemotePort == remotePort; // else a listener, which would take the connection
    }

    public void Dispose() => _netlink.Dispose();

    private bool Receive(out SocketRecord socket)
    {
        while (true)
        {
            var reader = new NetlinkReader(_buffer.AsSpan(0, _netlink.Receive(_buffer, out _)));
            while (reader.Next(out var message))
                if (message.Sequence == _sequence)
                    return InetDiag.TryRead(message.Type == InetDiag.SockDiagByFamily ? message.Payload : default, SocketProtocol.Tcp, out socket);
        }
    }
}
