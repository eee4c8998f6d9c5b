using System.Buffers.Binary;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>Tries to bind a port with a socket that is closed at once, and never listens.</summary>
public static unsafe class BindTest
{
    /// <summary>bind(2)'s error, 0 when it succeeded.</summary>
    /// <param name="address">4 or 16 bytes in network order.</param>
    /// <param name="reuse">With SO_REUSEADDR.</param>
    /// <exception cref="LinuxException">No socket could be made: EAFNOSUPPORT, EMFILE.</exception>
    public static int Try(ReadOnlySpan<byte> address, ushort port, bool udp, bool reuse)
    {
        bool ipv4 = address.Length == 4;
        int family = ipv4 ? libc.AF_INET : libc.AF_INET6;
        using var socket = new Fd(Errno.Check(libc.socket(family, (udp ? libc.SOCK_DGRAM : libc.SOCK_STREAM) | libc.SOCK_CLOEXEC, 0), "create a socket"));
        int on = 1;
        if (reuse)
            Errno.Check(libc.setsockopt(socket.Number, libc.SOL_SOCKET, libc.SO_REUSEADDR, &on, sizeof(int)), "set SO_REUSEADDR");
        libc.sockaddr_in6 sockaddr = default;
        sockaddr.sin6_family = (ushort)family;
        sockaddr.sin6_port = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(port) : port;
        address.CopyTo(new Span<byte>(ipv4 ? &((libc.sockaddr_in*)&sockaddr)->sin_addr : &sockaddr.sin6_addr, address.Length));
        return libc.bind(socket.Number, &sockaddr, (uint)(ipv4 ? sizeof(libc.sockaddr_in) : sizeof(libc.sockaddr_in6))) == 0 ? 0 : Errno.Last;
    }
}
