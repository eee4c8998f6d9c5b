using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int TCSANOW = 0;

    public struct termios
    {
        public uint c_iflag, c_oflag, c_cflag, c_lflag;
        public byte c_line;
        public fixed byte c_cc[32];
        public uint c_ispeed, c_ospeed;
    }

    [LibraryImport(lib, SetLastError = true)] public static partial int tcgetattr(int fd, termios* settings);
    [LibraryImport(lib, SetLastError = true)] public static partial int tcsetattr(int fd, int when, termios* settings);
    [LibraryImport(lib)] public static partial void cfmakeraw(termios* settings);
}
