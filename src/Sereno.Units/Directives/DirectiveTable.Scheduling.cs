using System.Globalization;
using Sereno.Units.Load;
using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>Processors, memory nodes, priorities and the like (systemd.exec(5), "Scheduling" and "Process Properties").</summary>
internal static partial class DirectiveTable
{
    private const int IoClassShift = 13, DefaultIoPriority = 2 << IoClassShift | 4; // best effort, 4

    private static readonly string[] s_ioClasses = ["none", "realtime", "best-effort", "idle"];
    private static readonly string[] s_numaPolicies = ["default", "preferred", "bind", "interleave", "local"];

    private static readonly string[] s_coredumpParts =
    [
        "private-anonymous", "shared-anonymous", "private-file-backed", "shared-file-backed", "elf-headers", "private-huge", "shared-huge",
        "private-dax", "shared-dax",
    ];

    private static DirectiveRow Scheduling(string key, Func<Reading, SchedulingContext, SchedulingContext> set) =>
        Enforced("Service", key, r => r.Unit.Exec = r.Unit.Exec with { Scheduling = set(r, r.Unit.Exec.Scheduling) });

    private static IEnumerable<DirectiveRow> SchedulingRows()
    {
        yield return Scheduling("CPUSchedulingPolicy", ReadCpuPolicy);
        yield return Scheduling("CPUSchedulingPriority", ReadCpuPriority);
        yield return Scheduling("CPUSchedulingResetOnFork", (r, s) => s with { ResetOnFork = r.Boolean() ?? s.ResetOnFork });
        yield return Scheduling("CPUAffinity", ReadAffinity);
        yield return Scheduling("NUMAPolicy", ReadNumaPolicy);
        yield return Scheduling("NUMAMask", ReadNumaMask);
        yield return Scheduling("IOSchedulingClass", ReadIoClass);
        yield return Scheduling("IOSchedulingPriority", ReadIoPriority);
        yield return Scheduling("TimerSlackNSec", ReadTimerSlack);
        yield return Scheduling("CoredumpFilter", ReadCoredumpFilter);
        yield return Scheduling("Personality", ReadPersonality);
        yield return Exec("KeyringMode", (r, e) => r.Unit.Exec = e with { KeyringMode = (KeyringMode?)r.OneOf(["inherit", "private", "shared"], "Failed to parse keyring mode") ?? e.KeyringMode });
        yield return Ignored("Service", "UtmpIdentifier", "utmp and wtmp are not written", r => r.Expanded());
        yield return Ignored("Service", "UtmpMode", "utmp and wtmp are not written", r => r.OneOf(["init", "login", "user"], "Failed to parse utmp mode"));
    }

    private static SchedulingContext ReadCpuPolicy(Reading r, SchedulingContext s)
    {
        if (r.IsEmpty)
            return s with { HasCpuScheduling = false, CpuPolicy = 0, CpuPriority = 0 };
        int? policy = r.Value switch
        {
            "other" => (int)CpuPolicy.Other,
            "fifo" => (int)CpuPolicy.Fifo,
            "rr" => (int)CpuPolicy.RoundRobin,
            "batch" => (int)CpuPolicy.Batch,
            "idle" => (int)CpuPolicy.Idle,
            _ => Integers.ReadSigned(r.Value, 0, int.MaxValue, out int number) == ParseError.None ? number : null,
        };
        if (policy is null)
        {
            r.Warn($"Failed to parse CPU scheduling policy, ignoring: {r.Value}");
            return s;
        }
        bool realtime = policy is (int)CpuPolicy.Fifo or (int)CpuPolicy.RoundRobin;
        return s with { HasCpuScheduling = true, CpuPolicy = policy.Value, CpuPriority = realtime ? Math.Clamp(s.CpuPriority, 1, 99) : 0 };
    }

    private static SchedulingContext ReadCpuPriority(Reading r, SchedulingContext s)
    {
        if (Integers.ReadSigned(r.Value, int.MinValue, int.MaxValue, out int priority) != ParseError.None)
            r.Warn($"Failed to parse CPU scheduling priority, ignoring: {r.Value}");
        else if (priority is < 0 or > 99)
            r.Warn($"CPU scheduling priority is out of range, ignoring: {r.Value}");
        else
            return s with { HasCpuScheduling = true, CpuPriority = priority };
        return s;
    }

    private static SchedulingContext ReadAffinity(Reading r, SchedulingContext s)
    {
        if (r.Value == "numa")
            return s with { AffinityFromNuma = true, Affinity = null };
        return r.Expanded() is { } text && ReadIndexes(r, text, s.Affinity, out var set) ? s with { Affinity = set, AffinityFromNuma = false } : s;
    }

    private static SchedulingContext ReadNumaPolicy(Reading r, SchedulingContext s)
    {
        if (r.IsEmpty)
            return s with { NumaPolicy = null };
        return s with { NumaPolicy = (NumaPolicy?)r.OneOf(s_numaPolicies, "Invalid NUMA policy type") ?? s.NumaPolicy };
    }

