using Sereno.Bus.Wire;
using Sereno.Texts;
using Sereno.Units.Values;

namespace Sereno.Verbs;

/// <summary>What a unit has used, in systemctl's lines and order; those that aren't measured are left out.</summary>
internal static class UsageText
{
    public static void Write(Dictionary<string, BusValue> p, Action<string, string> field)
    {
        ulong? Known(string name) => p.Number(name) is var value && p.ContainsKey(name) && value != ulong.MaxValue ? value : null;
        if (Known("IPIngressBytes") is { } ingress && Known("IPEgressBytes") is { } egress)
            field("IP", Text.Current.InAndOut(Sizes.Format(ingress), Sizes.Format(egress)));
        if (Known("IOReadBytes") is { } read && Known("IOWriteBytes") is { } written)
            field("IO", Text.Current.ReadAndWritten(Sizes.Format(read), Sizes.Format(written)));
        if (Known("TasksCurrent") is { } tasks)
            field("Tasks", Known("TasksMax") is { } limit ? $"{tasks} ({Text.Current.Limit("limit")}: {limit})" : $"{tasks}");
        if (Known("MemoryCurrent") is { } memory)
            field("Memory", Sizes.Format(memory) + Limits(Known));
        if (Known("CPUUsageNSec") is { } cpu)
            field("CPU", TimeSpans.Format(cpu / 1000, 1000));
    }

    private static string Limits(Func<string, ulong?> known)
    {
        (string Word, ulong? Amount)[] limits =
        [
            ("min", known("MemoryMin")), ("low", known("MemoryLow")), ("high", known("MemoryHigh")), ("max", known("MemoryMax")), ("swap max", known("MemorySwapMax")),
            ("limit", known("MemoryLimit")), ("available", known("MemoryAvailable")),
        ];
        var set = limits.Where(l => l.Amount is not null && (l.Amount > 0 || l.Word is not ("min" or "low"))).Select(l => $"{Text.Current.Limit(l.Word)}: {Sizes.Format(l.Amount!.Value)}").ToList();
        return set.Count > 0 ? $" ({string.Join(' ', set)})" : "";
    }
}
