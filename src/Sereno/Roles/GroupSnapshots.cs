using Sereno.Bus.Server.Systemd1;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>What a unit's control group has used, from the files that are there (the kernel's cgroup-v2.rst).</summary>
internal static class GroupSnapshots
{
    private const ulong Unknown = ControlGroupSnapshot.Unknown;

    public static ControlGroupSnapshot Of(Unit unit, UnitName? slice, ProcessGroups groups)
    {
        var (name, machine, traffic) = (unit.Name, groups.Machine(), groups.TrafficOf(unit.Name));
        var io = Io(groups.Read(name, "io.stat"));
        return new()
        {
            Path = groups.PathOf(name),
            Id = groups.IdOf(name),
            Slice = slice?.Full ?? "",
            MemoryCurrent = Number(groups.Read(name, "memory.current")),
            MemoryAvailable = groups.MemoryAvailable(name),
            TasksCurrent = Number(groups.Read(name, "pids.current")) is var tasks and not Unknown ? tasks
                : unit.IsInactiveOrFailed || unit is SliceUnit ? Unknown : (ulong)groups.Members(name).Count,
            CpuUsageNsec = groups.Read(name, "cpu.stat") is { } stat && stat.Split('\n')[0].Split(' ') is ["usage_usec", var used] && Number(used) is var usec and not Unknown ? usec * 1000 : Unknown,
            IoReadBytes = io is null ? Unknown : io.Value.ReadBytes,
            IoWriteBytes = io is null ? Unknown : io.Value.WriteBytes,
            IoReadOperations = io is null ? Unknown : io.Value.Reads,
            IoWriteOperations = io is null ? Unknown : io.Value.Writes,
            IpIngressBytes = traffic?.BytesIn ?? Unknown,
            IpIngressPackets = traffic?.PacketsIn ?? Unknown,
            IpEgressBytes = traffic?.BytesOut ?? Unknown,
            IpEgressPackets = traffic?.PacketsOut ?? Unknown,
            MachineMemory = machine.Memory,
            MachineTasks = machine.Tasks,
            DefaultTasksMax = unit is SliceUnit ? ResourceAmount.Infinity : machine.DefaultTasksMax ?? ResourceAmount.Infinity,
        };
    }

    private static ulong Number(string? text) => ulong.TryParse(text, out ulong value) ? value : Unknown;

    /// <summary>All devices' lines of io.stat together; null where the controller is off.</summary>
    private static (ulong ReadBytes, ulong WriteBytes, ulong Reads, ulong Writes)? Io(string? stat)
    {
        if (stat is null)
            return null;
        ulong Sum(string key) => stat.Split([' ', '\n']).Where(f => f.StartsWith(key, StringComparison.Ordinal)).Aggregate(0ul, (sum, f) => ulong.TryParse(f.AsSpan(key.Length), out ulong value) ? sum + value : sum);
        return (Sum("rbytes="), Sum("wbytes="), Sum("rios="), Sum("wios="));
    }
}
