using System.Runtime.InteropServices;
using Sereno.Linux;
using Sereno.Linux.Headers;
using static Sereno.Sockets.Owners.BpfAssembler;

namespace Sereno.Sockets.Owners;

/// <summary>Asks the kernel for every descriptor of a socket at once: a BPF iterator over the files of all processes of our
/// pid namespace, which writes one record for each (Documentation/bpf/bpf_iterators.rst).</summary>
/// <remarks>Kernel 5.11, CAP_BPF and CAP_PERFMON, and a kernel built with BTF. Processes come by ascending pid, their
/// descriptors ascending: the order of a walk of /proc.</remarks>
internal static class TaskFileIterator
{
    // What the program writes, as it stands on its stack.
    private const int Pid = -28, Descriptor = -24, Inode = -20, Comm = -16, RecordLength = 28, CommLength = 16, Scratch = -40;

    // struct bpf_iter__task_file: meta, task, fd, file; struct bpf_iter_meta begins with the seq_file (linux/bpf.h's ABI).
    private const int Meta = 0, Task = 8, FileDescriptor = 16, FilePointer = 24;

    private static readonly Lock s_lock = new();
    private static (uint Target, libc.bpf_insn[] Program)? s_program;
    private static bool s_asked;

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly struct Record
    {
        public readonly int Pid, Fd;
        public readonly uint Inode;
        public readonly ulong Name1, Name2;
    }

    /// <summary>Whether it is worth a try: finding out about the kernel takes longer than this question.</summary>
    public static bool IsPermitted => Self.HasCapability(libc.CAP_SYS_ADMIN) || (Self.HasCapability(libc.CAP_BPF) && Self.HasCapability(libc.CAP_PERFMON));

    /// <summary>Fills in every holder; false, with nothing filled in, where this kernel or our rights don't permit it.</summary>
    /// <param name="beyondProc">Also those whose descriptors /proc wouldn't show us.</param>
    public static bool TryFill(OwnerIndexBuilder builder, bool beyondProc)
    {
        if (Program() is not var (target, program))
            return false;
        using var iterator = Bpf.TryOpenIterator(program, target, out _);
        if (iterator is null)
            return false;
        byte[] buffer = new byte[64 * 1024];
        int kept = 0, n, current = 0;
        bool shown = true;
        while ((n = iterator.Read(buffer.AsSpan(kept))) != 0)
        {
            if (n < 0)
                continue; // EAGAIN: a million descriptors without a socket among them; it goes on from there
            int length = kept + n, whole = length - length % RecordLength;
            foreach (ref readonly var record in MemoryMarshal.Cast<byte, Record>(buffer.AsSpan(0, whole)))
            {
                if (record.Pid == 0)
                    continue; // it ended under the iterator
                if (record.Pid != current)
                {
                    current = record.Pid;
                    if (shown = beyondProc || IsReadable(record.Pid, record.Fd))
                        builder.BeginProcess(record.Pid, NameOf(record));
                    else
                        builder.Hidden++;
                }
                if (shown)
                    builder.Add(record.Fd, record.Inode);
            }
            kept = length - whole;
            buffer.AsSpan(whole, kept).CopyTo(buffer);
        }
        return true;
    }

    private static bool IsReadable(int pid, int fd)
    {
        Span<byte> path = stackalloc byte[40];
        System.Text.Unicode.Utf8.TryWrite(path, $"/proc/{pid}/fd/{fd}\0", out _);
        Span<byte> target = stackalloc byte[1];
        return Files.ReadLink(path, target) != -1 || Errno.Last is not (libc.EACCES or libc.EPERM);
    }

    private static byte[] NameOf(in Record record)
    {
        Span<ulong> words = [record.Name1, record.Name2];
        var name = MemoryMarshal.AsBytes(words);
        int end = name.IndexOf((byte)0);
        return name[..(end < 0 ? CommLength : end)].ToArray();
    }

