using System.Globalization;

namespace Sereno.Connect;

/// <summary>Short times with three digits that count: 42us, 1.25ms, 12.5ms, 3.05s.</summary>
internal static class Durations
{
    public static string Of(TimeSpan time) => Of((long)time.TotalMicroseconds);

    public static string Of(long microseconds) => microseconds switch
    {
        < 1000 => $"{microseconds}us",
        < 1_000_000 => Digits(microseconds / 1e3) + "ms",
        _ => Digits(microseconds / 1e6) + "s",
    };

    private static string Digits(double value) => value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
