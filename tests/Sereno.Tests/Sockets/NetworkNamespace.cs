using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Sereno.Tests.Sockets;

/// <summary>A network namespace of a test's own: sockets made and programs started inside see only each other.</summary>
internal static class NetworkNamespace
{
    private const int CLONE_NEWNET = 0x40000000, CLONE_NEWNS = 0x20000, SIOCSIFFLAGS = 0x8914, IFF_UP = 1;
    private const nuint MS_BIND = 0x1000, MS_REC = 0x4000, MS_PRIVATE = 0x40000;

    /// <summary>Runs on a thread in a new namespace whose loopback is up; skips the test where that isn't permitted.</summary>
    public static void Run(Action action)
    {
        Exception? failure = null;
        bool permitted = true;
        // unshare(2) moves this thread only, for good: it is never one of the pool's. Its children are born in the namespace.
        var thread = new Thread(() =>
        {
            permitted = unshare(CLONE_NEWNET | CLONE_NEWNS) == 0 && RaiseLoopback() && ShowInProc();
            if (!permitted)
                return;
            try
            {
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        Assert.SkipUnless(permitted, "a private network namespace needs CAP_SYS_ADMIN");
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>An empty folder where /proc was, for this thread.</summary>
    public static void HideProc() => Assert.Equal(0, mount("none", "/proc", "tmpfs", 0, 0));

    private static bool RaiseLoopback()
    {
        byte[] ifreq = new byte[40];
        Encoding.ASCII.GetBytes("lo", ifreq);
        ifreq[16] = IFF_UP;
        int socket = NetworkNamespace.socket(2, 2, 0);
        int result = ioctl(socket, SIOCSIFFLAGS, ifreq);
        _ = close(socket);
        return result == 0;
    }

    // /proc/net is /proc/PID/net, the main thread's: in this thread's own mount namespace it becomes this thread's.
    private static bool ShowInProc() =>
        mount("none", "/", null, MS_REC | MS_PRIVATE, 0) == 0
        && mount(Path.Combine("/proc", File.ResolveLinkTarget("/proc/thread-self", false)!.FullName, "net"), $"/proc/{Environment.ProcessId}/net", null, MS_BIND, 0) == 0;

    [DllImport("libc")] private static extern int unshare(int flags);
    [DllImport("libc")] private static extern int socket(int domain, int type, int protocol);
    [DllImport("libc")] private static extern int ioctl(int fd, nuint request, byte[] argument);
    [DllImport("libc")] private static extern int mount(string source, string target, string? type, nuint flags, nint data);
    [DllImport("libc")] private static extern int close(int fd);
}
