using System.Runtime.InteropServices;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What a socket still has to bring to its peer.</summary>
public static unsafe class SendQueue
{
    /// <summary>Bytes that the peer's kernel hasn't acknowledged; of a Unix socket, that its owner hasn't read (SIOCOUTQ: tcp(7), unix(7)).</summary>
    /// <exception cref="LinuxException">It is no such socket.</exception>
    public static int Unacknowledged(SafeHandle socket)
    {
        int left;
        Errno.Check(libc.ioctl((int)socket.DangerousGetHandle(), libc.SIOCOUTQ, &left), "ask for the send queue");
        return left;
    }
}
