using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const uint PERF_TYPE_SOFTWARE = 1, PERF_TYPE_TRACEPOINT = 2;
    public const ulong PERF_COUNT_SW_DUMMY = 9;
    public const ulong PERF_SAMPLE_TID = 1 << 1, PERF_SAMPLE_TIME = 1 << 2, PERF_SAMPLE_RAW = 1 << 10;
    public const ulong PERF_FORMAT_LOST = 1 << 4;
    public const uint PERF_RECORD_LOST = 2, PERF_RECORD_COMM = 3, PERF_RECORD_EXIT = 4, PERF_RECORD_FORK = 7,
        PERF_RECORD_SAMPLE = 9, PERF_RECORD_LOST_SAMPLES = 13, PERF_RECORD_NAMESPACES = 16;
    public const nuint PERF_FLAG_FD_CLOEXEC = 8;
    public const nuint PERF_EVENT_IOC_ENABLE = 0x2400, PERF_EVENT_IOC_DISABLE = 0x2401, PERF_EVENT_IOC_SET_OUTPUT = 0x2405;

    /// <summary>The bits behind perf_event_attr.read_format, from the lowest.</summary>
    public const ulong PERF_ATTR_DISABLED = 1, PERF_ATTR_COMM = 1 << 9, PERF_ATTR_TASK = 1 << 13, PERF_ATTR_WATERMARK = 1 << 14,
        PERF_ATTR_SAMPLE_ID_ALL = 1 << 18, PERF_ATTR_USE_CLOCKID = 1 << 25,
        PERF_ATTR_NAMESPACES = 1 << 28;

    public struct perf_event_attr
    {
        public uint type;
        public uint size;
        public ulong config;
        public ulong sample_period;
        public ulong sample_type;
        public ulong read_format;
        public ulong _flags;
        public uint wakeup_watermark;
        public uint bp_type;
        public ulong config1;
        public ulong config2;
        public ulong branch_sample_type;
        public ulong sample_regs_user;
        public uint sample_stack_user;
        public int clockid;
        public ulong sample_regs_intr;
        public uint aux_watermark;
        public ushort sample_max_stack;
        private readonly ushort _reserved_2;
        public uint aux_sample_size;
        private readonly uint _reserved_3;
        public ulong sig_data;
    }

    public struct perf_event_header { public uint type; public ushort misc; public ushort size; }

    /// <summary>The first page of a ring; only the ends of the data matter to who just reads records.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 1088)]
    public struct perf_event_mmap_page
    {
        [FieldOffset(0)] public uint version;
        [FieldOffset(1024)] public ulong data_head;
        [FieldOffset(1032)] public ulong data_tail;
        [FieldOffset(1040)] public ulong data_offset;
        [FieldOffset(1048)] public ulong data_size;
    }
}
