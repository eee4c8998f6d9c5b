using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int RLIMIT_CPU = 0, RLIMIT_FSIZE = 1, RLIMIT_DATA = 2, RLIMIT_STACK = 3, RLIMIT_CORE = 4, RLIMIT_RSS = 5,
        RLIMIT_NPROC = 6, RLIMIT_NOFILE = 7, RLIMIT_MEMLOCK = 8, RLIMIT_AS = 9, RLIMIT_LOCKS = 10, RLIMIT_SIGPENDING = 11,
        RLIMIT_MSGQUEUE = 12, RLIMIT_NICE = 13, RLIMIT_RTPRIO = 14, RLIMIT_RTTIME = 15;

    public struct rlimit { public ulong rlim_cur, rlim_max; }

    public const int PRIO_PROCESS = 0;

    [LibraryImport(lib, SetLastError = true)] public static partial int setpriority(int which, uint who, int value);
    [LibraryImport(lib, SetLastError = true)] public static partial int getrlimit(int resource, rlimit* rlim);
}
