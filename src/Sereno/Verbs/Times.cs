using System.Text;

namespace Sereno.Verbs;

/// <summary>Times and spans as systemctl writes them (systemd.time(7)); arguments in microseconds.</summary>
public static class Times
{
    private static readonly (string Name, ulong Usec)[] s_units =
    [
        ("y", 31_557_600_000_000), ("month", 2_629_800_000_000), ("w", 604_800_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000),
        ("s", 1_000_000), ("ms", 1000), ("us", 1),
    ];

    /// <summary>"Sun 2026-11-22 16:00:00 UTC"</summary>
    public static string Full(ulong realtime)
    {
        var time = DateTimeOffset.UnixEpoch.AddTicks((long)realtime * 10).ToLocalTime();
        return $"{time:ddd yyyy-MM-dd HH:mm:ss} {Zone(time)}";
    }

    /// <summary>"1min 30s"; everything that isn't zero.</summary>
    public static string Span(ulong usec)
    {
        if (usec == 0)
            return "0";
        var result = new StringBuilder();
        foreach (var (name, length) in s_units)
            if (usec >= length)
            {
                result.Append(result.Length > 0 ? " " : "").Append(usec / length).Append(name);
                usec %= length;
            }
        return result.ToString();
    }

    /// <summary>How long ago, in the two largest units; seconds are enough.</summary>
    public static string Ago(ulong usec)
    {
        if (usec < 1_000_000)
            return $"{usec / 1000}ms";
        var parts = new List<string>();
        foreach (var (name, length) in s_units)
            if (usec >= length && length >= 1_000_000 && parts.Count < 2)
            {
                ulong count = usec / length;
                parts.Add($"{count}{name switch { "d" => count == 1 ? " day" : " days", "w" => count == 1 ? " week" : " weeks", "month" => count == 1 ? " month" : " months", "y" => count == 1 ? " year" : " years", _ => name }}");
                usec %= length;
            }
        return string.Join(' ', parts);
    }

    private static string Zone(DateTimeOffset time)
    {
        var zone = TimeZoneInfo.Local;
        string name = zone.IsDaylightSavingTime(time) ? zone.DaylightName : zone.StandardName;
        return zone.BaseUtcOffset == TimeSpan.Zero && !zone.SupportsDaylightSavingTime ? "UTC" : name.Contains(' ') || name.Length == 0 ? time.ToString("zzz") : name;
    }
}
