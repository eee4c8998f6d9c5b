using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>/etc/.pwd.lock, as lckpwdf(3) takes it: while it is held nobody else changes the account files.</summary>
public sealed unsafe class PasswordLock : IDisposable
{
    private readonly Fd _fd;

    /// <summary>Waits for it.</summary>
    /// <param name="root">Before /etc; empty: the machine's own.</param>
    public PasswordLock(string root)
    {
        _fd = Files.Open($"{root}/etc/.pwd.lock", libc.O_WRONLY | libc.O_CREAT | libc.O_NOCTTY | libc.O_NOFOLLOW, 0x180 /* 0600 */);
        var whole = new libc.flock_t { l_type = libc.F_WRLCK };
        while (libc.fcntl(_fd.Number, libc.F_SETLKW, (nint)(&whole)) == -1)
            if (Errno.Last != libc.EINTR)
                throw Errno.Failed("lock the account files");
    }

    public void Dispose() => _fd.Dispose();
}
