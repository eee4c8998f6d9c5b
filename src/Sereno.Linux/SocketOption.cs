using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>A number that setsockopt(2) takes: socket(7), ip(7), ipv6(7), tcp(7), unix(7), netlink(7), sctp(7).</summary>
public readonly record struct SocketOption(string Name, int Level, int Number)
{
    public static readonly SocketOption KeepAlive = new("SO_KEEPALIVE", libc.SOL_SOCKET, libc.SO_KEEPALIVE);
    public static readonly SocketOption KeepAliveTime = new("TCP_KEEPIDLE", libc.IPPROTO_TCP, libc.TCP_KEEPIDLE);
    public static readonly SocketOption KeepAliveInterval = new("TCP_KEEPINTVL", libc.IPPROTO_TCP, libc.TCP_KEEPINTVL);
    public static readonly SocketOption KeepAliveProbes = new("TCP_KEEPCNT", libc.IPPROTO_TCP, libc.TCP_KEEPCNT);
    public static readonly SocketOption DeferAccept = new("TCP_DEFER_ACCEPT", libc.IPPROTO_TCP, libc.TCP_DEFER_ACCEPT);
    public static readonly SocketOption NoDelay = new("TCP_NODELAY", libc.IPPROTO_TCP, libc.TCP_NODELAY);
    public static readonly SocketOption SctpNoDelay = new("SCTP_NODELAY", libc.IPPROTO_SCTP, libc.SCTP_NODELAY);
    public static readonly SocketOption Broadcast = new("SO_BROADCAST", libc.SOL_SOCKET, libc.SO_BROADCAST);
    public static readonly SocketOption PassCredentials = new("SO_PASSCRED", libc.SOL_SOCKET, libc.SO_PASSCRED);
    public static readonly SocketOption PassSecurity = new("SO_PASSSEC", libc.SOL_SOCKET, libc.SO_PASSSEC);
    public static readonly SocketOption PacketInfoV4 = new("IP_PKTINFO", libc.IPPROTO_IP, libc.IP_PKTINFO);
    public static readonly SocketOption PacketInfoV6 = new("IPV6_RECVPKTINFO", libc.IPPROTO_IPV6, libc.IPV6_RECVPKTINFO);
    public static readonly SocketOption PacketInfoNetlink = new("NETLINK_PKTINFO", libc.SOL_NETLINK, libc.NETLINK_PKTINFO);
    public static readonly SocketOption Timestamps = new("SO_TIMESTAMP", libc.SOL_SOCKET, libc.SO_TIMESTAMP);
    public static readonly SocketOption NanosecondTimestamps = new("SO_TIMESTAMPNS", libc.SOL_SOCKET, libc.SO_TIMESTAMPNS);
    public static readonly SocketOption Priority = new("SO_PRIORITY", libc.SOL_SOCKET, libc.SO_PRIORITY);
    public static readonly SocketOption Mark = new("SO_MARK", libc.SOL_SOCKET, libc.SO_MARK);
    public static readonly SocketOption TypeOfService = new("IP_TOS", libc.IPPROTO_IP, libc.IP_TOS);
    public static readonly SocketOption TimeToLive = new("IP_TTL", libc.IPPROTO_IP, libc.IP_TTL);
    public static readonly SocketOption HopLimit = new("IPV6_UNICAST_HOPS", libc.IPPROTO_IPV6, libc.IPV6_UNICAST_HOPS);
    public static readonly SocketOption ReceiveBuffer = new("SO_RCVBUF", libc.SOL_SOCKET, libc.SO_RCVBUF);
    public static readonly SocketOption SendBuffer = new("SO_SNDBUF", libc.SOL_SOCKET, libc.SO_SNDBUF);
    internal static readonly SocketOption ReuseAddress = new("SO_REUSEADDR", libc.SOL_SOCKET, libc.SO_REUSEADDR);
    internal static readonly SocketOption ReusePort = new("SO_REUSEPORT", libc.SOL_SOCKET, libc.SO_REUSEPORT);
    internal static readonly SocketOption OnlyIPv6 = new("IPV6_V6ONLY", libc.IPPROTO_IPV6, libc.IPV6_V6ONLY);
    internal static readonly SocketOption FreeBindV4 = new("IP_FREEBIND", libc.IPPROTO_IP, libc.IP_FREEBIND);
    internal static readonly SocketOption FreeBindV6 = new("IPV6_FREEBIND", libc.IPPROTO_IPV6, libc.IPV6_FREEBIND);
    internal static readonly SocketOption TransparentV4 = new("IP_TRANSPARENT", libc.IPPROTO_IP, libc.IP_TRANSPARENT);
    internal static readonly SocketOption TransparentV6 = new("IPV6_TRANSPARENT", libc.IPPROTO_IPV6, libc.IPV6_TRANSPARENT);

    /// <returns>0, or the errno.</returns>
    public unsafe int TrySet(Fd fd, int value)
    {
        // More than the sysctls allow, with CAP_NET_ADMIN (socket(7)).
        int forced = this == ReceiveBuffer ? libc.SO_RCVBUFFORCE : this == SendBuffer ? libc.SO_SNDBUFFORCE : 0;
        if (forced != 0 && libc.setsockopt(fd.Number, Level, forced, &value, sizeof(int)) == 0)
            return 0;
        return libc.setsockopt(fd.Number, Level, Number, &value, sizeof(int)) == 0 ? 0 : Errno.Last;
    }

    /// <summary>TCP_CONGESTION (tcp(7)).</summary>
    public static int TrySetCongestion(Fd fd, string algorithm) => SetText(fd, libc.IPPROTO_TCP, libc.TCP_CONGESTION, algorithm);

    /// <summary>SO_BINDTODEVICE (socket(7)).</summary>
    public static int TrySetDevice(Fd fd, string name) => SetText(fd, libc.SOL_SOCKET, libc.SO_BINDTODEVICE, name);

    /// <summary>SO_BINDTODEVICE; null for none, and where it can't be told.</summary>
    public static unsafe string? DeviceOf(Fd fd)
    {
        const int longest = 16; // IFNAMSIZ (net/if.h)
        byte* name = stackalloc byte[longest];
        uint length = longest;
        return libc.getsockopt(fd.Number, libc.SOL_SOCKET, libc.SO_BINDTODEVICE, name, &length) == 0 && length > 1 ? Encoding.UTF8.GetString(name, (int)length - 1) : null;
    }

    private static unsafe int SetText(Fd fd, int level, int number, string text)
    {
        byte[] value = Encoding.UTF8.GetBytes(text + '\0');
        fixed (byte* p = value)
            return libc.setsockopt(fd.Number, level, number, p, (uint)value.Length) == 0 ? 0 : Errno.Last;
    }
}
