namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int SO_ATTACH_FILTER = 26, SO_DETACH_FILTER = 27, SO_ACCEPTCONN = 30, SO_PROTOCOL = 38;

    public struct sock_fprog { public ushort len; public sock_filter* filter; }
}
