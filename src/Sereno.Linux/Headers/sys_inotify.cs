using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int IN_NONBLOCK = 0x800, IN_CLOEXEC = 0x80000;
    public const uint IN_ACCESS = 1, IN_MODIFY = 2, IN_ATTRIB = 4, IN_CLOSE_WRITE = 8, IN_OPEN = 0x20, IN_MOVED_FROM = 0x40,
        IN_MOVED_TO = 0x80, IN_CREATE = 0x100, IN_DELETE = 0x200, IN_DELETE_SELF = 0x400, IN_MOVE_SELF = 0x800,
        IN_UNMOUNT = 0x2000, IN_Q_OVERFLOW = 0x4000, IN_IGNORED = 0x8000, IN_ONLYDIR = 0x1000000, IN_DONT_FOLLOW = 0x2000000,
        IN_ISDIR = 0x40000000;

    public struct inotify_event { public int wd; public uint mask, cookie, len; }

    [LibraryImport(lib, SetLastError = true)] public static partial int inotify_init1(int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial int inotify_add_watch(int fd, byte* pathname, uint mask);
    [LibraryImport(lib, SetLastError = true)] public static partial int inotify_rm_watch(int fd, int wd);
}
