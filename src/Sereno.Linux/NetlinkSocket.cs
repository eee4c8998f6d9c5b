using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>A netlink(7) socket to the kernel, blocking: requests out, datagrams of messages in.</summary>
public sealed unsafe class NetlinkSocket : INetlink
{
    private readonly Fd _fd;

    /// <param name="protocol">NETLINK_SOCK_DIAG and its like.</param>
    /// <exception cref="LinuxException">EPROTONOSUPPORT where the kernel was built without it.</exception>
    public NetlinkSocket(int protocol)
    {
        _fd = new(Errno.Check(libc.socket(libc.AF_NETLINK, libc.SOCK_RAW | libc.SOCK_CLOEXEC, protocol), "create a netlink socket"));
        // As iproute2's: room for a dump that is read slowly. Less than wanted is no failure.
        int send = 32 * 1024, receive = 1024 * 1024;
        _ = libc.setsockopt(_fd.Number, libc.SOL_SOCKET, libc.SO_SNDBUF, &send, sizeof(int));
        _ = libc.setsockopt(_fd.Number, libc.SOL_SOCKET, libc.SO_RCVBUF, &receive, sizeof(int));
    }

    public Fd Fd => _fd;

    /// <summary>From now on it also receives what the kernel sends to these groups: bit n - 1 is group n.</summary>
    /// <exception cref="LinuxException">EPERM for groups that are not everybody's, EOPNOTSUPP or EINVAL where there are none.</exception>
    public void Join(int groups)
    {
        libc.sockaddr_nl address = new() { nl_family = libc.AF_NETLINK, nl_groups = (uint)groups };
        Errno.Check(libc.bind(_fd.Number, &address, (uint)sizeof(libc.sockaddr_nl)), "join netlink groups");
    }

    /// <summary>From now on what a request for routes says is a condition (NETLINK_GET_STRICT_CHK, Linux 4.20); without effect where the kernel doesn't know it.</summary>
    public void SelectRoutes()
    {
        int one = 1;
        _ = libc.setsockopt(_fd.Number, libc.SOL_NETLINK, libc.NETLINK_GET_STRICT_CHK, &one, sizeof(int));
    }

    /// <summary>Bytes of datagrams that may wait to be read: as many as wanted with CAP_NET_ADMIN, else up to net.core.rmem_max.</summary>
    public void SetReceiveBuffer(int bytes)
    {
        if (libc.setsockopt(_fd.Number, libc.SOL_SOCKET, libc.SO_RCVBUFFORCE, &bytes, sizeof(int)) == -1)
            Errno.Check(libc.setsockopt(_fd.Number, libc.SOL_SOCKET, libc.SO_RCVBUF, &bytes, sizeof(int)), "set a receive buffer");
    }

    /// <summary>Sends one request to the kernel (port 0, no groups).</summary>
    public void Send(ReadOnlySpan<byte> request)
    {
        libc.sockaddr_nl kernel = new() { nl_family = libc.AF_NETLINK };
        fixed (byte* data = request)
        {
            libc.iovec iov = new() { iov_base = data, iov_len = (nuint)request.Length };
            libc.msghdr message = new() { msg_name = &kernel, msg_namelen = (uint)sizeof(libc.sockaddr_nl), msg_iov = &iov, msg_iovlen = 1 };
            nint n;
            do n = libc.sendmsg(_fd.Number, &message, 0);
            while (n == -1 && Errno.Last == libc.EINTR);
            Errno.Transfer(n, "send a netlink request");
        }
    }

    /// <summary>Receives one datagram from the kernel; those of any other sender are dropped.</summary>
    /// <param name="truncated">The datagram was longer than the buffer: its tail is lost.</param>
    /// <returns>Its length; -1 when there is none and the descriptor is non-blocking.</returns>
    /// <exception cref="LinuxException">ENOBUFS when the kernel dropped messages.</exception>
    public int Receive(Span<byte> buffer, out bool truncated)
    {
        fixed (byte* data = buffer)
            while (true)
            {
                libc.sockaddr_nl sender = default;
                libc.iovec iov = new() { iov_base = data, iov_len = (nuint)buffer.Length };
                libc.msghdr message = new() { msg_name = &sender, msg_namelen = (uint)sizeof(libc.sockaddr_nl), msg_iov = &iov, msg_iovlen = 1 };
                nint n = libc.recvmsg(_fd.Number, &message, 0);
                if (n == -1 && Errno.Last == libc.EINTR)
                    continue;
                truncated = (message.msg_flags & libc.MSG_TRUNC) != 0;
                int length = Errno.Transfer(n, "receive from netlink");
                if (sender.nl_pid == 0)
                    return length;
            }
    }

    public void Dispose() => _fd.Dispose();
}
