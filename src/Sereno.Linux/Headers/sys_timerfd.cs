using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int CLOCK_REALTIME = 0, TFD_NONBLOCK = 0x800, TFD_CLOEXEC = 0x80000, TFD_TIMER_ABSTIME = 1, TFD_TIMER_CANCEL_ON_SET = 2;

    public struct itimerspec { public timespec it_interval, it_value; }

    [LibraryImport(lib, SetLastError = true)] public static partial int timerfd_create(int clockid, int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial int timerfd_settime(int fd, int flags, itimerspec* new_value, itimerspec* old_value);
}
