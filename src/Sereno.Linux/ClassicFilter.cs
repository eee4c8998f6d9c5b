using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>
/// A classic filter at a socket (socket(7), SO_ATTACH_FILTER), for which no privilege is needed, or for TCP's CAP_NET_ADMIN (Linux 6.18):
/// what it doesn't keep has never come. It is the socket's, whoever holds it, and the connections' that are accepted from it.
/// </summary>
public static unsafe class ClassicFilter
{
    /// <summary>The kernel's BPF_MAXINSNS.</summary>
    public const int MostInstructions = 4096;

    /// <summary>Puts it where another may be; there is no moment without one.</summary>
    /// <returns>0 or errno.</returns>
    public static int Attach(Fd socket, ReadOnlySpan<libc.sock_filter> program)
    {
        fixed (libc.sock_filter* instructions = program)
        {
            libc.sock_fprog filter = new() { len = (ushort)program.Length, filter = instructions };
            return libc.setsockopt(socket.Number, libc.SOL_SOCKET, libc.SO_ATTACH_FILTER, &filter, (uint)sizeof(libc.sock_fprog)) == 0 ? 0 : Errno.Last;
        }
    }

    /// <summary>Has the socket one (SO_GET_FILTER)?</summary>
    public static bool IsAt(Fd socket)
    {
        uint instructions = 0;
        return libc.getsockopt(socket.Number, libc.SOL_SOCKET, libc.SO_ATTACH_FILTER, null, &instructions) == 0 && instructions > 0;
    }

    /// <returns>0 or errno; ENOENT where there is none.</returns>
    public static int Detach(Fd socket)
    {
        int none = 0;
        return libc.setsockopt(socket.Number, libc.SOL_SOCKET, libc.SO_DETACH_FILTER, &none, sizeof(int)) == 0 ? 0 : Errno.Last;
    }
}
