namespace Sereno.Sockets.Filter;

/// <summary>Numbers as strtol(3) and scanf(3) of the C library read them: blanks and a sign before, 0x and 0 for base 16 and 8.</summary>
internal static class CNumber
{
    /// <summary>strtol or strtoul with base 0: the magnitude, saturated at <paramref name="limit"/>, and how many characters it took; 0 for none.</summary>
    private static int Read(ReadOnlySpan<char> text, UInt128 limit, out bool negative, out UInt128 magnitude)
    {
        int at = 0;
        while (at < text.Length && text[at] is ' ' or (>= '\t' and <= '\r'))
            at++;
        negative = at < text.Length && text[at] == '-';
        if (at < text.Length && text[at] is '-' or '+')
            at++;
        int numberBase = 10;
        if (at < text.Length && text[at] == '0')
        {
            bool hex = at + 2 < text.Length && text[at + 1] is 'x' or 'X' && char.IsAsciiHexDigit(text[at + 2]);
            numberBase = hex ? 16 : 8;
            at += hex ? 2 : 0;
        }
        magnitude = 0;
        int start = at;
        for (; at < text.Length && Digit(text[at]) < numberBase; at++)
            magnitude = UInt128.Min(magnitude * (uint)numberBase + (uint)Digit(text[at]), limit + 1);
        return at == start ? 0 : at;
    }

    /// <summary>A whole text that strtol(3) takes and that an int holds.</summary>
    public static bool TryInt(ReadOnlySpan<char> text, out int value)
    {
        int length = Read(text, ulong.MaxValue, out bool negative, out var magnitude);
        value = 0;
        if (length == 0 || length != text.Length || magnitude > (negative ? 0x8000_0000u : int.MaxValue))
            return false;
        value = (int)(negative ? -(long)magnitude : (long)magnitude);
        return true;
    }

    /// <summary>A whole text that strtoul(3) takes, up to <paramref name="limit"/>.</summary>
    public static bool TryUnsigned(ReadOnlySpan<char> text, uint limit, out uint value)
    {
        int length = Unsigned(text, out ulong number);
        value = (uint)number;
        return length != 0 && length == text.Length && number <= limit;
    }

    /// <summary>strtoul(3): a minus sign wraps around, too much saturates. The length read; 0 for no number.</summary>
    public static int Unsigned(ReadOnlySpan<char> text, out ulong value)
    {
        int length = Read(text, ulong.MaxValue, out bool negative, out var magnitude);
        value = magnitude > ulong.MaxValue ? ulong.MaxValue : negative ? 0 - (ulong)magnitude : (ulong)magnitude;
        return length;
    }

    /// <summary>scanf(3)'s %i into 32 bits: strtol's low half. glibc takes "0x" alone for zero.</summary>
    public static int Scan(ReadOnlySpan<char> text, out uint value)
    {
        int length = Read(text, ulong.MaxValue, out bool negative, out var magnitude);
        long number = magnitude > (negative ? 1ul << 63 : long.MaxValue)
            ? negative ? long.MinValue : long.MaxValue
            : negative ? unchecked(-(long)(ulong)magnitude) : (long)magnitude;
        value = unchecked((uint)number);
        if (length > 0 && length < text.Length && text[length] is 'x' or 'X' && text[length - 1] == '0' && (length == 1 || !char.IsAsciiHexDigit(text[length - 2])))
            length++;
        return length;
    }

    /// <summary>scanf(3)'s %u: decimal, whatever follows, the low half of what strtoul(3) gives.</summary>
    public static bool ScanDecimal(ReadOnlySpan<char> text, out uint value)
    {
        text = text.TrimStart(" \t\n\v\f\r");
        bool negative = text is ['-', ..];
        if (text is ['-' or '+', ..])
            text = text[1..];
        int digits = text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;
        if (!ulong.TryParse(text[..digits], out ulong number))
            number = ulong.MaxValue;
        value = (uint)(negative && number != ulong.MaxValue ? 0 - number : number);
        return digits > 0;
    }

    private static int Digit(char c) => char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiHexDigit(c) ? (c | 0x20) - 'a' + 10 : 99;
}
