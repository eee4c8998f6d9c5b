namespace Sereno.Manager.Units;

/// <summary>The exit statuses that have a name (systemd.exec(5), "Process Exit Codes").</summary>
public static class ExitStatusNames
{
    public static string? Of(int status) => status switch
    {
        0 => "SUCCESS",
        1 => "FAILURE",
        2 => "INVALIDARGUMENT",
        3 => "NOTIMPLEMENTED",
        4 => "NOPERMISSION",
        5 => "NOTINSTALLED",
        6 => "NOTCONFIGURED",
        7 => "NOTRUNNING",
        64 => "USAGE",
        65 => "DATAERR",
        66 => "NOINPUT",
        67 => "NOUSER",
        68 => "NOHOST",
        69 => "UNAVAILABLE",
        70 => "SOFTWARE",
        71 => "OSERR",
        72 => "OSFILE",
        73 => "CANTCREAT",
        74 => "IOERR",
        75 => "TEMPFAIL",
        76 => "PROTOCOL",
        77 => "NOPERM",
        78 => "CONFIG",
        _ => Step(status),
    };

    /// <summary>The step of child set-up that a status from 200 on names.</summary>
    public static string? Step(int status) => status switch
    {
        200 => "CHDIR",
        201 => "NICE",
        202 => "FDS",
        203 => "EXEC",
        204 => "MEMORY",
        205 => "LIMITS",
        206 => "OOM_ADJUST",
        207 => "SIGNAL_MASK",
        208 => "STDIN",
        209 => "STDOUT",
        210 => "CHROOT",
        211 => "IOPRIO",
        212 => "TIMERSLACK",
        213 => "SECUREBITS",
        214 => "SETSCHEDULER",
        215 => "CPUAFFINITY",
        216 => "GROUP",
        217 => "USER",
        218 => "CAPABILITIES",
        219 => "CGROUP",
        220 => "SETSID",
        221 => "CONFIRM",
        222 => "STDERR",
        224 => "PAM",
        225 => "NETWORK",
        226 => "NAMESPACE",
        227 => "NO_NEW_PRIVILEGES",
        228 => "SECCOMP",
        229 => "SELINUX_CONTEXT",
        230 => "PERSONALITY",
        231 => "APPARMOR_PROFILE",
        232 => "ADDRESS_FAMILIES",
        233 => "RUNTIME_DIRECTORY",
        235 => "CHOWN",
        236 => "SMACK_PROCESS_LABEL",
        237 => "KEYRING",
        238 => "STATE_DIRECTORY",
        239 => "CACHE_DIRECTORY",
        240 => "LOGS_DIRECTORY",
        241 => "CONFIGURATION_DIRECTORY",
        242 => "NUMA_POLICY",
        243 => "CREDENTIALS",
        245 => "BPF",
        _ => null,
    };
}

/// <summary>Signal names without SIG (signal(7)).</summary>
public static class SignalNames
{
    private static readonly string[] s_names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    public static string Of(int signal) => signal switch
    {
        > 0 and < 32 => s_names[signal],
        >= 34 and <= 64 => signal == 34 ? "RTMIN" : $"RTMIN+{signal - 34}",
        _ => signal.ToString(),
    };
}
