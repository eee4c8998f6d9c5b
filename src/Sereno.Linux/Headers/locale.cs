using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int LC_ALL = 6;
    public const int RADIXCHAR = 0x10000; // langinfo.h

    [LibraryImport(lib)] public static partial byte* setlocale(int category, byte* locale);
    [LibraryImport(lib)] public static partial byte* nl_langinfo(int item);
}
