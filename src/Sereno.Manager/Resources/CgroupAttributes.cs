using Sereno.Units.Model;

namespace Sereno.Manager.Resources;

/// <summary>One file of a control group and what is to be written to it.</summary>
/// <param name="IsOptional">Another file says the same where this isn't there.</param>
public readonly record struct CgroupAttribute(string Name, string Value, bool IsOptional = false)
{
    /// <summary>The controller that has it (cgroups(7)).</summary>
    public string Controller => Name[..Name.IndexOf('.')];
}

/// <summary>What shares and names stand for on this machine.</summary>
/// <param name="Memory">In bytes.</param>
/// <param name="Tasks">As many as the machine can have.</param>
public sealed record MachineResources(ulong Memory, ulong Tasks)
{
    /// <summary>DefaultTasksMax= of systemd-system.conf(5); null sets none.</summary>
    public ResourceAmount? DefaultTasksMax { get; init; }

    /// <summary>Until everything has been started, and again when it is being stopped.</summary>
    public bool IsStartingUp { get; init; }

    /// <summary><c>8:0</c> for a device, or for the one that a file is on; null where that can't be told.</summary>
    public Func<string, string?> BlockDevice { get; init; } = _ => null;
}

/// <summary>From a unit's settings to the files of cgroup v2 (the kernel's cgroup-v2.rst); the names of v1 are translated as systemd does.</summary>
public static class CgroupAttributes
{
    private const ulong DefaultPeriod = 100_000, MaxPeriod = 1_000_000, Resolution = 1000, Second = 1_000_000;

    /// <summary>In the order in which they are written.</summary>
    public static IEnumerable<CgroupAttribute> Of(GroupSettings settings, MachineResources machine) =>
        settings.Unit is { Resources: null, Service.OomPolicy: not OomPolicy.Kill } && settings.Root is null && settings.Slices.All(s => s.Resources is null) && machine.DefaultTasksMax is null ? []
            : [.. Processor(settings.Own, machine), .. Io(settings.Own.Io, machine), .. Memory(settings, machine), .. Tasks(settings, machine)];

    /// <summary>What undoes those that were set once and aren't any more.</summary>
    public static IReadOnlyList<CgroupAttribute> Defaults { get; } =
    [
        new("cpu.idle", "0", true), new("cpu.weight", "100"), new("cpu.max", $"max {DefaultPeriod}"), new("cpuset.cpus", "\n"), new("cpuset.mems", "\n"),
        new("io.bfq.weight", "100", true), new("io.weight", "default 100"), new("memory.min", "0"), new("memory.low", "0"), new("memory.high", "max"),
        new("memory.max", "max"), new("memory.swap.max", "max"), new("memory.oom.group", "0"), new("pids.max", "max"),
    ];

    private static IEnumerable<CgroupAttribute> Processor(ResourceControl r, MachineResources machine)
    {
        ulong? weight = r.CpuWeight is not null || r.StartupCpuWeight is not null ? Now(machine, r.StartupCpuWeight, r.CpuWeight) ?? 100
            : Scaled(r.CpuShares is not null || r.StartupCpuShares is not null ? Now(machine, r.StartupCpuShares, r.CpuShares) ?? 1024 : null, 1024);
        if (weight == 0)
            yield return new("cpu.idle", "1");
        else if (weight is not null)
            yield return new("cpu.weight", $"{weight}");
        if (r.CpuQuotaUsec is { } quota)
        {
            // The kernel counts in milliseconds: a small quota needs a long period.
            ulong period = Math.Min(Math.Max(r.CpuPeriodUsec ?? DefaultPeriod, Math.Max(Resolution, Resolution * Second / quota)), MaxPeriod);
            yield return new("cpu.max", $"{Math.Max((ulong)((UInt128)quota * period / Second), Resolution)} {period}");
        }
        if (((machine.IsStartingUp ? r.StartupCpus : null) ?? r.Cpus) is { } cpus)
            yield return new("cpuset.cpus", cpus.ToString());
        if (((machine.IsStartingUp ? r.StartupMemoryNodes : null) ?? r.MemoryNodes) is { } nodes)
            yield return new("cpuset.mems", nodes.ToString());
    }

