namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public struct sock_filter { public ushort code; public byte jt; public byte jf; public uint k; }

    public struct sock_fprog { public ushort len; public sock_filter* filter; }
}
