namespace Sereno.Linux.Headers;

public static partial class libc
{
    public const int MPTCP_SUBFLOW_ATTR_TOKEN_REM = 1, MPTCP_SUBFLOW_ATTR_TOKEN_LOC = 2, MPTCP_SUBFLOW_ATTR_MAP_SEQ = 4,
        MPTCP_SUBFLOW_ATTR_MAP_SFSEQ = 5, MPTCP_SUBFLOW_ATTR_SSN_OFFSET = 6, MPTCP_SUBFLOW_ATTR_MAP_DATALEN = 7,
        MPTCP_SUBFLOW_ATTR_FLAGS = 8, MPTCP_SUBFLOW_ATTR_ID_REM = 9, MPTCP_SUBFLOW_ATTR_ID_LOC = 10;
    public const int MPTCP_INFO_FLAG_FALLBACK = 1, MPTCP_INFO_FLAG_REMOTE_KEY_RECEIVED = 2;

    public struct mptcp_info
    {
        public byte mptcpi_subflows;
        public byte mptcpi_add_addr_signal;
        public byte mptcpi_add_addr_accepted;
        public byte mptcpi_subflows_max;
        public byte mptcpi_add_addr_signal_max;
        public byte mptcpi_add_addr_accepted_max;
        public uint mptcpi_flags;
        public uint mptcpi_token;
        public ulong mptcpi_write_seq;
        public ulong mptcpi_snd_una;
        public ulong mptcpi_rcv_nxt;
        public byte mptcpi_local_addr_used;
        public byte mptcpi_local_addr_max;
        public byte mptcpi_csum_enabled;
    }
}
