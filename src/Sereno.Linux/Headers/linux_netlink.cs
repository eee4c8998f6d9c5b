namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int NETLINK_ROUTE = 0, NETLINK_SOCK_DIAG = 4;
    public const int NLM_F_REQUEST = 1, NLM_F_MULTI = 2, NLM_F_ACK = 4, NLM_F_DUMP_INTR = 0x10, NLM_F_DUMP_FILTERED = 0x20,
        NLM_F_ROOT = 0x100, NLM_F_MATCH = 0x200, NLM_F_DUMP = NLM_F_ROOT | NLM_F_MATCH;
    public const int SOL_NETLINK = 270, NETLINK_PKTINFO = 3, NETLINK_GET_STRICT_CHK = 12;
    public const int NLMSG_NOOP = 1, NLMSG_ERROR = 2, NLMSG_DONE = 3, NLMSG_OVERRUN = 4, NLMSG_ALIGNTO = 4;
    public const int NLA_F_NESTED = 1 << 15, NLA_F_NET_BYTEORDER = 1 << 14, NLA_ALIGNTO = 4;

    public struct sockaddr_nl { public ushort nl_family; public ushort nl_pad; public uint nl_pid; public uint nl_groups; }

    public struct nlmsghdr
    {
        public uint nlmsg_len;
        public ushort nlmsg_type;
        public ushort nlmsg_flags;
        public uint nlmsg_seq;
        public uint nlmsg_pid;
    }

    public struct nlmsgerr { public int error; public nlmsghdr msg; }

    public struct nlattr { public ushort nla_len; public ushort nla_type; }
}
