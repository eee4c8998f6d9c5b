namespace Sereno.Units.Values;

/// <summary>Time spans in nanoseconds, which is also what a number without a unit counts; <see cref="ulong.MaxValue"/> is <c>infinity</c>.</summary>
public static class NanoTimeSpans
{
    private const ulong Usec = 1000;

    /// <summary>Longest first where one begins with another; the units above nanoseconds are <see cref="TimeSpans"/>'.</summary>
    private static readonly (string Suffix, ulong Nsec)[] s_units =
    [
        ("seconds", TimeSpans.Second * Usec), ("second", TimeSpans.Second * Usec), ("sec", TimeSpans.Second * Usec), ("s", TimeSpans.Second * Usec),
        ("minutes", TimeSpans.Minute * Usec), ("minute", TimeSpans.Minute * Usec), ("min", TimeSpans.Minute * Usec),
        ("months", TimeSpans.Month * Usec), ("month", TimeSpans.Month * Usec), ("M", TimeSpans.Month * Usec),
        ("msec", 1000 * Usec), ("ms", 1000 * Usec), ("m", TimeSpans.Minute * Usec),
        ("hours", TimeSpans.Hour * Usec), ("hour", TimeSpans.Hour * Usec), ("hr", TimeSpans.Hour * Usec), ("h", TimeSpans.Hour * Usec),
        ("days", TimeSpans.Day * Usec), ("day", TimeSpans.Day * Usec), ("d", TimeSpans.Day * Usec),
        ("weeks", TimeSpans.Week * Usec), ("week", TimeSpans.Week * Usec), ("w", TimeSpans.Week * Usec),
        ("years", TimeSpans.Year * Usec), ("year", TimeSpans.Year * Usec), ("y", TimeSpans.Year * Usec),
        ("usec", Usec), ("us", Usec), ("\u03bcs", Usec), ("\u00b5s", Usec), ("nsec", 1), ("ns", 1),
    ];

    public static bool TryParse(string text, out ulong nsec)
    {
        nsec = 0;
        var rest = text.AsSpan().Trim(" \t\n\r");
        if (rest is "infinity")
        {
            nsec = ulong.MaxValue;
            return true;
        }
        if (rest.IsEmpty)
            return false;
        UInt128 total = 0;
        for (; !rest.IsEmpty; rest = rest.TrimStart(" \t\n\r"))
            if (!Term(ref rest, ref total) || total >= ulong.MaxValue)
                return false;
        nsec = (ulong)total;
        return true;
    }

    private static bool Term(ref ReadOnlySpan<char> rest, ref UInt128 total)
    {
        var digits = rest[..CountDigits(rest)];
        rest = rest[digits.Length..];
        ReadOnlySpan<char> fraction = default;
        bool hasPoint = rest is ['.', ..];
        if (hasPoint)
        {
            fraction = rest[1..][..CountDigits(rest[1..])];
            rest = rest[(1 + fraction.Length)..];
        }
        if (hasPoint ? fraction.IsEmpty : digits.IsEmpty)
            return false;
        if (!ulong.TryParse(digits.IsEmpty ? "0" : digits, out ulong whole) || whole > long.MaxValue)
            return false;
        ulong unit = Unit(ref rest);
        total += (UInt128)whole * unit;
        foreach (char digit in fraction)
            total += (unit /= 10) * (ulong)(digit - '0');
        return true;
    }

    private static int CountDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;

    private static ulong Unit(ref ReadOnlySpan<char> rest)
    {
        var unit = rest.TrimStart(" \t\n\r");
        foreach (var (suffix, nsec) in s_units)
            if (unit.StartsWith(suffix, StringComparison.Ordinal))
            {
                rest = unit[suffix.Length..];
                return nsec;
            }
        return 1;
    }
}
