using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    // Numbers since Linux 5.1 are the same on every processor.
    public const int SYS_pidfd_send_signal = 424, SYS_pidfd_open = 434, SYS_fsopen = 430, SYS_fsconfig = 431, SYS_fsmount = 432;

    public static int SYS_kcmp => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 272 : 312;

    public static int SYS_bpf => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 280 : 321;

    public static int SYS_perf_event_open => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 241 : 298;
}