    private static SchedulingContext ReadNumaMask(Reading r, SchedulingContext s)
    {
        if (r.Value == "all")
            return s with { AllNodes = true };
        if (ReadIndexes(r, r.Value, s.NumaMask, out var set))
            return s with { NumaMask = set, AllNodes = set is not null && s.AllNodes };
        r.Warn($"Failed to parse NUMA node mask, ignoring: {r.Value}");
        return s;
    }

    /// <summary>Numbers and ranges, with commas or blanks between, added to what there is; empty empties.</summary>
    private static bool ReadIndexes(Reading r, string text, IndexSet? before, out IndexSet? set)
    {
        set = null;
        var indexes = new List<int>();
        bool any = false;
        var reader = new WordReader(text);
        while (reader.Next(WordFlags.Unquote, out string word, " \t\n\r,") is not WordResult.End and var result)
        {
            if (result == WordResult.Invalid)
            {
                r.Error($"Invalid value for {r.Key}: {text}");
                return false;
            }
            any = true;
            int dash = word.IndexOf('-');
            if (Integers.ReadUnsigned(dash < 0 ? word : word[..dash], uint.MaxValue, out ulong first) != ParseError.None
                || Integers.ReadUnsigned(dash < 0 ? word : word[(dash + 1)..], uint.MaxValue, out ulong last) != ParseError.None)
            {
                r.Error($"Failed to parse CPU affinity '{word}'");
                return false;
            }
            if (first > last)
                r.Warn($"Range '{word}' is invalid, {first} > {last}, ignoring.");
            else if (last >= IndexSet.Max)
            {
                r.Error($"Cannot add CPU {last} to set: Numerical result out of range");
                return false;
            }
            else
                indexes.AddRange(Enumerable.Range((int)first, (int)(last - first) + 1));
        }
        if (any)
            set = before is null ? IndexSet.Of(indexes) : before.Union(IndexSet.Of(indexes));
        return true;
    }

    private static SchedulingContext ReadIoClass(Reading r, SchedulingContext s)
    {
        if (r.IsEmpty)
            return s with { IoPriority = null };
        int index = Array.IndexOf(s_ioClasses, r.Value);
        if (index < 0 && Integers.ReadSigned(r.Value, 0, 7, out index) != ParseError.None)
        {
            r.Warn($"Failed to parse IO scheduling class, ignoring: {r.Value}");
            return s;
        }
        int level = (s.IoPriority ?? DefaultIoPriority) & 7;
        return s with { IoPriority = index == 0 ? DefaultIoPriority : index << IoClassShift | level };
    }

    private static SchedulingContext ReadIoPriority(Reading r, SchedulingContext s)
    {
        if (r.IsEmpty)
            return s with { IoPriority = null };
        if (Integers.ReadSigned(r.Value, 0, 7, out int level) == ParseError.None)
            return s with { IoPriority = (s.IoPriority ?? DefaultIoPriority) >> IoClassShift << IoClassShift | level };
        r.Warn($"Failed to parse IO priority, ignoring: {r.Value}");
        return s;
    }

    private static SchedulingContext ReadTimerSlack(Reading r, SchedulingContext s)
    {
        if (NanoTimeSpans.TryParse(r.Value, out ulong nsec))
            return s with { TimerSlackNsec = nsec == ulong.MaxValue ? null : nsec };
        r.Warn($"Failed to parse nsec value, ignoring: {r.Value}");
        return s;
    }

    private static SchedulingContext ReadCoredumpFilter(Reading r, SchedulingContext s)
    {
        if (r.IsEmpty)
            return s with { CoredumpFilter = null };
        ulong mask = 0;
        foreach (string word in WordReader.Split(r.Value, WordFlags.None) ?? ["?"])
        {
            string digits = word.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? word[2..] : word;
            if (word == "default")
                mask |= 0x33; // core(5): private and shared anonymous, ELF headers, private huge pages
            else if (word == "all")
                mask = uint.MaxValue;
            else if (Array.IndexOf(s_coredumpParts, word) is >= 0 and var part)
                mask |= 1ul << part;
            else if (ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits))
                mask |= bits;
            else
            {
                r.Warn($"Failed to parse the CoredumpFilter={r.Value}, ignoring: Invalid argument");
                return s;
            }
        }
        return s with { CoredumpFilter = (s.CoredumpFilter ?? 0) | mask };
    }

    /// <summary>The machine's own, or the one of its narrower sibling.</summary>
    private static SchedulingContext ReadPersonality(Reading r, SchedulingContext s)
    {
        string native = HostFacts.ArchitectureName();
        string? secondary = native switch { "x86-64" => "x86", "arm64" => "arm", _ => null };
        if (r.IsEmpty)
            return s with { Personality = null };
        if (r.Value == native)
            return s with { Personality = 0 };
        if (r.Value == secondary)
            return s with { Personality = 8 }; // PER_LINUX32
        r.Warn($"Failed to parse personality, ignoring: {r.Value}");
        return s;
    }
}
