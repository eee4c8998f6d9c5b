using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int CLONE_NEWNS = 0x20000, CLONE_NEWUTS = 0x4000000, CLONE_NEWIPC = 0x8000000, CLONE_NEWUSER = 0x10000000, CLONE_NEWNET = 0x40000000;

    [LibraryImport(lib, SetLastError = true)] public static partial int unshare(int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial int setns(int fd, int nstype);
}
