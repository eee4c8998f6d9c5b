using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGILL = 4, SIGTRAP = 5, SIGABRT = 6, SIGBUS = 7, SIGFPE = 8,
        SIGKILL = 9, SIGUSR1 = 10, SIGSEGV = 11, SIGUSR2 = 12, SIGPIPE = 13, SIGALRM = 14, SIGTERM = 15, SIGCHLD = 17,
        SIGCONT = 18, SIGSTOP = 19, SIGTSTP = 20, SIGTTIN = 21, SIGTTOU = 22, SIGURG = 23, SIGXCPU = 24, SIGXFSZ = 25,
        SIGWINCH = 28, SIGIO = 29, SIGPWR = 30, SIGSYS = 31;

    /// <summary>What the SIGRTMIN macro gives with glibc (signal(7)): the kernel's 32 and 33 are glibc's own.</summary>
    public const int SIGRTMIN = 34, SIGRTMAX = 64;

    public const int CLD_EXITED = 1, CLD_KILLED = 2, CLD_DUMPED = 3, CLD_TRAPPED = 4, CLD_STOPPED = 5, CLD_CONTINUED = 6;

    /// <summary>The part of the union that SIGCHLD uses; the last field only fills it up.</summary>
    public struct siginfo_t
    {
        public int si_signo, si_errno, si_code;
        private readonly int _alignment;
        public int si_pid; public uint si_uid; public int si_status;
        private fixed int _rest[25];
    }

    [LibraryImport(lib, SetLastError = true)] public static partial int kill(int pid, int sig);
}
