namespace Sereno.Units.Values;

/// <summary>What strptime(3) reads of dates, as far as timestamps need it.</summary>
internal static class DateForm
{
    private static readonly string[] s_months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    /// <returns>How many characters were read; null when the text hasn't that form.</returns>
    public static int? Read(string form, ReadOnlySpan<char> text, ref CivilTime time)
    {
        var rest = text;
        foreach (char c in form)
        {
            switch (c)
            {
                case ' ':
                    rest = rest.TrimStart(" \t\n\v\f\r");
                    continue;
                case '-' or ':':
                    if (rest.IsEmpty || rest[0] != c)
                        return null;
                    rest = rest[1..];
                    continue;
                case 'b':
                    int month = Month(ref rest);
                    if (month == 0)
                        return null;
                    time.Month = month;
                    continue;
            }
            var (least, most, digits) = c switch { 'y' => (0, 99, 2), 'Y' => (0, 9999, 4), 'm' => (1, 12, 2), 'd' => (1, 31, 2), 'H' => (0, 23, 2), 'M' => (0, 59, 2), _ => (0, 61, 2) };
            if (Number(ref rest, least, most, digits) is not { } number)
                return null;
            time = c switch
            {
                'y' => time with { Year = number >= 69 ? number + 1900 : number + 2000 },
                'Y' => time with { Year = number },
                'm' => time with { Month = number },
                'd' => time with { Day = number },
                'H' => time with { Hour = number },
                'M' => time with { Minute = number },
                _ => time with { Second = number },
            };
        }
        return text.Length - rest.Length;
    }

    private static int Month(ref ReadOnlySpan<char> text)
    {
        for (int month = 0; month < s_months.Length; month++)
            foreach (int length in (ReadOnlySpan<int>)[s_months[month].Length, 3])
                if (text.StartsWith(s_months[month].AsSpan(0, length), StringComparison.OrdinalIgnoreCase))
                {
                    text = text[length..];
                    return month + 1;
                }
        return 0;
    }

    /// <summary>Blanks before it are skipped; a digit that would make it too large is left for what follows.</summary>
    private static int? Number(ref ReadOnlySpan<char> text, int least, int most, int digits)
    {
        var rest = text.TrimStart(' ');
        int value = 0, count = 0;
        while (count < digits && count < rest.Length && char.IsAsciiDigit(rest[count]) && (count == 0 || value * 10 <= most))
            value = value * 10 + (rest[count++] - '0');
        if (count == 0 || value < least || value > most)
            return null;
        text = rest[count..];
        return value;
    }
}
