using Sereno.Units.Model;

namespace Sereno.Manager.Resources;

/// <summary>One file of a control group and what is to be written to it.</summary>
public readonly record struct CgroupAttribute(string Name, string Value)
{
    /// <summary>The controller that has it (cgroups(7)).</summary>
    public string Controller => Name[..Name.IndexOf('.')];
}

/// <summary>From a unit's settings to the files of cgroup v2 (the kernel's cgroup-v2.rst); the names of v1 are translated as systemd does.</summary>
public static class CgroupAttributes
{
    private const ulong DefaultPeriod = 100_000, MaxPeriod = 1_000_000, Resolution = 1000, Second = 1_000_000;

    /// <param name="memory">The machine's, in bytes.</param>
    /// <param name="tasks">As many as the machine can have.</param>
    public static IEnumerable<CgroupAttribute> Of(ServiceDefinition service, ulong memory, ulong tasks)
    {
        if (service.OomPolicy == OomPolicy.Kill)
            yield return new("memory.oom.group", "1");
        if (service.Resources is not { } r)
            yield break;
        if (r.CpuWeight == 0)
            yield return new("cpu.idle", "1");
        else if ((r.CpuWeight ?? Scaled(r.CpuShares, 1024)) is { } weight)
            yield return new("cpu.weight", weight.ToString());
        if (r.CpuQuotaUsec is { } quota)
        {
            // The kernel counts in milliseconds: a small quota needs a long period.
            ulong period = Math.Min(Math.Max(r.CpuPeriodUsec ?? DefaultPeriod, Math.Max(Resolution, Resolution * Second / quota)), MaxPeriod);
            yield return new("cpu.max", $"{Math.Max(quota * period / Second, Resolution)} {period}");
        }
        if (r.Cpus is { } cpus)
            yield return new("cpuset.cpus", cpus);
        if (r.MemoryNodes is { } nodes)
            yield return new("cpuset.mems", nodes);
        foreach (var (name, amount) in ((string, ResourceAmount?)[])
            [("memory.min", r.MemoryMin), ("memory.low", r.MemoryLow), ("memory.high", r.MemoryHigh), ("memory.max", r.MemoryMax ?? r.MemoryLimit), ("memory.swap.max", r.MemorySwapMax)])
            if (amount is { } bytes)
                yield return new(name, Limit(bytes, memory));
        if ((r.IoWeight ?? Scaled(r.BlockIoWeight, 500)) is { } io)
            yield return new("io.weight", $"default {io}");
        if (r.TasksMax is { } count)
            yield return new("pids.max", Limit(count, tasks));
    }

    /// <summary>A weight of v1, whose default was another, on v2's scale of 1 to 10000 around 100.</summary>
    private static ulong? Scaled(ulong? old, ulong itsDefault) => old is { } value ? Math.Clamp(value * 100 / itsDefault, 1, 10_000) : null;

    private static string Limit(ResourceAmount amount, ulong total) => amount == ResourceAmount.Infinity ? "max" : amount.Of(total).ToString();
}
