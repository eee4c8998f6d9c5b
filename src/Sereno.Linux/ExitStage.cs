namespace Sereno.Linux;

/// <summary>What was being done when a service could not be started: systemd's exit codes (systemd.exec(5), "Process Exit Codes").</summary>
public enum ExitStage : ushort
{
    None = 0, Chdir = 200, Nice = 201, Fds = 202, Exec = 203, Memory = 204, Limits = 205, OomAdjust = 206, SignalMask = 207,
    Stdin = 208, Stdout = 209, Chroot = 210, IoPriority = 211, TimerSlack = 212, SecureBits = 213, SetScheduler = 214,
    CpuAffinity = 215, Group = 216, User = 217, Capabilities = 218, Cgroup = 219, SetSid = 220, Confirm = 221, Stderr = 222,
    Pam = 224, Network = 225, Namespace = 226, NoNewPrivileges = 227, Seccomp = 228, SelinuxContext = 229, Personality = 230,
    AppArmorProfile = 231, AddressFamilies = 232, RuntimeDirectory = 233, Chown = 235, SmackProcessLabel = 236, Keyring = 237,
    StateDirectory = 238, CacheDirectory = 239, LogsDirectory = 240, ConfigurationDirectory = 241, NumaPolicy = 242,
    Credentials = 243, Bpf = 244,
}
