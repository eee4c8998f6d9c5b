using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What stands behind a descriptor that text goes to.</summary>
public static unsafe class Terminal
{
    public static bool Is(int fd) => libc.isatty(fd) == 1;

    /// <summary>Columns of the terminal (TIOCGWINSZ), or null when it isn't one or doesn't say.</summary>
    public static int? WidthOf(int fd)
    {
        libc.winsize size = default;
        return Is(fd) && libc.ioctl(fd, libc.TIOCGWINSZ, &size) != -1 && size.ws_col > 0 ? size.ws_col : null;
    }

    /// <summary>Every byte passes as it is, both ways (cfmakeraw(3)); what is returned puts it back. Null where it is no terminal.</summary>
    public static Action? MakeRaw(int fd)
    {
        libc.termios before = default;
        if (!Is(fd) || libc.tcgetattr(fd, &before) == -1)
            return null;
        var raw = before;
        libc.cfmakeraw(&raw);
        if (libc.tcsetattr(fd, libc.TCSANOW, &raw) == -1)
            return null;
        var former = before;
        return () =>
        {
            var settings = former;
            _ = libc.tcsetattr(fd, libc.TCSANOW, &settings);
        };
    }

    /// <summary>Lines of the terminal, or null when it isn't one or doesn't say.</summary>
    public static int? HeightOf(int fd)
    {
        libc.winsize size = default;
        return Is(fd) && libc.ioctl(fd, libc.TIOCGWINSZ, &size) != -1 && size.ws_row > 0 ? size.ws_row : null;
    }
}
