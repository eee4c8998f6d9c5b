namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int INET_DIAG_REQ_BYTECODE = 1, INET_DIAG_REQ_PROTOCOL = 3;
    public const int INET_DIAG_MEMINFO = 1, INET_DIAG_INFO = 2, INET_DIAG_VEGASINFO = 3, INET_DIAG_CONG = 4, INET_DIAG_TOS = 5,
        INET_DIAG_TCLASS = 6, INET_DIAG_SKMEMINFO = 7, INET_DIAG_SHUTDOWN = 8, INET_DIAG_PROTOCOL = 10,
        INET_DIAG_SKV6ONLY = 11, INET_DIAG_MARK = 15, INET_DIAG_CLASS_ID = 17, INET_DIAG_CGROUP_ID = 21,
        INET_DIAG_SOCKOPT = 22;

    public const int INET_ULP_INFO_NAME = 1, INET_ULP_INFO_TLS = 2, INET_ULP_INFO_MPTCP = 3;

    public struct tcpvegas_info { public uint tcpv_enabled; public uint tcpv_rttcnt; public uint tcpv_rtt; public uint tcpv_minrtt; }

    public struct tcp_dctcp_info
    {
        public ushort dctcp_enabled;
        public ushort dctcp_ce_state;
        public uint dctcp_alpha;
        public uint dctcp_ab_ecn;
        public uint dctcp_ab_tot;
    }

    public struct tcp_bbr_info
    {
        public uint bbr_bw_lo;
        public uint bbr_bw_hi;
        public uint bbr_min_rtt;
        public uint bbr_pacing_gain;
        public uint bbr_cwnd_gain;
    }

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
