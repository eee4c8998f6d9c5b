using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>Devices in systemd.resource-control(5), and whose the control group is.</summary>
internal static partial class DirectiveTable
{
    private static readonly string[] s_controllers =
    [
        "cpu", "cpuacct", "cpuset", "io", "blkio", "memory", "devices", "pids",
        "bpf-firewall", "bpf-devices", "bpf-foreign", "bpf-socket-bind", "bpf-restrict-network-interfaces",
    ];

    private static IEnumerable<DirectiveRow> DeviceRows() =>
    [
        Enforced("Service", "DeviceAllow", ReadDevice),
        Controlled("DevicePolicy", (r, c) => (DevicePolicy?)r.OneOf(["auto", "closed", "strict"], "Failed to parse device policy") is { } policy ? c with { Devices = new() { Policy = policy } } : c),
    ];

    private static void ReadDevice(Reading r)
    {
        var list = r.Unit.ResourceLists.Devices;
        if (r.IsEmpty)
        {
            list.Clear();
            return;
        }
        var reader = new WordReader(r.Value);
        if (reader.Next(WordFlags.Unquote, out string word) != WordResult.Word)
            r.Warn($"Failed to extract device path and rights from '{r.Value}', ignoring.");
        else if (!r.Specifiers.TryPath(word, out string device, out string error))
            r.Warn($"Failed to resolve unit specifiers in '{word}', ignoring: {error}");
        else
        {
            if (!device.StartsWith("block-", StringComparison.Ordinal) && !device.StartsWith("char-", StringComparison.Ordinal))
            {
                if (PlainPath(r, device) is not { } path)
                    return;
                device = path;
                if (device != "/dev" && !device.StartsWith("/dev/", StringComparison.Ordinal) && !device.StartsWith("/run/systemd/inaccessible/", StringComparison.Ordinal))
                {
                    r.Warn($"Invalid device node path '{device}', ignoring.");
                    return;
                }
            }
            string rights = reader.Rest;
            if (rights.All(c => c is 'r' or 'w' or 'm'))
                list.Add(new(device, rights.Length == 0 ? "rwm" : rights));
            else
                r.Warn($"Invalid device rights '{rights}', ignoring.");
        }
    }

    private static IEnumerable<DirectiveRow> GroupRows() =>
    [
        Controlled("Delegate", ReadDelegate),
        Controlled("DisableControllers", (r, c) =>
        {
            if (r.IsEmpty)
                return c with { Disabled = Controllers.None };
            var disabled = WordReader.Split(r.Value, WordFlags.None) is { } words ? words.Aggregate(Controllers.None, (set, word) => set | (ControllerOf(word) ?? 0)) : 0;
            if (disabled == 0)
                r.Warn($"Invalid cgroup string: {r.Value}, ignoring");
            return c with { Disabled = c.Disabled | disabled };
        }),
        ManagedOom("ManagedOOMSwap", (r, o) => MayKill(r, o.OnSwap) is { } on ? o with { OnSwap = on } : o),
        ManagedOom("ManagedOOMMemoryPressure", (r, o) => MayKill(r, o.OnPressure) is { } on ? o with { OnPressure = on } : o),
        ManagedOom("ManagedOOMMemoryPressureLimit", (r, o) =>
        {
            if (r.IsEmpty)
                return o with { PressureLimit = 0 };
            // As a part of 2^32 - 1.
            if (Shares.Parse(r.Value) is { } share and <= 10_000)
                return o with { PressureLimit = (uint)((share * uint.MaxValue + 5000) / 10_000) };
            r.Warn($"Failed to parse memory pressure limit value, ignoring: {r.Value}");
            return o;
        }),
        Controlled("ManagedOOMPreference", (r, c) => (ManagedOomPreference?)r.OneOf(["none", "avoid", "omit"], "Failed to parse ManagedOOMPreference=") is { } preference
            ? c with { ManagedOom = (c.ManagedOom ?? new()) with { Preference = preference } } : c),
    ];

    private static Controllers? ControllerOf(string word) => Array.IndexOf(s_controllers, word) is >= 0 and var index ? (Controllers)(1 << index) : null;

    private static ResourceControl ReadDelegate(Reading r, ResourceControl c)
    {
        if (r.Unit.Name.Type is not (UnitType.Service or UnitType.Scope))
        {
            r.Warn("Delegate= setting not supported for this unit type, ignoring.");
            return c;
        }
        if (r.IsEmpty)
            return c with { Delegated = Controllers.None };
        if (Booleans.Parse(r.Value) is { } on)
            return c with { Delegated = on ? Controllers.Unified : null };
        var set = Controllers.None;
        var reader = new WordReader(r.Value);
        while (reader.Next(WordFlags.Unquote, out string word) is not WordResult.End and var result)
        {
            if (result == WordResult.Invalid)
            {
                r.Warn($"Invalid syntax, ignoring: {r.Value}");
                return c;
            }
            if (ControllerOf(word) is { } controller)
                set |= controller;
            else
                r.Warn($"Invalid controller name '{word}', ignoring");
        }
        return c with { Delegated = (c.Delegated ?? 0) | set };
    }

    private const string NoOomd = "systemd-oomd doesn't run here: nobody would act on it";

    /// <summary>Only for units that have processes, or units with processes below them.</summary>
    private static DirectiveRow ManagedOom(string key, Func<Reading, ManagedOom, ManagedOom> read) => Ignored("Service", key, NoOomd, r =>
    {
        if (r.Unit.Name.Type is not (UnitType.Service or UnitType.Scope or UnitType.Slice))
            r.Warn($"{key}= is not supported for this unit type, ignoring.");
        else
        {
            var c = r.Unit.Resources ?? new();
            r.Unit.Resources = c with { ManagedOom = read(r, c.ManagedOom ?? new()) };
        }
    });

    private static bool? MayKill(Reading r, bool before)
    {
        if (r.IsEmpty)
            return false;
        if (r.Value is "auto" or "kill")
            return r.Value == "kill";
        r.Warn($"Invalid syntax, ignoring: {r.Value}");
        return before;
    }
}
