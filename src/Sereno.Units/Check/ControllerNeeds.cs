using Sereno.Units.Model;

namespace Sereno.Units.Check;

/// <summary>Which controller of cgroup v2 does what a directive asks for (systemd.resource-control(5)).</summary>
internal static class ControllerNeeds
{
    /// <summary>Null where none is needed.</summary>
    public static string? Of(Directive directive) => directive.Key switch
    {
        "AllowedCPUs" or "StartupAllowedCPUs" or "AllowedMemoryNodes" or "StartupAllowedMemoryNodes" => "cpuset",
        "CPUWeight" or "StartupCPUWeight" or "CPUShares" or "StartupCPUShares" or "CPUQuota" or "CPUQuotaPeriodSec" => "cpu",
        "MemoryMin" or "MemoryLow" or "DefaultMemoryMin" or "DefaultMemoryLow" or "MemoryHigh" or "MemoryMax" or "MemorySwapMax" or "MemoryLimit" or "MemoryAccounting" => "memory",
        "TasksMax" or "TasksAccounting" => "pids",
        "IOWeight" or "StartupIOWeight" or "IODeviceWeight" or "IOReadBandwidthMax" or "IOWriteBandwidthMax" or "IOReadIOPSMax" or "IOWriteIOPSMax" or "IODeviceLatencyTargetSec" or "IOAccounting" or
            "BlockIOWeight" or "StartupBlockIOWeight" or "BlockIODeviceWeight" or "BlockIOReadBandwidth" or "BlockIOWriteBandwidth" or "BlockIOAccounting" => "io",
        _ => null,
    };
}
