using Sereno.Journal.Intake;
using Sereno.Journal.Keep;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Roles;

/// <summary>journald.conf(5) and its drop-ins. What can't be read is said and left as it was, as systemd does.</summary>
public static class JournalConfiguration
{
    private static readonly string[] s_levels = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

    /// <param name="paths">In the order in which they are read; those that aren't there don't count.</param>
    public static JournalOptions Read(IEnumerable<string> paths, JournalOptions defaults)
    {
        var complaints = new List<string>();
        var options = defaults;
        foreach (string path in paths)
        {
            byte[] bytes;
            try
            {
                bytes = File.ReadAllBytes(path);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                continue;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                complaints.Add($"cannot read {path}: {e.Message}");
                continue;
            }
            string section = "";
            foreach (var line in UnitText.Parse(bytes))
                if (line.Kind == LineKind.Section)
                    section = line.Key;
                else if (line.Kind != LineKind.Assignment)
                    complaints.Add($"{path}:{line.Line}: no assignment, ignoring: {line.Value}");
                else if (section == "Journal")
                    options = Set(options, line.Key, line.Value, problem => complaints.Add($"{path}:{line.Line}: {problem}"));
        }
        return options with { Complaints = complaints };
    }

    private static JournalOptions Set(JournalOptions o, string key, string value, Action<string> complain)
    {
        switch (key)
        {
            case "Storage":
                return Enum.TryParse(value, ignoreCase: true, out JournalStorage storage) && !char.IsAsciiDigit(value[0]) ? o with { Storage = storage } : Bad();
            case "SplitMode":
                return Enum.TryParse(value, ignoreCase: true, out JournalSplit split) && !char.IsAsciiDigit(value[0]) ? o with { Split = split } : Bad();
            case "Compress":
                return Booleans.Parse(value) is { } on ? o with { CompressFrom = on ? 512 : null } : Size() is { } from ? o with { CompressFrom = Math.Max(from, 8) } : o;
            case "ReadKMsg":
                return Flag() is { } kernel ? o with { ReadsKernel = kernel } : o;
            case "Seal":
                if (Flag() is true)
                    complain("Seal= has no effect: files aren't sealed, as without keys made by journalctl --setup-keys");
                return o;
            case "Audit":
                if (Flag() is true)
                    complain("Audit= has no effect: the kernel's audit messages aren't read");
                return o;
            case "SyncIntervalSec":
                return Seconds() is { } sync ? o with { SyncInterval = sync } : o;
            case "RateLimitInterval" or "RateLimitIntervalSec":
                return Seconds() is { } interval ? o with { RateLimitInterval = interval } : o;
            case "RateLimitBurst":
                return Number() is { } burst ? o with { RateLimitBurst = (uint)Math.Min(burst, uint.MaxValue) } : o;
            case "SystemMaxUse" or "SystemMaxFileSize" or "SystemKeepFree" or "SystemMaxFiles":
                return o with { System = Limit(o.System, key["System".Length..]) };
            case "RuntimeMaxUse" or "RuntimeMaxFileSize" or "RuntimeKeepFree" or "RuntimeMaxFiles":
                return o with { Runtime = Limit(o.Runtime, key["Runtime".Length..]) };
            case "MaxRetentionSec":
                return Seconds() is { } retention ? o with { MaxRetention = retention } : o;
            case "MaxFileSec":
                return Seconds() is { } age ? o with { MaxFileAge = age } : o;
            case "LineMax":
                return Size() is { } max ? o with { LineMax = (int)Math.Clamp(max, Lines.LeastMax, Lines.MostMax) } : o;
            case "TTYPath":
                return o with { ConsolePath = value };
            case "MaxLevelStore":
                return Level() is { } store ? o with { MaxLevelStore = store } : o;
            case "ForwardToSyslog" or "MaxLevelSyslog":
                return o with { ToSyslog = Target(o.ToSyslog) };
            case "ForwardToKMsg" or "MaxLevelKMsg":
                return o with { ToKernel = Target(o.ToKernel) };
            case "ForwardToConsole" or "MaxLevelConsole":
                return o with { ToConsole = Target(o.ToConsole) };
            case "ForwardToWall" or "MaxLevelWall":
                return o with { ToWall = Target(o.ToWall) };
            default:
                complain($"Unknown key name '{key}' in section 'Journal', ignoring.");
                return o;
        }

        JournalOptions Bad()
        {
            complain($"Failed to parse {key}= value, ignoring: {value}");
            return o;
        }

        T? Or<T>(T? read) where T : struct
        {
            if (read is null)
                Bad();
            return read;
        }

        bool? Flag() => Or(Booleans.Parse(value));
        ulong? Seconds() => Or<ulong>(TimeSpans.TryParse(value, out ulong usec) ? usec : null);
        ulong? Size() => Or<ulong>(Sizes.Read(value, out ulong bytes) == ParseError.None ? bytes : null);
        ulong? Number() => Or<ulong>(Integers.ReadUnsigned(value, ulong.MaxValue, out ulong number) == ParseError.None ? number : null);
        int? Level() => Or<int>(Array.IndexOf(s_levels, value) is >= 0 and var index ? index
            : Integers.ReadUnsigned(value, 7, out ulong number) == ParseError.None ? (int)number : null);
        ForwardTarget Target(ForwardTarget target) => key.StartsWith("Forward", StringComparison.Ordinal)
            ? target with { IsOn = Flag() ?? target.IsOn } : target with { MaxLevel = Level() ?? target.MaxLevel };
        StorageLimits Limit(StorageLimits limits, string what) => what switch
        {
            "MaxUse" => limits with { MaxUse = Size() ?? limits.MaxUse },
            "MaxFileSize" => limits with { MaxFileSize = Size() ?? limits.MaxFileSize },
            "KeepFree" => limits with { KeepFree = Size() ?? limits.KeepFree },
            _ => limits with { MaxFiles = Number() ?? limits.MaxFiles },
        };
    }
}
