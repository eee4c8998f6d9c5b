using System.Collections.Immutable;
using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>Block devices in systemd.resource-control(5): weights, limits and latencies, also under their names of cgroup v1.</summary>
internal static partial class DirectiveTable
{
    private static IEnumerable<DirectiveRow> IoRows() =>
    [
        Weight("IOWeight", "Invalid weight", 1, 10_000, (c, v) => c with { Io = IoOf(c) with { Weight = v } }),
        Weight("StartupIOWeight", "Invalid weight", 1, 10_000, (c, v) => c with { Io = IoOf(c) with { StartupWeight = v } }),
        Weight("BlockIOWeight", "Invalid block IO weight", 10, 1000, (c, v) => c with { Io = IoOf(c) with { BlockWeight = v } }),
        Weight("StartupBlockIOWeight", "Invalid block IO weight", 10, 1000, (c, v) => c with { Io = IoOf(c) with { StartupBlockWeight = v } }),
        Counted("IOAccounting", (c, on) => c with { Io = IoOf(c) with { Accounting = on } }),
        Counted("BlockIOAccounting", (c, on) => c with { Io = IoOf(c) with { BlockAccounting = on } }),
        Io("IODeviceWeight", (r, io) => PerDevice(r, "device path", "weight") is not var (path, text) ? io with { DeviceWeights = r.IsEmpty ? [] : io.DeviceWeights }
            : WeightOf(r, text, 1, 10_000, $"IO weight '{text}' invalid") is { } weight ? io with { DeviceWeights = io.DeviceWeights.Add(new(path, weight)) } : io),
        Io("IODeviceLatencyTargetSec", (r, io) => PerDevice(r, "device path", "latency") is not var (path, text) ? io with { Latencies = r.IsEmpty ? [] : io.Latencies }
            : LatencyOf(r, text) is { } usec ? io with { Latencies = io.Latencies.Add(new(path, usec)) } : io),
        IoLimit("IOReadBandwidthMax", (l, v) => l with { ReadBytes = v }),
        IoLimit("IOWriteBandwidthMax", (l, v) => l with { WriteBytes = v }),
        IoLimit("IOReadIOPSMax", (l, v) => l with { ReadOperations = v }),
        IoLimit("IOWriteIOPSMax", (l, v) => l with { WriteOperations = v }),
        Io("BlockIODeviceWeight", (r, io) =>
        {
            WarnOfV1(r, "IO*= settings");
            return PerDevice(r, "device node", "weight") is not var (path, text) ? io with { BlockDeviceWeights = r.IsEmpty ? [] : io.BlockDeviceWeights }
                : WeightOf(r, text, 10, 1000, $"Invalid block IO weight '{text}'") is { } weight ? io with { BlockDeviceWeights = io.BlockDeviceWeights.Add(new(path, weight)) } : io;
        }),
        BlockLimit("BlockIOReadBandwidth", (l, v) => l with { ReadBytes = v }),
        BlockLimit("BlockIOWriteBandwidth", (l, v) => l with { WriteBytes = v }),
    ];

    private static IoControl IoOf(ResourceControl control) => control.Io ?? new();

    private static DirectiveRow Io(string key, Func<Reading, IoControl, IoControl> read) => Controlled(key, (r, c) => c with { Io = read(r, IoOf(c)) });

    /// <summary>A path and the text behind it; null for an empty value, and after a warning.</summary>
    private static (string Path, string Text)? PerDevice(Reading r, string what, string value)
    {
        if (r.IsEmpty)
            return null;
        var reader = new WordReader(r.Value);
        var result = reader.Next(WordFlags.Unquote, out string word);
        if (result == WordResult.Invalid)
            r.Warn($"Failed to extract {what} and {value} from '{r.Value}', ignoring.");
        else if (result == WordResult.End || reader.Rest.Length == 0)
            r.Warn($"Invalid {what} or {value} specified in '{r.Value}', ignoring.");
        else if (!r.Specifiers.TryPath(word, out string resolved, out string error))
            r.Warn($"Failed to resolve unit specifiers in '{word}', ignoring: {error}");
        else if (PlainPath(r, resolved) is { } path)
            return (path, reader.Rest);
        return null;
    }

    /// <summary>Relative ones too: they name nothing.</summary>
    private static string? PlainPath(Reading r, string path) => r.CheckedPath(path, absolute: Paths.IsAbsolute(path));

    private static ulong? WeightOf(Reading r, string text, ulong min, ulong max, string message)
    {
        var error = WeightIn(text, min, max, out ulong weight);
        if (error == ParseError.None)
            return weight;
        r.Warn($"{message}, ignoring: {Words(error)}");
        return null;
    }

    private static ulong? LatencyOf(Reading r, string text)
    {
        if (TimeSpans.TryParse(text, out ulong usec))
            return usec;
        r.Warn($"Failed to parse timer value, ignoring: {text}");
        return null;
    }

    private static DirectiveRow IoLimit(string key, Func<DeviceLimit, ulong, DeviceLimit> set) => Io(key, (r, io) =>
    {
        if (r.IsEmpty)
            return io with { Limits = [.. io.Limits.Select(l => set(l, ulong.MaxValue))] };
        if (PerDevice(r, "device node", "bandwidth") is not var (path, text))
            return io;
        ulong amount = ulong.MaxValue;
        if (text == "infinity" || (Sizes.Read(text, out amount, thousand: true) == ParseError.None && amount > 0))
            return io with { Limits = With(io.Limits, path, l => set(l, amount)) };
        r.Warn($"Invalid IO limit '{text}', ignoring.");
        return io;
    });

    private static DirectiveRow BlockLimit(string key, Func<DeviceLimit, ulong, DeviceLimit> set) => Io(key, (r, io) =>
    {
        WarnOfV1(r, "IO*= settings");
        if (r.IsEmpty)
            return io with { BlockLimits = [.. io.BlockLimits.Select(l => l with { ReadBytes = ulong.MaxValue, WriteBytes = ulong.MaxValue })] };
        if (PerDevice(r, "device node", "bandwidth") is not var (path, text))
            return io;
        if (Sizes.Read(text, out ulong amount, thousand: true) == ParseError.None && amount > 0)
            return io with { BlockLimits = With(io.BlockLimits, path, l => set(l, amount)) };
        r.Warn($"Invalid Block IO Bandwidth '{text}', ignoring.");
        return io;
    });

    /// <summary>One limit for each device, in the order of their first mention.</summary>
    private static ImmutableArray<DeviceLimit> With(ImmutableArray<DeviceLimit> limits, string path, Func<DeviceLimit, DeviceLimit> change)
    {
        for (int i = 0; i < limits.Length; i++)
            if (limits[i].Path == path)
                return limits.SetItem(i, change(limits[i]));
        return limits.Add(change(new(path)));
    }
}
