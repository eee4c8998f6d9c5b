using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int DT_DIR = 4, DT_REG = 8, DT_LNK = 10;

    /// <summary>Bytes of <c>struct dirent64</c> before the name: d_ino 8, d_off 8, d_reclen 2, d_type 1 (getdents64(2)).</summary>
    public const int dirent64_d_name = 19;

    [LibraryImport(lib, SetLastError = true)] public static partial nint getdents64(int fd, void* dirp, nuint count);
}
