namespace Sereno.Bus.Server.Systemd1;

/// <summary>Where the processes are and what they use. systemctl leaves out of its status what is ulong.MaxValue.</summary>
internal static class ControlGroupProperties
{
    public static void Add<T>(BusInterface<T> table, Func<T, ControlGroupSnapshot> get) where T : class => table
        .String("Slice", t => get(t).Slice)
        .String("ControlGroup", t => get(t).Path)
        .UInt64("ControlGroupId", t => get(t).Id)
        .UInt64("MemoryCurrent", t => get(t).MemoryCurrent)
        .UInt64("MemoryAvailable", t => get(t).MemoryAvailable)
        .UInt64("CPUUsageNSec", t => get(t).CpuUsageNsec)
        .UInt64("TasksCurrent", t => get(t).TasksCurrent)
        .UInt64("IPIngressBytes", t => get(t).IpIngressBytes)
        .UInt64("IPIngressPackets", t => get(t).IpIngressPackets)
        .UInt64("IPEgressBytes", t => get(t).IpEgressBytes)
        .UInt64("IPEgressPackets", t => get(t).IpEgressPackets)
        .UInt64("IOReadBytes", t => get(t).IoReadBytes)
        .UInt64("IOReadOperations", t => get(t).IoReadOperations)
        .UInt64("IOWriteBytes", t => get(t).IoWriteBytes)
        .UInt64("IOWriteOperations", t => get(t).IoWriteOperations);
}
