using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Sockets.Diag;

/// <summary>Hears of every TCP socket of this network namespace that ends (sock_diag(7), SKNLGRP_INET_TCP_DESTROY and its
/// IPv6 sibling). Needs no privilege.</summary>
public sealed class DestroyGroups : IDisposable
{
    // A message takes about 1 KiB of it; who may not exceed net.core.rmem_max gets that.
    private const int ReceiveBuffer = 32 << 20;

    private readonly NetlinkSocket _netlink = new(libc.NETLINK_SOCK_DIAG);
    private readonly byte[] _buffer = new byte[8192];

    /// <exception cref="LinuxException">The kernel has no such groups (before Linux 4.2).</exception>
    public DestroyGroups()
    {
        try
        {
            _netlink.SetReceiveBuffer(ReceiveBuffer);
            _netlink.Join(1 << (libc.SKNLGRP_INET_TCP_DESTROY - 1) | 1 << (libc.SKNLGRP_INET6_TCP_DESTROY - 1));
            _netlink.Fd.SetNonBlocking();
        }
        catch
        {
            _netlink.Dispose();
            throw;
        }
    }

    public Fd Fd => _netlink.Fd;

    /// <summary>How many times the kernel had no room for a message; how many it dropped each time it doesn't say.</summary>
    public int Overruns { get; private set; }

    /// <summary>The next datagram, valid until the next call; false when there is none.</summary>
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
