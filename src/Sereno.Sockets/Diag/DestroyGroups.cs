using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Sockets.Diag;

/// <summary>Hears of every socket of this network namespace that ends (sock_diag(7), SKNLGRP_INET_TCP_DESTROY and its
/// siblings). Needs no privilege.</summary>
public sealed class DestroyGroups : IDisposable
{
    // A message takes about 1 KiB of it; who may not exceed net.core.rmem_max gets that.
    private const int ReceiveBuffer = 32 << 20;

    private readonly NetlinkSocket _netlink = new(libc.NETLINK_SOCK_DIAG);
    private readonly byte[] _buffer = new byte[8192];

    /// <param name="groups">Bits of <see cref="GroupsOf"/>.</param>
    /// <param name="waits">Whether <see cref="Next"/> waits for the next datagram.</param>
    /// <exception cref="LinuxException">The kernel has no such groups (before Linux 4.2).</exception>
    public DestroyGroups(int groups, bool waits = false)
    {
        try
        {
            _netlink.SetReceiveBuffer(ReceiveBuffer);
            _netlink.Join(groups);
            if (!waits)
                _netlink.Fd.SetNonBlocking();
        }
        catch
        {
            _netlink.Dispose();
            throw;
        }
    }

    /// <summary>TCP's, IPv4 and IPv6.</summary>
    public static int Tcp { get; } = GroupsOf(tcp: true, udp: false, ipv4: true, ipv6: true);

    public static int GroupsOf(bool tcp, bool udp, bool ipv4, bool ipv6)
    {
        return Bit(ipv4 && tcp, libc.SKNLGRP_INET_TCP_DESTROY) | Bit(ipv4 && udp, libc.SKNLGRP_INET_UDP_DESTROY)
            | Bit(ipv6 && tcp, libc.SKNLGRP_INET6_TCP_DESTROY) | Bit(ipv6 && udp, libc.SKNLGRP_INET6_UDP_DESTROY);

        static int Bit(bool wanted, int group) => wanted ? 1 << (group - 1) : 0;
    }

    public Fd Fd => _netlink.Fd;

    /// <summary>How many times the kernel had no room for a message; how many it dropped each time it doesn't say.</summary>
    public int Overruns { get; private set; }

    /// <summary>The next datagram, valid until the next call; false when there is none, and it doesn't wait.</summary>
    public bool Next(out ReadOnlySpan<byte> datagram)
    {
        while (true)
            try
            {
                int length = _netlink.Receive(_buffer, out _);
                datagram = length < 0 ? default : _buffer.AsSpan(0, length);
                return length >= 0;
            }
            catch (LinuxException e) when (e.Number == libc.ENOBUFS)
            {
                Overruns++; // said once; what is still queued can be read
            }
    }

    public void Dispose() => _netlink.Dispose();
}
