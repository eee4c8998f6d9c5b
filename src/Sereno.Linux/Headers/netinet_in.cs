namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int IPPROTO_IP = 0, IPPROTO_ICMP = 1, IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_DCCP = 33, IPPROTO_IPV6 = 41,
        IPPROTO_SCTP = 132, IPPROTO_UDPLITE = 136, IPPROTO_RAW = 255, IPPROTO_MPTCP = 262;
    public const int IP_TOS = 1, IP_TTL = 2, IP_PKTINFO = 8, IP_FREEBIND = 15, IP_TRANSPARENT = 19;
    public const int IPV6_UNICAST_HOPS = 16, IPV6_V6ONLY = 26, IPV6_RECVPKTINFO = 49, IPV6_TRANSPARENT = 75, IPV6_FREEBIND = 78;
    public const int TCP_NODELAY = 1, TCP_KEEPIDLE = 4, TCP_KEEPINTVL = 5, TCP_KEEPCNT = 6, TCP_DEFER_ACCEPT = 9, TCP_CONGESTION = 13;
    public const int SCTP_NODELAY = 3;

    public struct in_addr { public uint s_addr; }
    public struct in6_addr { public fixed byte s6_addr[16]; }

    public struct sockaddr_in { public ushort sin_family; public ushort sin_port; public in_addr sin_addr; public fixed byte sin_zero[8]; }

    public struct sockaddr_in6
    {
        public ushort sin6_family;
        public ushort sin6_port;
        public uint sin6_flowinfo;
        public in6_addr sin6_addr;
        public uint sin6_scope_id;
    }
}
