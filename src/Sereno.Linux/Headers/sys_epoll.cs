using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int EPOLL_CLOEXEC = 0x80000, EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3;
    public const uint EPOLLIN = 1, EPOLLPRI = 2, EPOLLOUT = 4, EPOLLERR = 8, EPOLLHUP = 16, EPOLLRDHUP = 0x2000;

    /// <summary>Packed on x86-64 only (epoll_ctl(2)): the accessors hide the difference.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)] public struct epoll_event_packed { public uint events; public ulong data; }
    public struct epoll_event_aligned { public uint events; public ulong data; }

    [LibraryImport(lib, SetLastError = true)] public static partial int epoll_create1(int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial int epoll_ctl(int epfd, int op, int fd, void* ev);
    [LibraryImport(lib, SetLastError = true)] public static partial int epoll_wait(int epfd, void* events, int maxevents, int timeout);
}
