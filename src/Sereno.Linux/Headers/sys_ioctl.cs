using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int TIOCGWINSZ = 0x5413, TIOCSWINSZ = 0x5414;

    public struct winsize { public ushort ws_row; public ushort ws_col; public ushort ws_xpixel; public ushort ws_ypixel; }

    [LibraryImport(lib, SetLastError = true)] public static partial int ioctl(int fd, nuint request, void* argument);
}
