namespace Sereno.Units.Values;

/// <summary>Sizes in bytes with the suffixes B K M G T P E (1024), largest first: <c>1G 500M</c>, <c>1.5K</c>.</summary>
public static class Sizes
{
    private const string Suffixes = "EPTGMKB";

    /// <param name="thousand">Suffixes stand for powers of 1000.</param>
    public static ParseError Read(string text, out ulong bytes, bool thousand = false)
    {
        bytes = 0;
        UInt128 total = 0;
        var rest = text.AsSpan();
        int allowed = 0;
        do
        {
            rest = rest.TrimStart(" \t\n\r");
            if (rest is ['-', ..])
                return rest.Length > 1 && char.IsAsciiDigit(rest[1]) ? ParseError.Range : ParseError.Invalid;
            if (rest is ['+', ..])
                rest = rest[1..];
            int length = Digits(rest);
            if (length == 0)
                return ParseError.Invalid;
            if (!ulong.TryParse(rest[..length], out ulong whole))
                return ParseError.Range;
            rest = rest[length..];
            double fraction = 0;
            if (rest is ['.', ..])
            {
                rest = rest[1..];
                length = Digits(rest);
                if (length > 0 && !double.TryParse("0." + rest[..length].ToString(), out fraction))
                    return ParseError.Invalid;
                rest = rest[length..];
            }
            rest = rest.TrimStart(" \t\n\r");

            // No suffix is a suffix too, and the last.
            int index = rest.IsEmpty ? Suffixes.Length : Suffixes.IndexOf(rest[0]);
            if (index < 0)
                index = Suffixes.Length;
            if (index < allowed || index > Suffixes.Length || (index == Suffixes.Length && allowed > Suffixes.Length))
                return ParseError.Invalid;
            UInt128 factor = 1;
            for (int i = index; i < Suffixes.Length - 1; i++)
                factor *= thousand ? 1000u : 1024u;
            total += whole * factor + (ulong)(fraction * (double)factor);
            if (total > ulong.MaxValue)
                return ParseError.Range;
            if (index < Suffixes.Length)
                rest = rest[1..];
            allowed = index + 1;
        }
        while (!rest.IsEmpty);
        bytes = (ulong)total;
        return ParseError.None;
    }

    /// <summary>As systemctl shows amounts: <c>1.5K</c>, <c>8.0M</c>, <c>999B</c>; cut off after one digit, not rounded.</summary>
    public static string Format(ulong bytes)
    {
        for (int i = 0; i < Suffixes.Length - 1; i++)
        {
            ulong factor = 1ul << (10 * (Suffixes.Length - 1 - i));
            if (bytes >= factor)
                return $"{bytes / factor}.{(ulong)((UInt128)(bytes % factor) * 10 / factor)}{Suffixes[i]}";
        }
        return $"{bytes}B";
    }

    private static int Digits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;
}
