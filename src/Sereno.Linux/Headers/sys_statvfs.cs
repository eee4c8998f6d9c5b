using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    /// <summary>As 64-bit glibc has it.</summary>
    public struct statvfs
    {
        public ulong f_bsize; public ulong f_frsize;
        public ulong f_blocks; public ulong f_bfree; public ulong f_bavail;
        public ulong f_files; public ulong f_ffree; public ulong f_favail;
        public ulong f_fsid; public ulong f_flag; public ulong f_namemax;
        public fixed int __f_spare[6];
    }

    [LibraryImport(lib, SetLastError = true)] public static partial int fstatvfs(int fd, statvfs* buf);
}
