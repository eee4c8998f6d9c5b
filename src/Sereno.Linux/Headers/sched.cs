using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int CLONE_NEWNET = 0x40000000;

    [LibraryImport(lib, SetLastError = true)] public static partial int setns(int fd, int nstype);
}
