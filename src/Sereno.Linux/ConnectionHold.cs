using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>
/// Makes a listening TCP socket deaf for a time, for all who have it: who knocks isn't answered, and knocks again (RFC 9293 3.8.1)
/// until somebody hears. A filter that drops everything (socket(7), SO_ATTACH_FILTER) does that; connections that are there keep theirs.
/// </summary>
public static unsafe class ConnectionHold
{
    private const ushort Return = 6; // BPF_RET | BPF_K

    /// <summary>Without effect on other kinds of sockets, and on one that has a filter of somebody else's.</summary>
    public static void Set(Fd listener, bool holds)
    {
        if (!IsTcp(listener) || HasFilter(listener, out bool isOurs) == holds || (!holds && !isOurs))
            return;
        int errno = holds ? ClassicFilter.Attach(listener, [new() { code = Return, k = 0 }]) : ClassicFilter.Detach(listener);
        if (errno != 0)
            throw new LinuxException(errno, "hold back connections");
    }

    /// <summary>Is it deaf by us?</summary>
    public static bool IsSet(Fd listener) => HasFilter(listener, out bool isOurs) && isOurs;

    private static bool IsTcp(Fd socket) => Option(socket, libc.SO_PROTOCOL) == libc.IPPROTO_TCP && Option(socket, libc.SO_ACCEPTCONN) == 1;

    private static int Option(Fd socket, int name)
    {
        int value;
        uint length = sizeof(int);
        return libc.getsockopt(socket.Number, libc.SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
    }

    /// <summary>SO_GET_FILTER counts in instructions; of an eBPF program it tells nothing but that it is there.</summary>
    private static bool HasFilter(Fd socket, out bool isOurs)
    {
        isOurs = false;
        uint count = 0;
        if (libc.getsockopt(socket.Number, libc.SOL_SOCKET, libc.SO_ATTACH_FILTER, null, &count) != 0)
            return true;
        if (count == 0)
            return false;
        libc.sock_filter first;
        uint one = 1;
        isOurs = count == 1 && libc.getsockopt(socket.Number, libc.SOL_SOCKET, libc.SO_ATTACH_FILTER, &first, &one) == 0 && first is { code: Return, k: 0 };
        return true;
    }
}
