using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What a socket says of itself (socket(7)): files that are no sockets say nothing.</summary>
/// <param name="Domain">AF_INET and its like; -1 for a file that is no socket.</param>
/// <param name="Protocol">IPPROTO_TCP and its like.</param>
/// <param name="Listens">Connections can be accepted from it.</param>
public readonly unsafe record struct SocketNature(int Domain, int Protocol, bool Listens)
{
    public bool IsInternet => Domain is libc.AF_INET or libc.AF_INET6;

    public static SocketNature Of(Fd socket) => new(Option(socket, libc.SO_DOMAIN), Option(socket, libc.SO_PROTOCOL), Option(socket, libc.SO_ACCEPTCONN) == 1);

    private static int Option(Fd socket, int name)
    {
        int value;
        uint length = sizeof(int);
        return libc.getsockopt(socket.Number, libc.SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
    }
}
