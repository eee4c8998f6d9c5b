using System.Numerics;

namespace Sereno.Units.Values;

/// <summary>capabilities(7) as bits, in the kernel's numbering (linux/capability.h).</summary>
public static class Capabilities
{
    public const ulong All = ulong.MaxValue;

    public const int SetGid = 6, SetUid = 7, SetPcap = 8, SysModule = 16, SysRawIo = 17, SysAdmin = 21, SysTime = 25, Mknod = 27, Syslog = 34, WakeAlarm = 35;

    private static readonly string[] s_names =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable",
        "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
        "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
        "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
        "perfmon", "bpf", "checkpoint_restore",
    ];

    public static ulong Bit(int capability) => 1ul << capability;

    /// <summary>By name, whatever its case, or as a number below 64.</summary>
    public static int? Parse(string text)
    {
        if (Integers.ReadSigned(text, 0, 63, out int number) == ParseError.None)
            return number;
        int index = text.StartsWith("CAP_", StringComparison.OrdinalIgnoreCase)
            ? Array.FindIndex(s_names, n => n.Equals(text[4..], StringComparison.OrdinalIgnoreCase)) : -1;
        return index >= 0 ? index : null;
    }

    /// <summary><c>cap_chown</c>; <c>cap_55</c> where there is no name.</summary>
    public static string Name(int capability) => "cap_" + (capability < s_names.Length ? s_names[capability] : capability.ToString());

    /// <summary>The names of a set, in the order of their numbers.</summary>
    public static IEnumerable<string> Names(ulong set)
    {
        for (; set != 0; set &= set - 1)
            yield return Name(BitOperations.TrailingZeroCount(set));
    }
}
