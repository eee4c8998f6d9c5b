using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const uint MFD_CLOEXEC = 1, MFD_ALLOW_SEALING = 2;

    [LibraryImport(lib, SetLastError = true)] public static partial int memfd_create(byte* name, uint flags);
    [LibraryImport(lib, SetLastError = true)] public static partial nint pread(int fd, void* buf, nuint count, nint offset);
}
