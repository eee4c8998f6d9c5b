namespace Sereno.Units.Values;

/// <summary>Time spans of systemd.time(7), in microseconds; <see cref="ulong.MaxValue"/> is <c>infinity</c>.</summary>
public static partial class TimeSpans
{
    public const ulong Second = 1_000_000, Minute = 60 * Second, Hour = 60 * Minute, Day = 24 * Hour, Week = 7 * Day;

    /// <summary>A twelfth of a year of 365.25 days.</summary>
    public const ulong Month = 2_629_800 * Second, Year = 31_557_600 * Second;

    /// <summary>Longest first where one begins with another.</summary>
    private static readonly (string Suffix, ulong Usec)[] s_units =
    [
        ("seconds", Second), ("second", Second), ("sec", Second), ("s", Second),
        ("minutes", Minute), ("minute", Minute), ("min", Minute), ("months", Month), ("month", Month), ("M", Month),
        ("msec", 1000), ("ms", 1000), ("m", Minute),
        ("hours", Hour), ("hour", Hour), ("hr", Hour), ("h", Hour), ("days", Day), ("day", Day), ("d", Day),
        ("weeks", Week), ("week", Week), ("w", Week), ("years", Year), ("year", Year), ("y", Year),
        ("usec", 1), ("us", 1), ("\u03bcs", 1), ("\u00b5s", 1),
    ];

    public static bool TryParse(string text, out ulong usec) => Read(text, Second, out usec) == ParseError.None;

    /// <param name="unit">What a number without a unit counts, in microseconds.</param>
    public static ParseError Read(string text, ulong unit, out ulong usec)
    {
        usec = 0;
        var rest = Blank(text);
        if (rest.StartsWith("infinity") && Blank(rest["infinity".Length..]).IsEmpty)
        {
            usec = ulong.MaxValue;
            return ParseError.None;
        }
        ulong total = 0;
        bool any = false;
        for (rest = Blank(rest); !rest.IsEmpty || !any; rest = Blank(rest))
        {
            var error = Term(ref rest, unit, ref total);
            if (error != ParseError.None)
                return error;
            any = true;
        }
        usec = total;
        return ParseError.None;
    }

    /// <summary>One number with its unit: <c>1.5h</c>.</summary>
    private static ParseError Term(scoped ref ReadOnlySpan<char> text, ulong multiplier, scoped ref ulong total)
    {
        if (text is ['-', ..])
            return ParseError.Range;
        var digits = text is ['+', ..] ? text[1..] : text;
        int length = Digits(digits);
        bool point = digits[length..] is ['.', ..] && (length > 0 || text is not ['+', ..]);
        if (length == 0 && !point)
            return ParseError.Invalid;
        UInt128 whole = 0;
        foreach (char c in digits[..length])
            if ((whole = whole * 10 + (uint)(c - '0')) > long.MaxValue)
                return ParseError.Range;

        var after = digits[(length + (point ? 1 : 0))..];
        var fraction = point ? after[..Digits(after)] : default;
        after = after[fraction.Length..];
        var rest = Unit(Blank(after), ref multiplier, out bool found);
        // Not "12.34.56", but "12.34 .56" and "12.34s.56".
        if (!found && rest.Length == after.Length && !rest.IsEmpty)
            return ParseError.Invalid;
        if (whole >= ulong.MaxValue / multiplier || (ulong)whole * multiplier >= ulong.MaxValue - total)
            return ParseError.Range;
        total += (ulong)whole * multiplier;
        if (point && fraction.IsEmpty)
            return ParseError.Invalid;
        for (ulong part = multiplier / 10; !fraction.IsEmpty; fraction = fraction[1..], part /= 10)
        {
            ulong tenth = (ulong)(fraction[0] - '0') * part;
            if (tenth >= ulong.MaxValue - total)
                return ParseError.Range;
            total += tenth;
        }
        text = rest;
        return ParseError.None;
    }

    private static ReadOnlySpan<char> Unit(ReadOnlySpan<char> text, scoped ref ulong multiplier, scoped out bool found)
    {
        foreach (var (suffix, usec) in s_units)
            if (text.StartsWith(suffix, StringComparison.Ordinal))
            {
                multiplier = usec;
                found = true;
                return text[suffix.Length..];
            }
        found = false;
        return text;
    }

    private static int Digits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;

    private static ReadOnlySpan<char> Blank(ReadOnlySpan<char> text) => text.TrimStart(" \t\n\r");
}
