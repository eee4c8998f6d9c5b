namespace Sereno.Bus.Server.Systemd1;

/// <summary>Where the processes are and what they use. systemctl leaves out of its status what is ulong.MaxValue.</summary>
internal static class ControlGroupProperties
{
    public static void Add<T>(BusInterface<T> table, Func<T, ControlGroupSnapshot> get) where T : class => table
        .String("Slice", t => get(t).Slice)
        .String("ControlGroup", t => get(t).Path)
        .UInt64("ControlGroupId", t => get(t).Id)
        .UInt64("MemoryCurrent", t => get(t).MemoryCurrent)
        .UInt64("MemoryAvailable", _ => ControlGroupSnapshot.Unknown)
        .UInt64("CPUUsageNSec", t => get(t).CpuUsageNsec)
        .UInt64("TasksCurrent", t => get(t).TasksCurrent)
        .UInt64("IPIngressBytes", _ => ControlGroupSnapshot.Unknown)
        .UInt64("IPIngressPackets", _ => ControlGroupSnapshot.Unknown)
        .UInt64("IPEgressBytes", _ => ControlGroupSnapshot.Unknown)
        .UInt64("IPEgressPackets", _ => ControlGroupSnapshot.Unknown)
        .UInt64("IOReadBytes", t => get(t).IoReadBytes)
        .UInt64("IOWriteBytes", t => get(t).IoWriteBytes)
        .UInt64("MemoryMax", t => get(t).MemoryMax)
        .UInt64("TasksMax", t => get(t).TasksMax)
        .Bool("MemoryAccounting", t => get(t).MemoryCurrent != ControlGroupSnapshot.Unknown)
        .Bool("TasksAccounting", t => get(t).TasksCurrent != ControlGroupSnapshot.Unknown)
        .Bool("CPUAccounting", t => get(t).CpuUsageNsec != ControlGroupSnapshot.Unknown);
}
