using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>What a unit's control group may use (systemd.resource-control(5)): processor, memory and tasks.</summary>
internal static partial class DirectiveTable
{
    /// <summary>Alike in every section whose units have a control group, and read in the others.</summary>
    private static IEnumerable<DirectiveRow> ResourceRows()
    {
        List<DirectiveRow> rows = [.. AmountRows(), .. IoRows(), .. DeviceRows(), .. NetworkRows(), .. GroupRows()];
        foreach (string section in (string[])["Service", "Slice", "Scope", "Mount"])
            foreach (var row in rows)
                yield return row with { Section = section };
        foreach (var row in rows)
        {
            yield return row with { Section = "Socket", Support = Support.Ignored, Reason = "not supported yet for sockets and the commands that they run" };
            yield return row with { Section = "Swap", Support = Support.Ignored, Reason = "swap belongs to the machine, and is not switched here" };
        }
    }

    private static IEnumerable<DirectiveRow> AmountRows() =>
    [
        Weight("CPUWeight", "Invalid CPU weight", 1, 10_000, (c, v) => c with { CpuWeight = v }),
        Weight("StartupCPUWeight", "Invalid CPU weight", 1, 10_000, (c, v) => c with { StartupCpuWeight = v }),
        Weight("CPUShares", "Invalid CPU shares", 2, 262_144, (c, v) => c with { CpuShares = v }, instead: "CPUWeight="),
        Weight("StartupCPUShares", "Invalid CPU shares", 2, 262_144, (c, v) => c with { StartupCpuShares = v }, instead: "CPUWeight="),
        Controlled("CPUQuota", (r, c) =>
        {
            if (r.IsEmpty)
                return c with { CpuQuotaUsec = null };
            if (Shares.Parse(r.Value) is { } share and > 0)
                return c with { CpuQuotaUsec = share * 100 };
            r.Warn($"Invalid CPU quota '{r.Value}', ignoring.");
            return c;
        }),
        Controlled("CPUQuotaPeriodSec", (r, c) =>
        {
            if (r.IsEmpty || TimeSpans.TryParse(r.Value, out ulong usec) && usec == ulong.MaxValue)
                return c with { CpuPeriodUsec = null };
            if (TimeSpans.TryParse(r.Value, out usec))
                return c with { CpuPeriodUsec = usec };
            r.Warn($"Failed to parse sec_def_infinity value, ignoring: {r.Value}");
            return c;
        }),
        Controlled("AllowedCPUs", (r, c) => c with { Cpus = ReadIndexes(r, c.Cpus) }),
        Controlled("StartupAllowedCPUs", (r, c) => c with { StartupCpus = ReadIndexes(r, c.StartupCpus) }),
        Controlled("AllowedMemoryNodes", (r, c) => c with { MemoryNodes = ReadIndexes(r, c.MemoryNodes) }),
        Controlled("StartupAllowedMemoryNodes", (r, c) => c with { StartupMemoryNodes = ReadIndexes(r, c.StartupMemoryNodes) }),
        Memory("MemoryMin", zero: true, (c, v) => c with { MemoryMin = v }),
        Memory("MemoryLow", zero: true, (c, v) => c with { MemoryLow = v }),
        Memory("DefaultMemoryMin", zero: true, (c, v) => c with { DefaultMemoryMin = v }),
        Memory("DefaultMemoryLow", zero: true, (c, v) => c with { DefaultMemoryLow = v }),
        Memory("MemoryHigh", zero: false, (c, v) => c with { MemoryHigh = v }),
        Memory("MemoryMax", zero: false, (c, v) => c with { MemoryMax = v }),
        Memory("MemorySwapMax", zero: true, (c, v) => c with { MemorySwapMax = v }),
        Memory("MemoryLimit", zero: false, (c, v) => c with { MemoryLimit = v }),
        Controlled("TasksMax", ReadTasksMax),
        Counted("CPUAccounting", (c, on) => c with { CpuAccounting = on }),
        Counted("MemoryAccounting", (c, on) => c with { MemoryAccounting = on }),
        Counted("TasksAccounting", (c, on) => c with { TasksAccounting = on }),
    ];

    private static DirectiveRow Controlled(string key, Func<Reading, ResourceControl, ResourceControl> read) =>
        Enforced("Service", key, r => r.Unit.Resources = read(r, r.Unit.Resources ?? new()));

    private static DirectiveRow Counted(string key, Func<ResourceControl, bool, ResourceControl> set) =>
        Controlled(key, (r, c) => r.Boolean() is { } on ? set(c, on) : c);

    private static IndexSet? ReadIndexes(Reading r, IndexSet? before) =>
        r.Expanded() is { } text && ReadIndexes(r, text, before, out var set) ? set : before;

    /// <param name="instead">What should be used, where this is of cgroup v1.</param>
    private static DirectiveRow Weight(string key, string message, ulong min, ulong max, Func<ResourceControl, ulong?, ResourceControl> set, string? instead = null) => Controlled(key, (r, c) =>
    {
        if (instead is not null)
            WarnOfV1(r, instead);
        if (r.IsEmpty)
            return set(c, null);
        if (key.EndsWith("CPUWeight", StringComparison.Ordinal) && r.Value == "idle")
            return set(c, 0);
        if (WeightIn(r.Value, min, max, out ulong weight) == ParseError.None)
            return set(c, weight);
        r.Warn($"{message}, ignoring: {r.Value}");
        return c;
    });

    private static ParseError WeightIn(string text, ulong min, ulong max, out ulong weight)
    {
        var error = Integers.ReadUnsigned(text, ulong.MaxValue, out weight);
        return error != ParseError.None ? error : weight < min || weight > max ? ParseError.Range : ParseError.None;
    }

    private static void WarnOfV1(Reading r, string instead) =>
        r.Warn($"Unit uses {r.Key}=; please use {instead} instead. Support for {r.Key}= will be removed soon.");

    /// <param name="zero">Nothing at all is an amount too.</param>
    private static DirectiveRow Memory(string key, bool zero, Func<ResourceControl, ResourceAmount?, ResourceControl> set) => Controlled(key, (r, c) =>
    {
        var amount = ResourceAmount.Infinity;
        if (r.IsEmpty && key is "MemoryLow" or "MemoryMin" or "DefaultMemoryLow" or "DefaultMemoryMin")
            amount = new(0);
        else if (!r.IsEmpty && r.Value != "infinity")
        {
            if (Shares.Parse(r.Value) is { } share and <= 10_000)
                amount = new(share, IsShare: true);
            else if (Sizes.Read(r.Value, out ulong bytes) is var error && error != ParseError.None)
            {
                r.Warn($"Invalid memory limit '{r.Value}', ignoring: {Words(error)}");
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
            WarnOfV1(r, "MemoryMax=");
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
            r.Warn($"Invalid maximum tasks value '{r.Value}', ignoring: {Words(error)}");
        else if (value is 0 or ulong.MaxValue)
            r.Warn($"Maximum tasks value '{r.Value}' out of range, ignoring.");
        else
            return control with { TasksMax = new(value) };
        return control;
    }
}
