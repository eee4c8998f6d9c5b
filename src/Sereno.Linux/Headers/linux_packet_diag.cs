namespace Sereno.Linux.Headers;

public static partial class libc
{
    public const int PDI_RUNNING = 1, PDI_AUXDATA = 2, PDI_ORIGDEV = 4, PDI_VNETHDR = 8, PDI_LOSS = 16;

    public struct packet_diag_info
    {
        public uint pdi_index;
        public uint pdi_version;
        public uint pdi_reserve;
        public uint pdi_copy_thresh;
        public uint pdi_tstamp;
        public uint pdi_flags;
    }

    public struct packet_diag_ring
    {
        public uint pdr_block_size;
        public uint pdr_block_nr;
        public uint pdr_frame_size;
        public uint pdr_frame_nr;
        public uint pdr_retire_tmo;
        public uint pdr_sizeof_priv;
        public uint pdr_features;
    }
}
