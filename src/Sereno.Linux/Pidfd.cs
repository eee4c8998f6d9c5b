using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>A process as a descriptor: it can't come to mean another one (pidfd_open(2)).</summary>
public static class Pidfd
{
    /// <returns>Null when there is no such process.</returns>
    /// <exception cref="LinuxException">EMFILE; ENOSYS before Linux 5.3 or where filtered.</exception>
    public static Fd? Open(int pid)
    {
        nint fd = libc.syscall(libc.SYS_pidfd_open, pid, 0, 0, 0, 0, 0);
        return fd >= 0 ? new Fd((int)fd) : Errno.Last is libc.ESRCH or libc.EINVAL ? null : throw Errno.Failed($"open process {pid}");
    }

    /// <summary>Sends a signal; false when the process is gone.</summary>
    /// <exception cref="LinuxException">EPERM.</exception>
    public static bool Signal(Fd pidfd, int signo)
    {
        if (libc.syscall(libc.SYS_pidfd_send_signal, pidfd.Number, signo, 0, 0, 0, 0) == 0)
            return true;
        return Errno.Last == libc.ESRCH ? false : throw Errno.Failed($"send signal {signo}");
    }
}
