using Sereno.Linux.Headers;

namespace Sereno.Linux;

public static partial class Namespace
{
    /// <summary>A new namespace that lives as long as the descriptor; a network has its loopback up.</summary>
    /// <param name="flag">CLONE_NEWNET or CLONE_NEWIPC.</param>
    /// <exception cref="LinuxException">EPERM without CAP_SYS_ADMIN; EINVAL where the kernel has no such namespaces.</exception>
    public static Fd Create(int flag)
    {
        Fd? fd = null;
        int errno = OnThread(() =>
        {
            if (libc.unshare(flag) == -1)
                return Errno.Last;
            if (flag == libc.CLONE_NEWNET)
                InterfaceConfiguration.BringUp("lo");
            fd = Files.TryOpen(flag == libc.CLONE_NEWNET ? "/proc/thread-self/ns/net" : "/proc/thread-self/ns/ipc", libc.O_RDONLY, out int error);
            return fd is null ? error : 0;
        });
        return errno == 0 ? fd! : throw new LinuxException(errno, "make a namespace");
    }

    /// <summary>Whether a namespace of this kind can't be made here (not CLONE_NEWUSER, which threads can't have).</summary>
    public static bool IsRefused(int flag) => OnThread(() => libc.unshare(flag) == -1 ? Errno.Last : 0) != 0;

    /// <summary>A thread that ends takes its namespaces along; this one stays where it is.</summary>
    private static int OnThread(Func<int> action)
    {
        int result = 0;
        var thread = new Thread(() => result = action(), 128 << 10);
        thread.Start();
        thread.Join();
        return result;
    }
}
