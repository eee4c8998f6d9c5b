using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>bpf(2), and iterator programs: loaded, attached, and read as a file.</summary>
public static unsafe class Bpf
{
    /// <summary>Opens the output of an iterator program (kernel 5.11, CAP_BPF and CAP_PERFMON); null with errno where that can't be.</summary>
    /// <param name="program">Its instructions. The licence is GPL: the helpers that read kernel memory ask for it.</param>
    /// <param name="target">BTF id of the function that stands for what is iterated over.</param>
    public static Fd? TryOpenIterator(ReadOnlySpan<libc.bpf_insn> program, uint target, out int errno)
    {
        using var loaded = Load(program, target, out errno);
        if (loaded is null)
            return null;
        libc.bpf_attr_link_create link = new() { prog_fd = (uint)loaded.Number, attach_type = libc.BPF_TRACE_ITER };
        using var attached = Call(libc.BPF_LINK_CREATE, &link, sizeof(libc.bpf_attr_link_create), out errno);
        if (attached is null)
            return null;
        libc.bpf_attr_iter_create iterator = new() { link_fd = (uint)attached.Number };
        return Call(libc.BPF_ITER_CREATE, &iterator, sizeof(libc.bpf_attr_iter_create), out errno);
    }

    private static Fd? Load(ReadOnlySpan<libc.bpf_insn> program, uint target, out int errno)
    {
        fixed (libc.bpf_insn* instructions = program)
        fixed (byte* licence = "GPL\0"u8)
        {
            libc.bpf_attr_prog_load load = new()
            {
                prog_type = libc.BPF_PROG_TYPE_TRACING,
                insn_cnt = (uint)program.Length,
                insns = (ulong)instructions,
                license = (ulong)licence,
                expected_attach_type = libc.BPF_TRACE_ITER,
                attach_btf_id = target,
            };
            return Call(libc.BPF_PROG_LOAD, &load, sizeof(libc.bpf_attr_prog_load), out errno);
        }
    }

    /// <summary>What the kernel tells of a program or map, as far as <paramref name="info"/> has room.</summary>
    internal static bool TryGetInfo(Fd fd, void* info, int size)
    {
        libc.bpf_attr_info get = new() { bpf_fd = (uint)fd.Number, info_len = (uint)size, info = (ulong)info };
        return Do(libc.BPF_OBJ_GET_INFO_BY_FD, &get, sizeof(libc.bpf_attr_info)) == 0;
    }

    internal static string Name(byte* text)
    {
        var name = new ReadOnlySpan<byte>(text, libc.BPF_OBJ_NAME_LEN);
        return System.Text.Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]);
    }

    /// <summary>A command without a descriptor as its answer: 0 or errno.</summary>
    internal static int Do(int command, void* attributes, int size) =>
        libc.syscall(libc.SYS_bpf, command, (nint)attributes, size, 0, 0, 0) == -1 ? Errno.Last : 0;

    internal static Fd? Call(int command, void* attributes, int size, out int errno)
    {
        int fd = (int)libc.syscall(libc.SYS_bpf, command, (nint)attributes, size, 0, 0, 0);
        errno = fd == -1 ? Errno.Last : 0;
        return fd == -1 ? null : new(fd); // close-on-exec, as every descriptor of bpf(2)
    }
}
