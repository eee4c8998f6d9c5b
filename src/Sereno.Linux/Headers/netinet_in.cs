namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int IPPROTO_IP = 0, IPPROTO_ICMP = 1, IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_DCCP = 33, IPPROTO_IPV6 = 41,
        IPPROTO_SCTP = 132, IPPROTO_UDPLITE = 136, IPPROTO_RAW = 255, IPPROTO_MPTCP = 262;
    public const int IP_FREEBIND = 15, IPV6_V6ONLY = 26, TCP_NODELAY = 1;

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
