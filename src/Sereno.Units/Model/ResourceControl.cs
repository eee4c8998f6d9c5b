using System.Collections.Immutable;
using Sereno.Units.Values;

namespace Sereno.Units.Model;

/// <summary>A number, or hundredths of a percent of what the machine has.</summary>
public readonly record struct ResourceAmount(ulong Value, bool IsShare = false)
{
    public static readonly ResourceAmount Infinity = new(ulong.MaxValue);

    public ulong Of(ulong total) => IsShare ? (ulong)((UInt128)total * Value / 10_000) : Value;
}

/// <summary>What systemd knows as controllers: those of cgroup v1 and v2, and what BPF does instead of one.</summary>
[Flags]
public enum Controllers
{
    None = 0, Cpu = 1, CpuAccounting = 2, CpuSet = 4, Io = 8, BlockIo = 16, Memory = 32, Devices = 64, Pids = 128,
    BpfFirewall = 256, BpfDevices = 512, BpfForeign = 1024, BpfSocketBind = 2048, BpfNetworkInterfaces = 4096,
    /// <summary>Those of cgroup v2: Delegate=yes.</summary>
    Unified = Cpu | CpuSet | Io | Memory | Pids,
}

/// <summary>
/// What systemd.resource-control(5) lets a unit say about its control group; null is left as the kernel has it. What few units
/// say is in records of its own.
/// </summary>
public sealed record ResourceControl
{
    /// <summary>1 to 10000; 0 is <c>idle</c>. What begins with Startup holds until the instance has started.</summary>
    public ulong? CpuWeight { get; init; }
    public ulong? StartupCpuWeight { get; init; }
    public ulong? CpuShares { get; init; }
    public ulong? StartupCpuShares { get; init; }

    /// <summary>Microseconds of processor time in a second.</summary>
    public ulong? CpuQuotaUsec { get; init; }
    public ulong? CpuPeriodUsec { get; init; }

    /// <summary>Processors, and memory nodes.</summary>
    public IndexSet? Cpus { get; init; }
    public IndexSet? StartupCpus { get; init; }
    public IndexSet? MemoryNodes { get; init; }
    public IndexSet? StartupMemoryNodes { get; init; }
    public ResourceAmount? MemoryMin { get; init; }
    public ResourceAmount? MemoryLow { get; init; }

    /// <summary>A slice's: for all below it that don't say.</summary>
    public ResourceAmount? DefaultMemoryMin { get; init; }
    public ResourceAmount? DefaultMemoryLow { get; init; }
    public ResourceAmount? MemoryHigh { get; init; }
    public ResourceAmount? MemoryMax { get; init; }
    public ResourceAmount? MemorySwapMax { get; init; }

    /// <summary>MemoryLimit=, of cgroup v1: MemoryMax= where nothing of v2 is set.</summary>
    public ResourceAmount? MemoryLimit { get; init; }

    /// <summary>Null for the default, which is the manager's.</summary>
    public ResourceAmount? TasksMax { get; init; }
    public bool? CpuAccounting { get; init; }
    public bool? MemoryAccounting { get; init; }
    public bool? TasksAccounting { get; init; }
    public IoControl? Io { get; init; }
    public NetworkControl? Network { get; init; }
    public DeviceControl? Devices { get; init; }

    /// <summary>Delegate=: the group below is the unit's own, with these; null where it isn't.</summary>
    public Controllers? Delegated { get; init; }

    /// <summary>DisableControllers=: not for those below.</summary>
    public Controllers Disabled { get; init; }
    public ManagedOom? ManagedOom { get; init; }
}

/// <summary>A device by a path of its own or of a file on it, and what it counts for.</summary>
public readonly record struct DeviceWeight(string Path, ulong Weight);

public readonly record struct DeviceLatency(string Path, ulong TargetUsec);

