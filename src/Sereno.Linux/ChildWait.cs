using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>si_code of SIGCHLD (sigaction(2)).</summary>
public enum ChildCode { Exited = libc.CLD_EXITED, Killed = libc.CLD_KILLED, Dumped = libc.CLD_DUMPED }

/// <summary>A child that ended.</summary>
/// <param name="Status">The exit code, or with Killed and Dumped the signal.</param>
public readonly record struct ChildExit(int Pid, ChildCode Code, int Status);

/// <summary>waitid(2). One owner per process: a second reaper takes exits away from the first.</summary>
public static unsafe class ChildWait
{
    /// <summary>Reaps one child that has ended; null when none has.</summary>
    /// <param name="anyLeft">False when there are no children at all.</param>
    public static ChildExit? Next(out bool anyLeft)
    {
        libc.siginfo_t info = default;
        int r;
        do r = libc.waitid(libc.P_ALL, 0, &info, libc.WEXITED | libc.WNOHANG);
        while (r == -1 && Errno.Last == libc.EINTR);
        anyLeft = r == 0 || (Errno.Last == libc.ECHILD ? false : throw Errno.Failed("wait for children"));
        return r == 0 && info.si_pid != 0 ? new(info.si_pid, (ChildCode)info.si_code, info.si_status) : null;
    }

    /// <summary>Waits for one child, however long it takes, and reaps it.</summary>
    /// <exception cref="LinuxException">ECHILD.</exception>
    public static ChildExit For(int pid)
    {
        libc.siginfo_t info = default;
        int r;
        do r = libc.waitid(libc.P_PID, (uint)pid, &info, libc.WEXITED);
        while (r == -1 && Errno.Last == libc.EINTR);
        Errno.Check(r, $"wait for process {pid}");
        return new(info.si_pid, (ChildCode)info.si_code, info.si_status);
    }
}
