using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    /// <summary>mq_getattr(3); the rest is reserved by the kernel's ABI.</summary>
    public struct mq_attr { public nint mq_flags, mq_maxmsg, mq_msgsize, mq_curmsgs; private fixed long _reserved[4]; }

    [LibraryImport(lib, SetLastError = true)] public static partial int mq_open(byte* name, int flags, uint mode, mq_attr* attributes);
    [LibraryImport(lib, SetLastError = true)] public static partial int mq_unlink(byte* name);
}
