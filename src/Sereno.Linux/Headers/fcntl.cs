using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0x40, O_EXCL = 0x80, O_NOCTTY = 0x100,
        O_TRUNC = 0x200, O_APPEND = 0x400, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000, O_PATH = 0x200000;

    // These two differ between x86-64 and arm64.
    public static int O_DIRECTORY => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;
    public static int O_NOFOLLOW => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    public const int AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, AT_REMOVEDIR = 0x200, AT_EMPTY_PATH = 0x1000;
    public const int F_GETFD = 1, F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, F_DUPFD_CLOEXEC = 1030, F_ADD_SEALS = 1033,
        F_GET_SEALS = 1034, F_SETPIPE_SZ = 1031;
    public const int F_SEAL_SEAL = 1, F_SEAL_SHRINK = 2, F_SEAL_GROW = 4, F_SEAL_WRITE = 8;
    public const int FD_CLOEXEC = 1;

    public const int F_SETLKW = 7;
    public const short F_WRLCK = 1;

    public struct flock_t { public short l_type; public short l_whence; public long l_start; public long l_len; public int l_pid; }

    [LibraryImport(lib, SetLastError = true)] public static partial int openat(int dirfd, byte* path, int flags, uint mode);
    /// <summary>handle_bytes bytes of f_handle follow.</summary>
    public struct file_handle { public uint handle_bytes; public int handle_type; }

    [LibraryImport(lib, SetLastError = true)] public static partial int name_to_handle_at(int dirfd, byte* pathname, file_handle* handle, int* mount_id, int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial int fcntl(int fd, int cmd, nint arg);
    /// <summary>An errno, which it doesn't set.</summary>
    [LibraryImport(lib)] public static partial int posix_fallocate(int fd, nint offset, nint length);
}