/// <summary>Bytes and operations in a second; ulong.MaxValue is no limit.</summary>
public sealed record DeviceLimit(string Path)
{
    public ulong ReadBytes { get; init; } = ulong.MaxValue;
    public ulong WriteBytes { get; init; } = ulong.MaxValue;
    public ulong ReadOperations { get; init; } = ulong.MaxValue;
    public ulong WriteOperations { get; init; } = ulong.MaxValue;
}

/// <summary>IO*=, and BlockIO*= of cgroup v1, which counts where nothing of the first is set.</summary>
public sealed record IoControl
{
    public ulong? Weight { get; init; }
    public ulong? StartupWeight { get; init; }
    public ImmutableArray<DeviceWeight> DeviceWeights { get; init; } = [];
    public ImmutableArray<DeviceLatency> Latencies { get; init; } = [];
    public ImmutableArray<DeviceLimit> Limits { get; init; } = [];
    public bool? Accounting { get; init; }
    public ulong? BlockWeight { get; init; }
    public ulong? StartupBlockWeight { get; init; }
    public ImmutableArray<DeviceWeight> BlockDeviceWeights { get; init; } = [];
    public ImmutableArray<DeviceLimit> BlockLimits { get; init; } = [];
    public bool? BlockAccounting { get; init; }

    public bool IsOfV2 => Accounting == true || Weight is not null || StartupWeight is not null || !DeviceWeights.IsEmpty || !Latencies.IsEmpty || !Limits.IsEmpty;
    public bool IsOfV1 => BlockAccounting == true || BlockWeight is not null || StartupBlockWeight is not null || !BlockDeviceWeights.IsEmpty || !BlockLimits.IsEmpty;
}

/// <summary>What may be bound to: by address family (AF_*, 0 any), protocol (IPPROTO_*, 0 any) and ports.</summary>
/// <param name="Ports">How many from the first on; 0: all.</param>
public readonly record struct SocketBindRule(int Family, int Protocol, int FirstPort, int Ports);

/// <summary>What packets and sockets a unit may have.</summary>
public sealed record NetworkControl
{
    public ImmutableArray<AddressPrefix> Allow { get; init; } = [];
    public ImmutableArray<AddressPrefix> Deny { get; init; } = [];
    public bool Accounting { get; init; }
    public ImmutableArray<SocketBindRule> BindAllow { get; init; } = [];
    public ImmutableArray<SocketBindRule> BindDeny { get; init; } = [];

    /// <summary>By name: those that may be used, or those that may not.</summary>
    public ImmutableArray<string> Interfaces { get; init; } = [];
    public bool InterfacesAreDenied { get; init; }

    /// <summary>IPIngressFilterPath= and its sibling: programs that somebody has pinned to bpffs.</summary>
    public ImmutableArray<string> IngressFilters { get; init; } = [];
    public ImmutableArray<string> EgressFilters { get; init; } = [];

    /// <summary>BPFProgram=.</summary>
    public ImmutableArray<ForeignProgram> Programs { get; init; } = [];
}

/// <param name="Hook">As BPFProgram= names it.</param>
public readonly record struct ForeignProgram(string Hook, string Path);

public enum DevicePolicy { Auto, Closed, Strict }

/// <summary>DeviceAllow=: a node, or <c>char-NAME</c> or <c>block-NAME</c> of /proc/devices.</summary>
/// <param name="Rights">Of <c>rwm</c>.</param>
public readonly record struct DeviceRule(string Device, string Rights);

public sealed record DeviceControl
{
    public DevicePolicy Policy { get; init; }
    public ImmutableArray<DeviceRule> Allow { get; init; } = [];
}

public enum ManagedOomPreference { None, Avoid, Omit }

/// <summary>What systemd-oomd(8) is told.</summary>
public sealed record ManagedOom(bool OnSwap = false, bool OnPressure = false, uint PressureLimit = 0, ManagedOomPreference Preference = ManagedOomPreference.None);
