using System.Buffers.Binary;
using System.Net;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>An address of a connection: an internet address, a vsock(7) context, or nothing that can be told.</summary>
/// <param name="Ip">Null where the address isn't an internet one; IPv4 that came over IPv6 is IPv4.</param>
/// <param name="Cid">Of vsock(7).</param>
/// <param name="Zone">The interface that a link-local address belongs to; 0 for others.</param>
public readonly record struct SocketEnd(IPAddress? Ip, uint? Cid, uint Port, uint Zone = 0);

/// <summary>accept(2), and who is at the two ends.</summary>
public static unsafe class Acceptor
{
    // What accept(2) may say of a connection that came to nothing.
    private static readonly int[] s_transient =
        [libc.EAGAIN, libc.EINTR, libc.ECONNABORTED, 71 /* EPROTO */, 92 /* ENOPROTOOPT */, 64 /* ENONET */, 95 /* EOPNOTSUPP */, 100 /* ENETDOWN */, 101 /* ENETUNREACH */, 112 /* EHOSTDOWN */, 113 /* EHOSTUNREACH */];

    private const int AddressRoom = 128; // sizeof(struct sockaddr_storage)

    /// <summary>The next connection, non-blocking; null when there is none now.</summary>
    /// <exception cref="LinuxException">EMFILE, ENFILE, ENOMEM: another time.</exception>
    public static Fd? Accept(Fd listener)
    {
        int fd = libc.accept4(listener.Number, null, null, libc.SOCK_CLOEXEC | libc.SOCK_NONBLOCK);
        return fd >= 0 ? new Fd(fd) : s_transient.Contains(Errno.Last) ? null : throw Errno.Failed("accept a connection");
    }

    /// <summary>Throws away what waits: connections, datagrams, a FIFO's bytes. Bounded, for more may come all the time.</summary>
    public static void Flush(Fd socket)
    {
        const int most = 4096;
        socket.SetNonBlocking();
        Span<byte> rest = stackalloc byte[4096];
        for (int i = 0; i < most; i++)
        {
            int fd = libc.accept4(socket.Number, null, null, libc.SOCK_CLOEXEC);
            if (fd >= 0)
                libc.close(fd);
            else if (Errno.Last == libc.EAGAIN || (Errno.Last is not (libc.EINTR or libc.ECONNABORTED) && socket.TryRead(rest) < 0))
                return;
        }
    }

    /// <summary>Our end and the peer's; null when the peer has gone already.</summary>
    public static (SocketEnd Local, SocketEnd Remote)? Ends(Fd connection)
    {
        byte* address = stackalloc byte[AddressRoom];
        uint length = AddressRoom;
        return LocalEnd(connection) is not { } local || libc.getpeername(connection.Number, address, &length) == -1 ? null : (local, Read(address));
    }

    /// <summary>Where a socket is bound; null when that can't be told.</summary>
    public static SocketEnd? LocalEnd(Fd socket)
    {
        byte* address = stackalloc byte[AddressRoom];
        uint length = AddressRoom;
        return libc.getsockname(socket.Number, address, &length) == -1 ? null : Read(address);
    }

    /// <summary>Of a Unix connection; null where the peer is out of our namespaces' sight.</summary>
    public static PeerCredentials? Peer(Fd connection)
    {
        libc.ucred cred;
        uint length = (uint)sizeof(libc.ucred);
        return libc.getsockopt(connection.Number, libc.SOL_SOCKET, libc.SO_PEERCRED, &cred, &length) == 0 && cred.pid != 0 ? new(cred.pid, cred.uid, cred.gid) : null;
    }

    private static SocketEnd Read(byte* address)
    {
        switch (*(ushort*)address)
        {
            case libc.AF_INET:
                var v4 = (libc.sockaddr_in*)address;
                return new(new IPAddress(new ReadOnlySpan<byte>(&v4->sin_addr, 4)), null, Port(v4->sin_port));
            case libc.AF_INET6:
                var v6 = (libc.sockaddr_in6*)address;
                var ip = new IPAddress(new ReadOnlySpan<byte>(&v6->sin6_addr, 16));
                return new(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, null, Port(v6->sin6_port), v6->sin6_scope_id);
            case libc.AF_VSOCK:
                var vm = (libc.sockaddr_vm*)address;
                return new(null, vm->svm_cid, vm->svm_port);
            default:
                return default;
        }
    }

    private static ushort Port(ushort network) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(network) : network;
}
