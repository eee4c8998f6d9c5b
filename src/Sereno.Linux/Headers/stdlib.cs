using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    [LibraryImport(lib, SetLastError = true)] public static partial int posix_openpt(int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial int unlockpt(int fd);
    [LibraryImport(lib)] public static partial int ptsname_r(int fd, byte* name, nuint size);
}