    private static IEnumerable<CgroupAttribute> Io(IoControl? io, MachineResources machine)
    {
        if (io is null)
            yield break;
        bool isV1 = !io.IsOfV2;
        ulong? weight = isV1 ? Scaled(Now(machine, io.StartupBlockWeight, io.BlockWeight), 500) : Now(machine, io.StartupWeight, io.Weight);
        if (weight is null && (io.StartupWeight ?? io.StartupBlockWeight) is not null)
            weight = 100;
        if (weight is { } all)
        {
            yield return new("io.bfq.weight", $"{OfBfq(all)}", IsOptional: true);
            yield return new("io.weight", $"default {all}");
        }
        foreach (var (path, own) in isV1 ? io.BlockDeviceWeights : io.DeviceWeights)
            if (machine.BlockDevice(path) is { } device)
            {
                ulong scaled = isV1 ? Scaled(own, 500)!.Value : own;
                yield return new("io.bfq.weight", $"{device} {OfBfq(scaled)}", IsOptional: true);
                yield return new("io.weight", $"{device} {scaled}");
            }
        foreach (var limit in isV1 ? io.BlockLimits : io.Limits)
            if (machine.BlockDevice(limit.Path) is { } device)
                yield return new("io.max", $"{device} rbps={Max(limit.ReadBytes)} wbps={Max(limit.WriteBytes)} riops={Max(limit.ReadOperations)} wiops={Max(limit.WriteOperations)}");
        if (!isV1)
            foreach (var (path, target) in io.Latencies)
                if (machine.BlockDevice(path) is { } device)
                    yield return new("io.latency", $"{device} target={Max(target)}");
    }

    private static IEnumerable<CgroupAttribute> Memory(GroupSettings settings, MachineResources machine)
    {
        var r = settings.Own;
        foreach (var (name, amount) in ((string, ResourceAmount?)[])
            [("memory.min", settings.MemoryMin), ("memory.low", settings.MemoryLow), ("memory.high", r.MemoryHigh),
             ("memory.max", settings.HasMemoryOfV2 || r.MemoryLimit is null ? r.MemoryMax : r.MemoryLimit), ("memory.swap.max", r.MemorySwapMax)])
            if (amount is { } bytes)
                yield return new(name, Limit(bytes, machine.Memory));
        if (settings.Unit.Service?.OomPolicy == OomPolicy.Kill)
            yield return new("memory.oom.group", "1");
    }

    private static IEnumerable<CgroupAttribute> Tasks(GroupSettings settings, MachineResources machine)
    {
        if ((settings.Own.TasksMax ?? (settings.IsSlice ? null : machine.DefaultTasksMax)) is { } count)
            yield return new("pids.max", Limit(count, machine.Tasks));
    }

    private static ulong? Now(MachineResources machine, ulong? atStartup, ulong? later) => (machine.IsStartingUp ? atStartup : null) ?? later;

    /// <summary>A weight of v1, whose default was another, on v2's scale of 1 to 10000 around 100.</summary>
    private static ulong? Scaled(ulong? old, ulong itsDefault) => old is { } value ? Math.Clamp(value * 100 / itsDefault, 1, 10_000) : null;

    /// <summary>The BFQ scheduler's own file goes from 1 to 1000, around 100 as well.</summary>
    private static ulong OfBfq(ulong weight) => weight <= 100 ? weight : 100 + (weight - 100) * 900 / 9900;

    private static string Max(ulong limit) => limit == ulong.MaxValue ? "max" : $"{limit}";

    private static string Limit(ResourceAmount amount, ulong total) => amount == ResourceAmount.Infinity ? "max" : $"{amount.Of(total)}";
}
