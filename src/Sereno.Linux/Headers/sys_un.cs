namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public struct sockaddr_un { public ushort sun_family; public fixed byte sun_path[108]; }
}
