using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int IF_NAMESIZE = 16;

    [LibraryImport(lib, SetLastError = true)] public static partial byte* if_indextoname(uint ifindex, byte* ifname);
    [LibraryImport(lib, SetLastError = true)] public static partial uint if_nametoindex(byte* ifname);
}
