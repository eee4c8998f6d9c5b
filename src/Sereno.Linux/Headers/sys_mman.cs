using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const uint MFD_CLOEXEC = 1, MFD_ALLOW_SEALING = 2;
    public const int PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1, MAP_PRIVATE = 2, MADV_DONTNEED = 4, MADV_REMOVE = 9, MADV_POPULATE_WRITE = 23;

    [LibraryImport(lib, SetLastError = true)] public static partial void* mmap(void* addr, nuint length, int prot, int flags, int fd, nint offset);
    [LibraryImport(lib, SetLastError = true)] public static partial int madvise(void* addr, nuint length, int advice);
    [LibraryImport(lib, SetLastError = true)] public static partial int munmap(void* addr, nuint length);
    [LibraryImport(lib, SetLastError = true)] public static partial int memfd_create(byte* name, uint flags);
    [LibraryImport(lib, SetLastError = true)] public static partial nint pwrite(int fd, void* buf, nuint count, nint offset);
    [LibraryImport(lib, SetLastError = true)] public static partial nint pread(int fd, void* buf, nuint count, nint offset);
}
