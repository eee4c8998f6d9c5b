using System.Collections.Immutable;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Resources;

/// <summary>A unit with a control group, and the slices that it is in, the nearest first, down to but without -.slice.</summary>
public sealed record GroupSettings(UnitDefinition Unit, ImmutableArray<UnitDefinition> Slices)
{
    private static readonly ResourceControl s_nothing = new();

    /// <summary>-.slice, where it says something: the machine's limits aren't ours to set, but its lists and defaults count for all.</summary>
    public UnitDefinition? Root { get; init; }

    /// <summary>Who alone may begin a conversation with it ([X-Sereno] Scope=); null where anybody may.</summary>
    public SerenoSettings? Narrowed { get; init; }

    /// <summary>What the n-th slice says for itself.</summary>
    public GroupSettings Above(int index) => this with { Unit = Slices[index], Slices = Slices[(index + 1)..], Narrowed = null };

    private IEnumerable<UnitDefinition> Ancestors => Root is null ? Slices : Slices.Append(Root);

    public ResourceControl Own => Unit.Resources ?? s_nothing;

    public bool IsSlice => Unit.Name.Type == UnitType.Slice;

    /// <summary>Delegate=: what is in the group is the unit's own business.</summary>
    public bool IsDelegated => Own.Delegated is not null;

    /// <summary>The controllers of cgroup v2 that the group is to have; those of v1 are translated (systemd.resource-control(5), DeviceAllow= aside).</summary>
    public Controllers Needed
    {
        get
        {
            var own = Own;
            var set = own.Delegated ?? Controllers.None;
            if (own.CpuWeight is not null || own.StartupCpuWeight is not null || own.CpuShares is not null || own.StartupCpuShares is not null || own.CpuQuotaUsec is not null)
                set |= Controllers.Cpu;
            if (own.Cpus is not null || own.StartupCpus is not null || own.MemoryNodes is not null || own.StartupMemoryNodes is not null)
                set |= Controllers.CpuSet;
            if (own.Io is { } io && (io.IsOfV2 || io.IsOfV1))
                set |= Controllers.Io;
            if (own.MemoryAccounting != false || HasMemoryOfV2 || IsLimited(own.MemoryLimit))
                set |= Controllers.Memory;
            if (own.TasksAccounting != false || IsLimited(own.TasksMax))
                set |= Controllers.Pids;
            return (set | (set.HasFlag(Controllers.CpuAccounting) ? Controllers.Cpu : 0)) & Controllers.Unified & ~Disabled;
        }
    }

    /// <summary>DisableControllers= of the slices.</summary>
    public Controllers Disabled => Ancestors.Aggregate(Controllers.None, (set, slice) => set | (slice.Resources?.Disabled ?? 0));

    /// <summary>MemoryMin=, or what the nearest slice says for those that don't.</summary>
    public ResourceAmount? MemoryMin => Own.MemoryMin ?? Ancestors.Select(s => s.Resources?.DefaultMemoryMin).FirstOrDefault(m => m is not null);

    public ResourceAmount? MemoryLow => Own.MemoryLow ?? Ancestors.Select(s => s.Resources?.DefaultMemoryLow).FirstOrDefault(m => m is not null);

    /// <summary>MemoryLimit= counts only where nothing of this is set.</summary>
    public bool HasMemoryOfV2 => MemoryMin is { Value: > 0 } || MemoryLow is { Value: > 0 } || IsLimited(Own.MemoryHigh) || IsLimited(Own.MemoryMax) || IsLimited(Own.MemorySwapMax);

    /// <summary>What the unit and its slices allow, or deny: they add up.</summary>
    public ImmutableArray<AddressPrefix> Prefixes(Func<NetworkControl, ImmutableArray<AddressPrefix>> list) =>
        !Ancestors.Any() ? Own.Network is { } own ? list(own) : []
            : [.. Ancestors.Prepend(Unit).SelectMany(u => u.Resources?.Network is { } network ? list(network) : []).Distinct()];

    /// <summary>Slices have no processes of their own: their lists count for those below them.</summary>
    public bool HasFirewall => !IsSlice && (IsFiltering(Unit) || Ancestors.Any(IsFiltering));

    /// <summary>PrivateDevices= closes what DevicePolicy= leaves open, and ProtectClock= lets the clock be read (systemd.exec(5)).</summary>
    public DeviceControl? Devices
    {
        get
        {
            var devices = Own.Devices ?? new();
            var protections = Unit.Service?.Exec.Protections ?? KernelProtections.None;
            if (protections.HasFlag(KernelProtections.Devices) && devices.Policy == DevicePolicy.Auto)
                devices = devices with { Policy = DevicePolicy.Closed };
            if (devices.Policy == DevicePolicy.Auto && devices.Allow.IsEmpty)
                return null;
            return protections.HasFlag(KernelProtections.Clock) ? devices with { Allow = devices.Allow.Add(new("char-rtc", "r")) } : devices;
        }
    }

    /// <summary>Something that changes when the instance has started.</summary>
    public bool IsOtherAtStartup => Own is { StartupCpuWeight: not null } or { StartupCpuShares: not null } or { StartupCpus: not null } or { StartupMemoryNodes: not null }
        or { Io.StartupWeight: not null } or { Io.StartupBlockWeight: not null };

    private static bool IsFiltering(UnitDefinition unit) => unit.Resources?.Network is { } network && !(network.Allow.IsEmpty && network.Deny.IsEmpty);

    private static bool IsLimited(ResourceAmount? amount) => amount is { } value && value != ResourceAmount.Infinity;
}
