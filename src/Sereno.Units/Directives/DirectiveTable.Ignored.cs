namespace Sereno.Units.Directives;

/// <summary>What all sections that start processes know and no row above reads: each with the reason why it does nothing here.</summary>
internal static partial class DirectiveTable
{
    private const string NoCgroups = "not supported: cgroup resource control", NoSlices = "not supported: slices", NoBpf = "not supported: BPF";

    private static IEnumerable<DirectiveRow> IgnoredRows() =>
    [
        .. IgnoredAll("Service", NoBpf,
            "IPAccounting", r => r.Boolean()),
        .. IgnoredAll("Service", NoBpf,
            "RestrictFileSystems IPIngressFilterPath IPEgressFilterPath BPFProgram SocketBindAllow SocketBindDeny " +
            "RestrictNetworkInterfaces IPAddressAllow IPAddressDeny"),
        .. IgnoredAll("Service", "not supported: filtering and labelling log lines",
            "SyslogLevelPrefix", r => r.Boolean()),
        .. IgnoredAll("Service", "not supported: filtering and labelling log lines",
            "LogRateLimitIntervalSec", r => r.Seconds()),
        .. IgnoredAll("Service", "not supported: filtering and labelling log lines",
            "LogRateLimitBurst", r => r.Unsigned()),
        .. IgnoredAll("Service", "not supported: filtering and labelling log lines",
            "SyslogFacility SyslogLevel LogLevelMax LogExtraFields LogNamespace"),
        .. IgnoredAll("Service", "not supported: PAM sessions",
            "PAMName"),
        .. IgnoredAll("Service", "not supported: security modules",
            "SELinuxContext AppArmorProfile SmackProcessLabel"),
        .. IgnoredAll("Service", "not supported: the clean verb",
            "TimeoutCleanSec", r => r.Seconds()),
        .. IgnoredAll("Service", NoSlices,
            "Delegate DisableControllers"),
        .. IgnoredAll("Service", NoCgroups,
            "CPUAccounting MemoryAccounting IOAccounting BlockIOAccounting TasksAccounting", r => r.Boolean()),
        .. IgnoredAll("Service", NoCgroups,
            "StartupAllowedCPUs StartupAllowedMemoryNodes StartupCPUWeight " +
            "StartupCPUShares DefaultMemoryMin DefaultMemoryLow " +
            "DeviceAllow DevicePolicy " +
            "StartupIOWeight IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax " +
            "IODeviceLatencyTargetSec StartupBlockIOWeight BlockIODeviceWeight BlockIOReadBandwidth " +
            "BlockIOWriteBandwidth ManagedOOMSwap ManagedOOMMemoryPressure ManagedOOMMemoryPressureLimit " +
            "ManagedOOMPreference"),
        .. IgnoredAll("Service", "obsolete: systemd ignores it too",
            "Capabilities NetClass"),
    ];
}
