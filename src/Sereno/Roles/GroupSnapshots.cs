using Sereno.Bus.Server.Systemd1;
using Sereno.Manager;
using Sereno.Manager.Units;
using Sereno.Roles.Resources;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Roles;

/// <summary>What a unit's control group has used, from the files that are there (the kernel's cgroup-v2.rst).</summary>
internal static class GroupSnapshots
{
    private const ulong Unknown = ControlGroupSnapshot.Unknown;

    public static ControlGroupSnapshot Of(Unit unit, UnitName? slice, ProcessGroups groups)
    {
        var (name, machine) = (unit.Name, groups.Machine());
        return Used(groups.CpuOf(name) ?? Unknown, groups.TrafficOf(name), groups.Read(name, "io.stat")) with
        {
            Path = groups.PathOf(name),
            Id = groups.IdOf(name),
            Slice = slice?.Full ?? "",
            MemoryCurrent = Number(groups.Read(name, "memory.current")),
            MemoryAvailable = groups.MemoryAvailable(name),
            TasksCurrent = Number(groups.Read(name, "pids.current")) is var tasks and not Unknown ? tasks
                : unit.IsInactiveOrFailed || unit is SliceUnit ? Unknown : (ulong)groups.Members(name).Count,
            MachineMemory = machine.Memory,
            MachineTasks = machine.Tasks,
            DefaultTasksMax = unit is SliceUnit ? ResourceAmount.Infinity : machine.DefaultTasksMax ?? ResourceAmount.Infinity,
        };
    }

    /// <summary>What is counted up in a run.</summary>
    /// <param name="cpuUsec">ulong.MaxValue where it isn't known.</param>
    /// <param name="ioStat">The file's text; null where the controller is off.</param>
    public static ControlGroupSnapshot Used(ulong cpuUsec, Traffic? traffic, string? ioStat)
    {
        var io = Io(ioStat);
        return new()
        {
            CpuUsageNsec = cpuUsec == Unknown ? Unknown : cpuUsec * 1000,
            IoReadBytes = io is null ? Unknown : io.Value.ReadBytes,
            IoWriteBytes = io is null ? Unknown : io.Value.WriteBytes,
            IoReadOperations = io is null ? Unknown : io.Value.Reads,
            IoWriteOperations = io is null ? Unknown : io.Value.Writes,
            IpIngressBytes = traffic?.BytesIn ?? Unknown,
            IpIngressPackets = traffic?.PacketsIn ?? Unknown,
            IpEgressBytes = traffic?.BytesOut ?? Unknown,
            IpEgressPackets = traffic?.PacketsOut ?? Unknown,
        };
    }

    /// <summary>What is said of it at the end; null where it isn't worth a word. As systemd words it, and with its thresholds.</summary>
    public static (LogLevel Level, string Message)? Consumed(ControlGroupSnapshot used)
    {
        const ulong Second = 1_000_000_000, Megabyte = 1 << 20;
        bool hasIo = used.IoReadBytes != Unknown, hasIp = used.IpIngressBytes != Unknown, knowsCpu = used.CpuUsageNsec != Unknown;
        ulong io = hasIo ? Math.Max(used.IoReadBytes, used.IoWriteBytes) : 0, ip = hasIp ? Math.Max(used.IpIngressBytes, used.IpEgressBytes) : 0, cpu = knowsCpu ? used.CpuUsageNsec : 0;
        if (cpu <= Second && io <= Megabyte && ip == 0)
            return null;
        var parts = new List<string>();
        if (knowsCpu)
            parts.Add($"consumed {TimeSpans.Format(cpu / 1000, 1000)} CPU time");
        if (hasIo)
            parts.Add(io == 0 ? "no IO" : $"read {Sizes.Format(used.IoReadBytes)} from disk, written {Sizes.Format(used.IoWriteBytes)} to disk");
        if (hasIp)
            parts.Add(ip == 0 ? "no IP traffic" : $"received {Sizes.Format(used.IpIngressBytes)} IP traffic, sent {Sizes.Format(used.IpEgressBytes)} IP traffic");
        string text = string.Join(", ", parts);
        return (cpu > 600 * Second || io > 10 * Megabyte || ip > 128 * Megabyte ? LogLevel.Notice : LogLevel.Info, $"{char.ToUpperInvariant(text[0])}{text[1..]}.");
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