    // Where the fields are doesn't change while the machine runs.
    private static (uint, libc.bpf_insn[])? Program()
    {
        lock (s_lock)
        {
            if (!s_asked)
                s_program = Assemble();
            s_asked = true;
            return s_program;
        }
    }

    private static (uint, libc.bpf_insn[])? Assemble()
    {
        using var file = FileView.TryOpen("/sys/kernel/btf/vmlinux", out _);
        if (file is null || !Btf.TryRead(file.Content, out var btf))
            return null;
        int target = btf.FindFunction("bpf_iter_task_file"u8);
        int task = btf.ParameterOf(target, 1), open = btf.ParameterOf(target, 3);
        return btf.TryFind(open, "f_inode"u8, out var inode) && btf.TryFind(inode.Type, "i_ino"u8, out var number)
            && btf.TryFind(task, "pid"u8, out var tid) && btf.TryFind(task, "tgid"u8, out var tgid) && btf.TryFind(task, "comm"u8, out var comm)
            && btf.TryFind(task, "thread_pid"u8, out var pid) && btf.TryFind(pid.Type, "level"u8, out var level)
            && btf.TryFind(pid.Type, "numbers"u8, out var numbers) && btf.TryFind(numbers.Type, "nr"u8, out var nr)
            ? ((uint)target, Assemble(new(inode.Offset, number.Offset, tid.Offset, tgid.Offset, comm.Offset, pid.Offset, level.Offset,
                numbers.Offset + nr.Offset, btf.SizeOf(numbers.Type))))
            : null;
    }

    /// <summary>Offsets in struct file, inode, task_struct and pid; a struct pid has a number for every pid namespace that
    /// the process is seen in, the outermost first.</summary>
    private readonly record struct Offsets(int FileInode, int InodeNumber, int TaskTid, int TaskTgid, int TaskComm, int TaskPid,
        int PidLevel, int PidNumbers, int NumberLength);

    private static libc.bpf_insn[] Assemble(in Offsets at) => Link(
        Move(6, 1),
        Load64(7, 6, Task),
        EndIfZero(7),
        Load64(8, 6, FilePointer),
        EndIfZero(8),
        // /proc/PID/fd is the first thread's table; one that others don't share isn't seen there either.
        Load32(1, 7, at.TaskTid),
        Load32(2, 7, at.TaskTgid),
        EndUnlessEqual(1, 2),
        Move(1, 8),
        Call(libc.BPF_FUNC_sock_from_file),
        EndIfZero(0),
        Load64(1, 8, at.FileInode),
        Load64(1, 1, at.InodeNumber),
        Store32(10, Inode, 1),
        Load32(1, 6, FileDescriptor),
        Store32(10, Descriptor, 1),
        Move(1, 10),
        AddValue(1, Comm),
        Set(2, CommLength),
        Move(3, 7),
        AddValue(3, at.TaskComm),
        Call(libc.BPF_FUNC_probe_read_kernel),
        // Its pid as we see it: numbers[our level]. Copied as a number first, since the verifier has no variable offsets
        // into kernel structs.
        Move(1, 10),
        AddValue(1, Scratch),
        Set(2, 8),
        Move(3, 7),
        AddValue(3, at.TaskPid),
        Call(libc.BPF_FUNC_probe_read_kernel),
        Call(libc.BPF_FUNC_get_current_task_btf),
        Load64(1, 0, at.TaskPid),
        Load32(9, 1, at.PidLevel),
        MultiplyValue(9, at.NumberLength),
        Load64(3, 10, Scratch),
        Add(3, 9),
        AddValue(3, at.PidNumbers),
        Move(1, 10),
        AddValue(1, Pid),
        Set(2, 4),
        Call(libc.BPF_FUNC_probe_read_kernel),
        Load64(1, 6, Meta),
        Load64(1, 1, 0),
        Move(2, 10),
        AddValue(2, Pid),
        Set(3, RecordLength),
        Call(libc.BPF_FUNC_seq_write));
}
