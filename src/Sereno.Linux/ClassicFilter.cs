using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>
/// A classic filter at a socket (socket(7), SO_ATTACH_FILTER), for which no privilege is needed, or for TCP's CAP_NET_ADMIN (Linux 6.18):
/// what it doesn't keep has never come. It is the socket's, whoever holds it, and the connections' that are accepted from it; there is room for one.
/// </summary>
public static unsafe class ClassicFilter
{
    /// <summary>How many a program may have: the kernel's BPF_MAXINSNS, and our mark.</summary>
    public const int MostInstructions = 4096 - 1;

    /// <summary>BPF_LD | BPF_IMM of a number that nobody else has a reason to load: what begins so is ours, also of a manager before.</summary>
    private static readonly libc.sock_filter s_mark = new() { code = 0, k = 0x5365_7265 };

    /// <summary>Puts it where another may be; there is no moment without one.</summary>
    /// <returns>0 or errno.</returns>
    public static int Attach(Fd socket, ReadOnlySpan<libc.sock_filter> program)
    {
        libc.sock_filter[] marked = [s_mark, .. program];
        fixed (libc.sock_filter* instructions = marked)
        {
            libc.sock_fprog filter = new() { len = (ushort)marked.Length, filter = instructions };
            return libc.setsockopt(socket.Number, libc.SOL_SOCKET, libc.SO_ATTACH_FILTER, &filter, (uint)sizeof(libc.sock_fprog)) == 0 ? 0 : Errno.Last;
        }
    }

    /// <returns>0 or errno; ENOENT where there is none.</returns>
    public static int Detach(Fd socket)
    {
        int none = 0;
        return libc.setsockopt(socket.Number, libc.SOL_SOCKET, libc.SO_DETACH_FILTER, &none, sizeof(int)) == 0 ? 0 : Errno.Last;
    }

    /// <summary>Our program there (SO_GET_FILTER, which counts in instructions); null where there is none of ours.</summary>
    /// <param name="isForeign">There is one of somebody else's. Of an eBPF program the kernel tells only that it is there.</param>
    public static libc.sock_filter[]? Read(Fd socket, out bool isForeign)
    {
        uint count = 0;
        isForeign = libc.getsockopt(socket.Number, libc.SOL_SOCKET, libc.SO_ATTACH_FILTER, null, &count) != 0 && Errno.Last == libc.EACCES;
        if (isForeign || count == 0)
            return null;
        var program = new libc.sock_filter[count];
        fixed (libc.sock_filter* instructions = program)
            isForeign = libc.getsockopt(socket.Number, libc.SOL_SOCKET, libc.SO_ATTACH_FILTER, instructions, &count) != 0 || program[0] is not { code: 0, k: var mark } || mark != s_mark.k;
        return isForeign ? null : program[1..];
    }
}
