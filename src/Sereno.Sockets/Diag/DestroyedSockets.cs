using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>Sockets as the kernel destroys them (sock_diag(7)'s multicast groups, SKNLGRP_*). No privilege is needed.</summary>
public sealed class DestroyedSockets : IDisposable
{
    private readonly NetlinkSocket _netlink;
    private readonly byte[] _buffer = new byte[32 * 1024];

    /// <exception cref="LinuxException">The kernel has no such groups.</exception>
    public DestroyedSockets(bool tcp, bool udp, bool ipv4, bool ipv6)
    {
        int groups = 0;
        void Join(bool wanted, int group) => groups |= wanted ? 1 << (group - 1) : 0;
        Join(ipv4 && tcp, libc.SKNLGRP_INET_TCP_DESTROY);
        Join(ipv4 && udp, libc.SKNLGRP_INET_UDP_DESTROY);
        Join(ipv6 && tcp, libc.SKNLGRP_INET6_TCP_DESTROY);
        Join(ipv6 && udp, libc.SKNLGRP_INET6_UDP_DESTROY);
        _netlink = new(libc.NETLINK_SOCK_DIAG);
        _netlink.Join(groups);
    }

    /// <summary>Attributes of the sockets of the last <see cref="Receive"/>.</summary>
    public ByteArena Arena { get; } = new();

    /// <summary>Waits for the next ones. Those that came too fast for us are lost without a trace.</summary>
    public void Receive(List<SocketRecord> destroyed)
    {
        destroyed.Clear();
        Arena.Clear();
        int length;
        try
        {
            length = _netlink.Receive(_buffer, out _);
        }
        catch (LinuxException e) when (e.Number == libc.ENOBUFS)
        {
            return;
        }
        var reader = new NetlinkReader(_buffer.AsSpan(0, length));
        while (reader.Next(out var message))
            if (message.Type == DiagRequest.SockDiagByFamily && InetDiag.TryRead(message.Payload, SocketProtocol.Tcp, Arena, out var socket))
                destroyed.Add(socket with { Protocol = (SocketProtocol)(socket.IpProtocol ?? (int)SocketProtocol.Tcp) });
    }

    public void Dispose() => _netlink.Dispose();
}
