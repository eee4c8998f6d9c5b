namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int BPF_PROG_LOAD = 5, BPF_LINK_CREATE = 28, BPF_ITER_CREATE = 33;
    public const uint BPF_PROG_TYPE_TRACING = 26, BPF_TRACE_ITER = 28;

    // Instruction classes, sizes, modes and operations (linux/bpf_common.h, linux/bpf.h).
    public const byte BPF_LDX = 0x01, BPF_STX = 0x03, BPF_JMP = 0x05, BPF_ALU64 = 0x07, BPF_W = 0x00, BPF_DW = 0x18, BPF_MEM = 0x60,
        BPF_ADD = 0x00, BPF_MUL = 0x20, BPF_MOV = 0xB0, BPF_JEQ = 0x10, BPF_JNE = 0x50, BPF_CALL = 0x80, BPF_EXIT = 0x90, BPF_K = 0x00, BPF_X = 0x08;

    public const int BPF_FUNC_probe_read_kernel = 113, BPF_FUNC_seq_write = 127, BPF_FUNC_get_current_task_btf = 158, BPF_FUNC_sock_from_file = 162;

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

    public struct bpf_attr_link_create { public uint prog_fd; public uint target_fd; public uint attach_type; public uint flags; public ulong iter_info; public uint iter_info_len; public uint _pad; }

    public struct bpf_attr_iter_create { public uint link_fd; public uint flags; }
}
