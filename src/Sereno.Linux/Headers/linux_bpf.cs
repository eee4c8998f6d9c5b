namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int BPF_MAP_CREATE = 0, BPF_MAP_LOOKUP_ELEM = 1, BPF_MAP_UPDATE_ELEM = 2, BPF_MAP_DELETE_ELEM = 3, BPF_PROG_LOAD = 5, BPF_OBJ_GET = 7, BPF_PROG_ATTACH = 8, BPF_PROG_DETACH = 9,
        BPF_PROG_GET_FD_BY_ID = 13, BPF_MAP_GET_FD_BY_ID = 14, BPF_OBJ_GET_INFO_BY_FD = 15, BPF_PROG_QUERY = 16, BPF_LINK_CREATE = 28, BPF_ITER_CREATE = 33;
    public const uint BPF_PROG_TYPE_CGROUP_SKB = 8, BPF_PROG_TYPE_CGROUP_DEVICE = 15, BPF_PROG_TYPE_CGROUP_SOCK_ADDR = 18, BPF_PROG_TYPE_TRACING = 26;
    public const uint BPF_CGROUP_INET_INGRESS = 0, BPF_CGROUP_INET_EGRESS = 1, BPF_CGROUP_DEVICE = 6, BPF_CGROUP_INET4_BIND = 8, BPF_CGROUP_INET6_BIND = 9, BPF_TRACE_ITER = 28;
    public const uint BPF_MAP_TYPE_ARRAY = 2, BPF_MAP_TYPE_LRU_HASH = 9, BPF_MAP_TYPE_LPM_TRIE = 11, BPF_MAP_TYPE_RINGBUF = 27;
    public const uint BPF_RINGBUF_BUSY_BIT = 1u << 31, BPF_RINGBUF_DISCARD_BIT = 1u << 30, BPF_RINGBUF_HDR_SZ = 8;
    public const uint BPF_F_NO_PREALLOC = 1, BPF_F_ALLOW_MULTI = 2, BPF_F_REPLACE = 4;
    public const int BPF_PSEUDO_MAP_FD = 1, BPF_OBJ_NAME_LEN = 16;

    // Instruction classes, sizes, modes and operations (linux/bpf_common.h, linux/bpf.h).
    public const byte BPF_LD = 0x00, BPF_LDX = 0x01, BPF_ST = 0x02, BPF_STX = 0x03, BPF_ALU = 0x04, BPF_JMP = 0x05, BPF_ALU64 = 0x07, BPF_W = 0x00, BPF_DW = 0x18, BPF_IMM = 0x00, BPF_MEM = 0x60, BPF_ATOMIC = 0xC0,
        BPF_ADD = 0x00, BPF_MUL = 0x20, BPF_SUB = 0x10, BPF_OR = 0x40, BPF_AND = 0x50, BPF_RSH = 0x70, BPF_MOV = 0xB0, BPF_END = 0xD0, BPF_TO_BE = 0x08,
        BPF_JA = 0x00, BPF_JEQ = 0x10, BPF_JGT = 0x20, BPF_JNE = 0x50, BPF_JLT = 0xA0, BPF_CALL = 0x80, BPF_EXIT = 0x90, BPF_K = 0x00, BPF_X = 0x08;

    public const int BPF_FUNC_map_lookup_elem = 1, BPF_FUNC_map_update_elem = 2, BPF_FUNC_ktime_get_ns = 5, BPF_FUNC_skb_load_bytes = 26, BPF_FUNC_get_socket_cookie = 46, BPF_FUNC_sk_fullsock = 95, BPF_FUNC_probe_read_kernel = 113, BPF_FUNC_seq_write = 127, BPF_FUNC_ringbuf_output = 130, BPF_FUNC_get_current_task_btf = 158, BPF_FUNC_sock_from_file = 162;

    /// <summary>dst_reg and src_reg are two bit-fields of one byte, the destination in its lower half.</summary>
    public struct bpf_insn { public byte code; public byte _registers; public short off; public int imm; }

    /// <summary>The beginning of union bpf_attr as BPF_PROG_LOAD reads it; the kernel takes the rest for zeroes.</summary>
    public struct bpf_attr_prog_load
    {
        public uint prog_type; public uint insn_cnt;
        public ulong insns;
        public ulong license;
        public uint log_level; public uint log_size;
        public ulong log_buf;
        public uint kern_version; public uint prog_flags;
        public fixed byte prog_name[16];
        public uint prog_ifindex; public uint expected_attach_type; public uint prog_btf_fd; public uint func_info_rec_size;
        public ulong func_info;
        public uint func_info_cnt; public uint line_info_rec_size;
        public ulong line_info;
        public uint line_info_cnt; public uint attach_btf_id; public uint attach_prog_fd; public uint _pad;
    }

    public struct bpf_attr_map_create
    {
        public uint map_type; public uint key_size; public uint value_size; public uint max_entries; public uint map_flags;
        public uint inner_map_fd; public uint numa_node;
        public fixed byte map_name[BPF_OBJ_NAME_LEN];
    }

    public struct bpf_attr_map_elem { public uint map_fd; public uint _pad; public ulong key; public ulong value; public ulong flags; }

    public struct bpf_attr_prog_attach { public uint target_fd; public uint attach_bpf_fd; public uint attach_type; public uint attach_flags; public uint replace_bpf_fd; }

    public struct bpf_attr_get_id { public uint prog_id; public uint next_id; public uint open_flags; }

    public struct bpf_attr_obj { public ulong pathname; public uint bpf_fd; public uint file_flags; }

    public struct bpf_attr_info { public uint bpf_fd; public uint info_len; public ulong info; }

    public struct bpf_attr_query { public uint target_fd; public uint attach_type; public uint query_flags; public uint attach_flags; public ulong prog_ids; public uint prog_cnt; public uint _pad; }

    /// <summary>The beginnings of what BPF_OBJ_GET_INFO_BY_FD fills in; it takes shorter ones.</summary>
    public struct bpf_prog_info
    {
        public uint type; public uint id;
        public fixed byte tag[8];
        public uint jited_prog_len; public uint xlated_prog_len;
        public ulong jited_prog_insns; public ulong xlated_prog_insns; public ulong load_time;
        public uint created_by_uid; public uint nr_map_ids;
        public ulong map_ids;
        public fixed byte name[BPF_OBJ_NAME_LEN];
    }

    public struct bpf_map_info
    {
        public uint type; public uint id; public uint key_size; public uint value_size; public uint max_entries; public uint map_flags;
        public fixed byte name[BPF_OBJ_NAME_LEN];
    }

    public struct bpf_attr_link_create { public uint prog_fd; public uint target_fd; public uint attach_type; public uint flags; public ulong iter_info; public uint iter_info_len; public uint _pad; }

    public struct bpf_attr_iter_create { public uint link_fd; public uint flags; }
}
