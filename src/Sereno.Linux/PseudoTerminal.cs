using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>A terminal whose other end is ours (pty(7)).</summary>
public sealed unsafe class PseudoTerminal : IDisposable
{
    public PseudoTerminal()
    {
        Master = new Fd(Errno.Check(libc.posix_openpt(libc.O_RDWR | libc.O_NOCTTY | libc.O_CLOEXEC | libc.O_NONBLOCK), "make a terminal"));
        Errno.Check(libc.unlockpt(Master.Number), "unlock a terminal");
        Span<byte> name = stackalloc byte[64];
        fixed (byte* p = name)
            if (libc.ptsname_r(Master.Number, p, (nuint)name.Length) is not 0 and var errno)
                throw new LinuxException(errno, "name a terminal");
        Path = Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]);
    }

    /// <summary>Our end, non-blocking.</summary>
    public Fd Master { get; }

    /// <summary>What it is called for those who use it.</summary>
    public string Path { get; }

    /// <summary>The end that programs use.</summary>
    public Fd OpenSlave() => Files.Open(Path, libc.O_RDWR | libc.O_NOCTTY);

    public void Resize(int rows, int columns)
    {
        var size = new libc.winsize { ws_row = (ushort)rows, ws_col = (ushort)columns };
        _ = libc.ioctl(Master.Number, libc.TIOCSWINSZ, &size); // who runs in it does without
    }

    public void Dispose() => Master.Dispose();
}
