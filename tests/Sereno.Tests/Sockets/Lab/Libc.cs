using System.Net;
using System.Runtime.InteropServices;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>The system calls that .NET's sockets don't reach, and numbers by their C names.</summary>
internal static class Libc
{
    public const int AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16, AF_PACKET = 17;
    public const int SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3, SOCK_SEQPACKET = 5, SOCK_NONBLOCK = 0x800, SOCK_CLOEXEC = 0x80000;
    public const int IPPROTO_IP = 0, IPPROTO_ICMP = 1, IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_IPV6 = 41, IPPROTO_ICMPV6 = 58,
        IPPROTO_UDPLITE = 136, IPPROTO_RAW = 255, IPPROTO_MPTCP = 262;
    public const int SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_BROADCAST = 6, SO_KEEPALIVE = 9, SO_PRIORITY = 12, SO_REUSEPORT = 15,
        SO_BINDTODEVICE = 25, SO_MARK = 36, SO_MAX_PACING_RATE = 47;
    public const int IP_TOS = 1, IP_TTL = 2, IP_HDRINCL = 3, IP_RECVERR = 11, IP_FREEBIND = 15, IP_TRANSPARENT = 19, IP_MINTTL = 21,
        IP_NODEFRAG = 22, IP_BIND_ADDRESS_NO_PORT = 24, IP_MULTICAST_LOOP = 34, IP_ADD_MEMBERSHIP = 35, IP_MULTICAST_ALL = 49;
    public const int IPV6_JOIN_GROUP = 20, IPV6_RECVERR = 25, IPV6_V6ONLY = 26, IPV6_TCLASS = 67, IPV6_TRANSPARENT = 75, IPV6_FREEBIND = 78;
    public const int TCP_NODELAY = 1, TCP_KEEPIDLE = 4, TCP_KEEPINTVL = 5, TCP_DEFER_ACCEPT = 9, TCP_INFO = 11, TCP_CONGESTION = 13, TCP_MD5SIG = 14,
        TCP_FASTOPEN = 23;
    public const int SOL_PACKET = 263, PACKET_ADD_MEMBERSHIP = 1, PACKET_RX_RING = 5, PACKET_AUXDATA = 8, PACKET_VERSION = 10, PACKET_FANOUT = 18;
    public const int SOL_NETLINK = 270, NETLINK_ADD_MEMBERSHIP = 1;
    public const int SHUT_RD = 0, SHUT_WR = 1, SHUT_RDWR = 2;
    public const int EADDRINUSE = 98, EINPROGRESS = 115, EAGAIN = 11, EPROTONOSUPPORT = 93, ESOCKTNOSUPPORT = 94, EAFNOSUPPORT = 97,
        ENOPROTOOPT = 92, EINTR = 4;
    public const short POLLIN = 1;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events, Returned;
    }

    [DllImport("libc", SetLastError = true)] public static extern int socket(int domain, int type, int protocol);
    [DllImport("libc", SetLastError = true)] public static extern int socketpair(int domain, int type, int protocol, int[] pair);
    [DllImport("libc", SetLastError = true)] public static extern int bind(int fd, byte[] address, int length);
    [DllImport("libc", SetLastError = true)] public static extern int connect(int fd, byte[] address, int length);
    [DllImport("libc", SetLastError = true)] public static extern int listen(int fd, int backlog);
    [DllImport("libc", SetLastError = true)] public static extern int accept4(int fd, nint address, nint length, int flags);
    [DllImport("libc", SetLastError = true)] public static extern int shutdown(int fd, int how);
    [DllImport("libc", SetLastError = true)] public static extern int close(int fd);
    [DllImport("libc", SetLastError = true)] public static extern int getsockname(int fd, byte[] address, ref int length);
    [DllImport("libc", SetLastError = true)] public static extern int setsockopt(int fd, int level, int name, byte[] value, int length);
    [DllImport("libc", SetLastError = true)] public static extern int getsockopt(int fd, int level, int name, byte[] value, ref int length);
    [DllImport("libc", SetLastError = true)] public static extern nint send(int fd, byte[] bytes, nint length, int flags);
    [DllImport("libc", SetLastError = true)] public static extern nint sendto(int fd, byte[] bytes, nint length, int flags, byte[] address, int addressLength);
    [DllImport("libc", SetLastError = true)] public static extern nint read(int fd, byte[] bytes, nint length);
    [DllImport("libc", SetLastError = true)] public static extern nint write(int fd, byte[] bytes, nint length);
    [DllImport("libc", SetLastError = true)] public static extern int open(string path, int flags);
    [DllImport("libc", SetLastError = true)] public static extern int ioctl(int fd, nuint request, byte[] argument);
    [DllImport("libc", SetLastError = true)] public static extern int poll([In, Out] PollFd[] fds, nuint count, int milliseconds);
    [DllImport("libc", SetLastError = true)] public static extern int eventfd(uint initial, int flags);
    /// <summary>Of the calling thread alone; the inode of a socket made afterwards belongs to this user.</summary>
    [DllImport("libc")] public static extern int setfsuid(uint uid);
    [DllImport("libc")] public static extern uint if_nametoindex(string name);

    /// <summary>A sockaddr_in or sockaddr_in6.</summary>
    public static byte[] Address(string ip, int port)
    {
        var address = new IPEndPoint(IPAddress.Parse(ip), port).Serialize();
        return address.Buffer.Span[..address.Size].ToArray();
    }

    /// <returns>The result, where the call succeeded.</returns>
    /// <exception cref="LabException">cannot WHAT: errno's text</exception>
    public static int Check(nint result, string what) => result >= 0 ? (int)result : throw LabException.Last(what);
}

/// <summary>The kernel refused what a specimen needs.</summary>
internal sealed class LabException(string what, int errno) : Exception($"cannot {what}: {Marshal.GetPInvokeErrorMessage(errno)}")
{
    public int Errno { get; } = errno;

    public static LabException Last(string what) => new(what, Marshal.GetLastPInvokeError());
}
