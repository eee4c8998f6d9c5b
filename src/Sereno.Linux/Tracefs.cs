using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>The kernel's list of tracepoints (Documentation/trace/events.rst): where it is mounted, or by a mount of our own
/// that is in nobody's tree and ends with its descriptor.</summary>
public sealed unsafe class Tracefs : IDisposable
{
    private static readonly string[] s_mounts = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];
    private readonly Fd _root;

    private Tracefs(Fd root) => _root = root;

    /// <exception cref="LinuxException">EPERM or EACCES where only root may read it; ENODEV where the kernel has none.</exception>
    public static Tracefs Open()
    {
        foreach (string mount in s_mounts)
            if (Files.TryOpen(mount + "/events", libc.O_RDONLY | libc.O_DIRECTORY, out int errno) is { } events)
            {
                events.Dispose();
                return new(Files.OpenFolder(mount));
            }
            else if (errno is libc.EACCES or libc.EPERM)
                throw new LinuxException(errno, $"read {mount}");
        return new(Mount());
    }

    /// <summary>A small file of it, such as events/tcp/tcp_probe/id, or null when the kernel hasn't got it.</summary>
    public string? Read(string path)
    {
        int number;
        fixed (byte* p = Files.Text(path))
            number = libc.openat(_root.Number, p, libc.O_RDONLY | libc.O_CLOEXEC, 0);
        if (number == -1)
            return Errno.Last == libc.ENOENT ? null : throw Errno.Failed($"read {path} of tracefs");
        using var fd = new Fd(number);
        using var text = new MemoryStream();
        Span<byte> buffer = stackalloc byte[4096];
        for (int n; (n = fd.Read(buffer)) > 0;)
            text.Write(buffer[..n]);
        return Encoding.ASCII.GetString(text.ToArray());
    }

    public void Dispose() => _root.Dispose();

    // fsopen(2), fsconfig(2), fsmount(2), since Linux 5.2; with CAP_SYS_ADMIN.
    private static Fd Mount()
    {
        fixed (byte* name = "tracefs\0"u8)
        {
            using var context = new Fd(Errno.Check((int)libc.syscall(libc.SYS_fsopen, (nint)name, libc.FSOPEN_CLOEXEC, 0, 0, 0, 0), "mount tracefs"));
            Errno.Check((int)libc.syscall(libc.SYS_fsconfig, context.Number, libc.FSCONFIG_CMD_CREATE, 0, 0, 0, 0), "mount tracefs");
            const int attributes = libc.MOUNT_ATTR_RDONLY | libc.MOUNT_ATTR_NOSUID | libc.MOUNT_ATTR_NODEV | libc.MOUNT_ATTR_NOEXEC;
            return new(Errno.Check((int)libc.syscall(libc.SYS_fsmount, context.Number, libc.FSMOUNT_CLOEXEC, attributes, 0, 0, 0), "mount tracefs"));
        }
    }
}
