namespace Sereno.Units.Model;

/// <summary>The directives that take capabilities and system calls away besides what they do to the file system.</summary>
[Flags]
public enum KernelProtections
{
    None = 0,
    /// <summary>PrivateDevices=</summary>
    Devices = 1,
    /// <summary>ProtectKernelTunables=</summary>
    Tunables = 2,
    /// <summary>ProtectKernelModules=</summary>
    Modules = 4,
    /// <summary>ProtectKernelLogs=</summary>
    Logs = 8,
    /// <summary>ProtectClock=</summary>
    Clock = 16,
    /// <summary>ProtectHostname=</summary>
    Hostname = 32,
}
