namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int INET_DIAG_REQ_BYTECODE = 1, INET_DIAG_REQ_PROTOCOL = 3;
    public const int INET_DIAG_MEMINFO = 1, INET_DIAG_INFO = 2, INET_DIAG_VEGASINFO = 3, INET_DIAG_CONG = 4, INET_DIAG_TOS = 5,
        INET_DIAG_TCLASS = 6, INET_DIAG_SKMEMINFO = 7, INET_DIAG_SHUTDOWN = 8, INET_DIAG_PROTOCOL = 10,
        INET_DIAG_SKV6ONLY = 11, INET_DIAG_MARK = 15, INET_DIAG_CLASS_ID = 17, INET_DIAG_CGROUP_ID = 21,
        INET_DIAG_SOCKOPT = 22;

    public struct inet_diag_sockid
    {
        public ushort idiag_sport; // network byte order, as the addresses
        public ushort idiag_dport;
        public fixed uint idiag_src[4];
        public fixed uint idiag_dst[4];
        public uint idiag_if;
        public fixed uint idiag_cookie[2];
    }

    public struct inet_diag_req_v2
    {
        public byte sdiag_family;
        public byte sdiag_protocol;
        public byte idiag_ext;
        public byte pad;
        public uint idiag_states;
        public inet_diag_sockid id;
    }

    public struct inet_diag_msg
    {
        public byte idiag_family;
        public byte idiag_state;
        public byte idiag_timer;
        public byte idiag_retrans;
        public inet_diag_sockid id;
        public uint idiag_expires;
        public uint idiag_rqueue;
        public uint idiag_wqueue;
        public uint idiag_uid;
        public uint idiag_inode;
    }
}
