using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const uint S_IFMT = 0xF000, S_IFSOCK = 0xC000, S_IFLNK = 0xA000, S_IFREG = 0x8000, S_IFBLK = 0x6000, S_IFDIR = 0x4000, S_IFCHR = 0x2000, S_IFIFO = 0x1000;
    public const uint STATX_BASIC_STATS = 0x7FF, STATX_BTIME = 0x800, STATX_MNT_ID = 0x1000;
    public const ulong STATX_ATTR_MOUNT_ROOT = 0x2000;
    public struct statx_timestamp { public long tv_sec; public uint tv_nsec; public int _reserved; }

    public struct statx
    {
        public uint stx_mask; public uint stx_blksize;
        public ulong stx_attributes;
        public uint stx_nlink; public uint stx_uid; public uint stx_gid; public ushort stx_mode; public ushort _spare0;
        public ulong stx_ino; public ulong stx_size; public ulong stx_blocks; public ulong stx_attributes_mask;
        public statx_timestamp stx_atime; public statx_timestamp stx_btime; public statx_timestamp stx_ctime; public statx_timestamp stx_mtime;
        public uint stx_rdev_major; public uint stx_rdev_minor; public uint stx_dev_major; public uint stx_dev_minor;
        public ulong stx_mnt_id;
        public fixed ulong _spare3[13];
    }

    public struct timespec { public nint tv_sec; public nint tv_nsec; }

    [LibraryImport(lib, EntryPoint = "statx", SetLastError = true)] public static partial int statx_(int dirfd, byte* path, int flags, uint mask, statx* result);
    [LibraryImport(lib, SetLastError = true)] public static partial int mkdirat(int dirfd, byte* path, uint mode);
    [LibraryImport(lib, SetLastError = true)] public static partial int mknodat(int dirfd, byte* path, uint mode, ulong dev);
    [LibraryImport(lib, SetLastError = true)] public static partial int mkfifoat(int dirfd, byte* path, uint mode);
    [LibraryImport(lib, SetLastError = true)] public static partial int symlinkat(byte* target, int dirfd, byte* path);
    [LibraryImport(lib, SetLastError = true)] public static partial int lsetxattr(byte* path, byte* name, byte* value, nuint size, int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial int setxattr(byte* path, byte* name, byte* value, nuint size, int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial nint getxattr(byte* path, byte* name, byte* value, nuint size);
    [LibraryImport(lib, SetLastError = true)] public static partial int futimens(int fd, timespec* times);
    [LibraryImport(lib, SetLastError = true)] public static partial uint umask(uint mask);
    [LibraryImport(lib, SetLastError = true)] public static partial int fchmod(int fd, uint mode);
    [LibraryImport(lib, SetLastError = true)] public static partial int chmod(byte* path, uint mode);
}
