using System.Globalization;

namespace Sereno.Units.Values;

/// <summary>Why a value was refused: malformed (EINVAL) or out of range (ERANGE).</summary>
public enum ParseError { None, Invalid, Range }

/// <summary>Whole numbers as strtoul(3) with base 0 reads them: <c>0x</c>, <c>0b</c>, <c>0o</c> and a leading zero choose the radix.</summary>
public static class Integers
{
    public static ParseError ReadUnsigned(string text, ulong max, out ulong value, int radix = 0)
    {
        value = 0;
        var digits = text.AsSpan().TrimStart(" \t\n\r");
        if (digits is ['+', ..])
            digits = digits[1..];
        if (digits is ['-', ..])
            return digits.Length < 2 || !char.IsAsciiDigit(digits[1]) || ReadUnsigned(digits[1..].ToString(), ulong.MaxValue, out ulong magnitude, radix) is var error && error == ParseError.Invalid ? ParseError.Invalid
                : error == ParseError.None && magnitude == 0 ? ParseError.None : ParseError.Range;
        if (radix == 0)
        {
            (radix, int prefix) = digits switch
            {
                ['0', 'x' or 'X', _, ..] => (16, 2),
                ['0', 'b' or 'B', _, ..] => (2, 2),
                ['0', 'o' or 'O', _, ..] => (8, 2),
                ['0', _, ..] => (8, 1),
                _ => (10, 0),
            };
            digits = digits[prefix..];
        }
        if (digits.IsEmpty)
            return ParseError.Invalid;
        bool overflow = false;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : 99;
            if (digit >= radix)
                return ParseError.Invalid;
            UInt128 next = (UInt128)value * (uint)radix + (uint)digit;
            overflow |= next > ulong.MaxValue;
            value = (ulong)next;
        }
        if (overflow || value > max)
        {
            value = 0;
            return ParseError.Range;
        }
        return ParseError.None;
    }

    public static ParseError ReadSigned(string text, int min, int max, out int value)
    {
        value = 0;
        var trimmed = text.AsSpan().TrimStart(" \t\n\r");
        bool negative = trimmed is ['-', ..];
        if (negative)
            trimmed = trimmed[1..];
        if (negative && (trimmed.IsEmpty || !char.IsAsciiDigit(trimmed[0])))
            return ParseError.Invalid;
        var error = ReadUnsigned(trimmed.ToString(), long.MaxValue, out ulong magnitude);
        if (error != ParseError.None)
            return error;
        long number = negative ? -(long)magnitude : (long)magnitude;
        if (number < min || number > max)
            return ParseError.Range;
        value = (int)number;
        return ParseError.None;
    }

    /// <summary>An octal file mode up to 07777; signs are refused.</summary>
    public static bool TryMode(string text, out uint mode)
    {
        mode = 0;
        if (text.TrimStart() is ['+' or '-', ..] || ReadUnsigned(text, 4095, out ulong value, 8) != ParseError.None)
            return false;
        mode = (uint)value;
        return true;
    }

    internal static string Format(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
