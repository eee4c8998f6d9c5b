using Sereno.Units.Values;

namespace Sereno.Texts;

/// <summary>Distances in time as a person says them: as roughly as Timestamps.Relative.</summary>
internal static class SpanishTimes
{
    public static string? Relative(ulong usec, ulong now)
    {
        if (usec is 0 or ulong.MaxValue)
            return null;
        ulong span = now > usec ? now - usec : usec - now;
        return span == 0 ? "ahora" : $"{(now > usec ? "hace" : "dentro de")} {Rough(span)}";
    }

    /// <summary>The words in a span of Times.Ago.</summary>
    public static string Words(string span) => span.Replace(" days", " días").Replace(" day", " día").Replace(" weeks", " semanas").Replace(" week", " semana")
        .Replace(" months", " meses").Replace(" month", " mes").Replace(" years", " años").Replace(" year", " año");

    private static string Rough(ulong span) => span switch
    {
        >= TimeSpans.Year => $"{Count(span / TimeSpans.Year, "año", "años")} {Count(span % TimeSpans.Year / TimeSpans.Month, "mes", "meses")}",
        >= TimeSpans.Month => $"{Count(span / TimeSpans.Month, "mes", "meses")} {Count(span % TimeSpans.Month / TimeSpans.Day, "día", "días")}",
        >= TimeSpans.Week => $"{Count(span / TimeSpans.Week, "semana", "semanas")} {Count(span % TimeSpans.Week / TimeSpans.Day, "día", "días")}",
        >= 2 * TimeSpans.Day => $"{span / TimeSpans.Day} días",
        >= 25 * TimeSpans.Hour => $"1 día {(span - TimeSpans.Day) / TimeSpans.Hour}h",
        >= 6 * TimeSpans.Hour => $"{span / TimeSpans.Hour}h",
        >= TimeSpans.Hour => $"{span / TimeSpans.Hour}h {span % TimeSpans.Hour / TimeSpans.Minute}min",
        >= 5 * TimeSpans.Minute => $"{span / TimeSpans.Minute}min",
        >= TimeSpans.Minute => $"{span / TimeSpans.Minute}min {span % TimeSpans.Minute / TimeSpans.Second}s",
        >= TimeSpans.Second => $"{span / TimeSpans.Second}s",
        >= 1000 => $"{span / 1000}ms",
        _ => $"{span}us",
    };

    private static string Count(ulong count, string one, string many) => $"{count} {(count == 1 ? one : many)}";
}
