using System.Globalization;

namespace Sereno.Units.Values;

/// <summary>Points in time of systemd.time(7), "Parsing Timestamps"; in microseconds since the epoch.</summary>
public static partial class Timestamps
{
    private static readonly string[] s_days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

    /// <summary>"Sun 2026-11-22 16:00:00 CET"; null for a time that isn't set.</summary>
    public static string? Format(ulong usec, Zone zone)
    {
        if (usec is 0 or ulong.MaxValue)
            return null;
        if (usec > CalendarEvent.MaxTimestamp)
            return "--- XXXX-XX-XX XX:XX:XX";
        long epoch = (long)(usec / TimeSpans.Second);
        var time = zone.ToCivil(epoch);
        string text = string.Create(CultureInfo.InvariantCulture,
            $"{s_days[time.Weekday]} {time.Year:D4}-{time.Month:D2}-{time.Day:D2} {time.Hour:D2}:{time.Minute:D2}:{time.Second:D2}");
        // Longer names don't fit in systemd's buffer.
        return zone.At(epoch).Name is { Length: > 0 and <= 13 } name ? text + " " + name : text;
    }

    /// <summary>"2h 5min ago", "3 days left"; null for a time that isn't set.</summary>
    public static string? Relative(ulong usec, ulong now)
    {
        if (usec is 0 or ulong.MaxValue)
            return null;
        ulong span = now > usec ? now - usec : usec - now;
        return span == 0 ? "now" : string.Create(CultureInfo.InvariantCulture, $"{Rough(span)} {(now > usec ? "ago" : "left")}");
    }

    private static string Rough(ulong span) => span switch
    {
        >= TimeSpans.Year => $"{Count(span / TimeSpans.Year, "year")} {Count(span % TimeSpans.Year / TimeSpans.Month, "month")}",
        >= TimeSpans.Month => $"{Count(span / TimeSpans.Month, "month")} {Count(span % TimeSpans.Month / TimeSpans.Day, "day")}",
        >= TimeSpans.Week => $"{Count(span / TimeSpans.Week, "week")} {Count(span % TimeSpans.Week / TimeSpans.Day, "day")}",
        >= 2 * TimeSpans.Day => $"{span / TimeSpans.Day} days",
        >= 25 * TimeSpans.Hour => $"1 day {(span - TimeSpans.Day) / TimeSpans.Hour}h",
        >= 6 * TimeSpans.Hour => $"{span / TimeSpans.Hour}h",
        >= TimeSpans.Hour => $"{span / TimeSpans.Hour}h {span % TimeSpans.Hour / TimeSpans.Minute}min",
        >= 5 * TimeSpans.Minute => $"{span / TimeSpans.Minute}min",
        >= TimeSpans.Minute => $"{span / TimeSpans.Minute}min {span % TimeSpans.Minute / TimeSpans.Second}s",
        >= TimeSpans.Second => $"{span / TimeSpans.Second}s",
        >= 1000 => $"{span / 1000}ms",
        _ => $"{span}us",
    };

    private static string Count(ulong count, string unit) => $"{count} {unit}{(count == 1 ? "" : "s")}";
}
