namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int TCPI_OPT_TIMESTAMPS = 1, TCPI_OPT_SACK = 2, TCPI_OPT_WSCALE = 4, TCPI_OPT_ECN = 8, TCPI_OPT_ECN_SEEN = 16,
        TCPI_OPT_SYN_DATA = 32;
    public const int TCP_MD5SIG_MAXKEYLEN = 80;

    public struct tcp_info
    {
        public byte tcpi_state;
        public byte tcpi_ca_state;
        public byte tcpi_retransmits;
        public byte tcpi_probes;
        public byte tcpi_backoff;
        public byte tcpi_options;
        public byte _wscale; // tcpi_snd_wscale : 4, tcpi_rcv_wscale : 4
        public byte _flags; // tcpi_delivery_rate_app_limited : 1, tcpi_fastopen_client_fail : 2
        public uint tcpi_rto;
        public uint tcpi_ato;
        public uint tcpi_snd_mss;
        public uint tcpi_rcv_mss;
        public uint tcpi_unacked;
        public uint tcpi_sacked;
        public uint tcpi_lost;
        public uint tcpi_retrans;
        public uint tcpi_fackets;
        public uint tcpi_last_data_sent;
        public uint tcpi_last_ack_sent;
        public uint tcpi_last_data_recv;
        public uint tcpi_last_ack_recv;
        public uint tcpi_pmtu;
        public uint tcpi_rcv_ssthresh;
        public uint tcpi_rtt;
        public uint tcpi_rttvar;
        public uint tcpi_snd_ssthresh;
        public uint tcpi_snd_cwnd;
        public uint tcpi_advmss;
        public uint tcpi_reordering;
        public uint tcpi_rcv_rtt;
        public uint tcpi_rcv_space;
        public uint tcpi_total_retrans;
        public ulong tcpi_pacing_rate;
        public ulong tcpi_max_pacing_rate;
        public ulong tcpi_bytes_acked;
        public ulong tcpi_bytes_received;
        public uint tcpi_segs_out;
        public uint tcpi_segs_in;
        public uint tcpi_notsent_bytes;
        public uint tcpi_min_rtt;
        public uint tcpi_data_segs_in;
        public uint tcpi_data_segs_out;
        public ulong tcpi_delivery_rate;
        public ulong tcpi_busy_time;
        public ulong tcpi_rwnd_limited;
        public ulong tcpi_sndbuf_limited;
        public uint tcpi_delivered;
        public uint tcpi_delivered_ce;
        public ulong tcpi_bytes_sent;
        public ulong tcpi_bytes_retrans;
        public uint tcpi_dsack_dups;
        public uint tcpi_reord_seen;
        public uint tcpi_rcv_ooopack;
        public uint tcpi_snd_wnd;
    }

    public struct tcp_diag_md5sig
    {
        public byte tcpm_family;
        public byte tcpm_prefixlen;
        public ushort tcpm_keylen;
        public fixed uint tcpm_addr[4];
        public fixed byte tcpm_key[TCP_MD5SIG_MAXKEYLEN];
    }
}
