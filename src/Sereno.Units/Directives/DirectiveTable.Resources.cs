using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>What a unit's control group may use (systemd.resource-control(5)).</summary>
internal static partial class DirectiveTable
{
    private const string NeedsController = "where cgroup v2 has the controller; the unit's log says where it hasn't";

    private static IEnumerable<DirectiveRow> ResourceRows() =>
    [
        Weight("CPUWeight", "Invalid CPU weight", 1, 10_000, (c, v) => c with { CpuWeight = v }),
        Weight("CPUShares", "Invalid CPU shares", 2, 262_144, (c, v) => c with { CpuShares = v }),
        Weight("IOWeight", "Invalid weight", 1, 10_000, (c, v) => c with { IoWeight = v }),
        Weight("BlockIOWeight", "Invalid block IO weight", 10, 1000, (c, v) => c with { BlockIoWeight = v }),
        Controlled("CPUQuota", (r, c) =>
        {
            if (r.IsEmpty)
                return c with { CpuQuotaUsec = null };
            if (Shares.Parse(r.Value) is { } share and > 0)
                return c with { CpuQuotaUsec = share * 100 };
            r.Warn($"Invalid CPU quota '{r.Value}', ignoring.");
            return c;
        }),
        Controlled("CPUQuotaPeriodSec", (r, c) => r.IsEmpty ? c with { CpuPeriodUsec = null } : c with { CpuPeriodUsec = r.Seconds() ?? c.CpuPeriodUsec }),
        Controlled("AllowedCPUs", (r, c) => c with { Cpus = CpuLists.Parse(r.Value, c.Cpus) }),
        Controlled("AllowedMemoryNodes", (r, c) => c with { MemoryNodes = CpuLists.Parse(r.Value, c.MemoryNodes) }),
        Memory("MemoryMin", zero: true, (c, v) => c with { MemoryMin = v }),
        Memory("MemoryLow", zero: true, (c, v) => c with { MemoryLow = v }),
        Memory("MemoryHigh", zero: false, (c, v) => c with { MemoryHigh = v }),
        Memory("MemoryMax", zero: false, (c, v) => c with { MemoryMax = v }),
        Memory("MemorySwapMax", zero: true, (c, v) => c with { MemorySwapMax = v }),
        Memory("MemoryLimit", zero: false, (c, v) => c with { MemoryLimit = v }),
        Controlled("TasksMax", ReadTasksMax),
    ];

    private static DirectiveRow Controlled(string key, Func<Reading, ResourceControl, ResourceControl> read) => Emulated("Service", key, NeedsController,
        r => r.Unit.Service = r.Unit.Service with { Resources = read(r, r.Unit.Service.Resources ?? new()) });

    private static DirectiveRow Weight(string key, string message, ulong min, ulong max, Func<ResourceControl, ulong?, ResourceControl> set) => Controlled(key, (r, c) =>
    {
        if (r.IsEmpty)
            return set(c, null);
        if (key == "CPUWeight" && r.Value == "idle")
            return set(c, 0);
        if (Integers.ReadUnsigned(r.Value, ulong.MaxValue, out ulong value) == ParseError.None && value >= min && value <= max)
            return set(c, value);
        r.Warn($"{message}, ignoring: {r.Value}");
        return c;
    });

    /// <param name="zero">Nothing at all is an amount too.</param>
    private static DirectiveRow Memory(string key, bool zero, Func<ResourceControl, ResourceAmount?, ResourceControl> set) => Controlled(key, (r, c) =>
    {
        var amount = ResourceAmount.Infinity;
        if (r.IsEmpty && key is "MemoryLow" or "MemoryMin")
            amount = new(0);
        else if (!r.IsEmpty && r.Value != "infinity")
        {
            if (Shares.Parse(r.Value) is { } share and <= 10_000)
                amount = new(share, IsShare: true);
            else if (Sizes.Read(r.Value, out ulong bytes) is var error && error != ParseError.None)
            {
                r.Warn($"Invalid memory limit '{r.Value}', ignoring: {(error == ParseError.Range ? "Numerical result out of range" : "Invalid argument")}");
                return c;
            }
            else
                amount = new(bytes);
            if (amount.Value == ulong.MaxValue || (amount.Value == 0 && !zero))
            {
                r.Warn($"Memory limit '{r.Value}' out of range, ignoring.");
                return c;
            }
        }
        if (key == "MemoryLimit")
            r.Warn("Unit uses MemoryLimit=; please use MemoryMax= instead. Support for MemoryLimit= will be removed soon.");
        return set(c, amount);
    });

    private static ResourceControl ReadTasksMax(Reading r, ResourceControl control)
    {
        if (r.IsEmpty || r.Value == "infinity")
            return control with { TasksMax = r.IsEmpty ? null : ResourceAmount.Infinity };
        if (Shares.Parse(r.Value) is { } share and <= 10_000)
            return control with { TasksMax = new(share, IsShare: true) };
        var error = Integers.ReadUnsigned(r.Value, ulong.MaxValue, out ulong value);
        if (error != ParseError.None)
            r.Warn($"Invalid maximum tasks value '{r.Value}', ignoring: {(error == ParseError.Range ? "Numerical result out of range" : "Invalid argument")}");
        else if (value is 0 or ulong.MaxValue)
            r.Warn($"Maximum tasks value '{r.Value}' out of range, ignoring.");
        else
            return control with { TasksMax = new(value) };
        return control;
    }
}
