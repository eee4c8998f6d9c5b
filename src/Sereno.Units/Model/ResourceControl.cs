namespace Sereno.Units.Model;

/// <summary>A number, or hundredths of a percent of what the machine has.</summary>
public readonly record struct ResourceAmount(ulong Value, bool IsShare = false)
{
    public static readonly ResourceAmount Infinity = new(ulong.MaxValue);

    public ulong Of(ulong total) => IsShare ? (ulong)((UInt128)total * Value / 10_000) : Value;
}

/// <summary>What systemd.resource-control(5) lets a unit say about its control group; null is left as the kernel has it.</summary>
public sealed record ResourceControl
{
    /// <summary>1 to 10000; 0 is <c>idle</c>.</summary>
    public ulong? CpuWeight { get; init; }
    public ulong? CpuShares { get; init; }

    /// <summary>Microseconds of processor time in a second.</summary>
    public ulong? CpuQuotaUsec { get; init; }
    public ulong? CpuPeriodUsec { get; init; }

    /// <summary><c>0-3,5</c>.</summary>
    public string? Cpus { get; init; }
    public string? MemoryNodes { get; init; }
    public ResourceAmount? MemoryMin { get; init; }
    public ResourceAmount? MemoryLow { get; init; }
    public ResourceAmount? MemoryHigh { get; init; }
    public ResourceAmount? MemoryMax { get; init; }
    public ResourceAmount? MemorySwapMax { get; init; }

    /// <summary>MemoryLimit=, of cgroup v1: MemoryMax= where that isn't set.</summary>
    public ResourceAmount? MemoryLimit { get; init; }
    public ResourceAmount? TasksMax { get; init; }
    public ulong? IoWeight { get; init; }
    public ulong? BlockIoWeight { get; init; }
}
