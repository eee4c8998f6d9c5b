using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const uint _LINUX_CAPABILITY_VERSION_3 = 0x20080522;
    public const int CAP_NET_BIND_SERVICE = 10, CAP_NET_ADMIN = 12, CAP_SYS_PTRACE = 19, CAP_SYS_ADMIN = 21, CAP_PERFMON = 38, CAP_BPF = 39;

    public struct __user_cap_header_struct { public uint version; public int pid; }

    public struct __user_cap_data_struct { public uint effective; public uint permitted; public uint inheritable; }

    [LibraryImport(lib, SetLastError = true)] public static partial int capget(__user_cap_header_struct* hdrp, __user_cap_data_struct* datap);
}
