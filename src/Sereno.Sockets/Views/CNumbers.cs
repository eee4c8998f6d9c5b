using System.Globalization;

namespace Sereno.Sockets.Views;

/// <summary>Floating-point numbers as C's printf(3) writes them: .NET rounds a tie away from zero, C to even.</summary>
public static class CNumbers
{
    // More digits than any double that stands exactly between two roundings has.
    private const int ExactDigits = 40;

    /// <summary>%.{precision}g: that many significant digits, without zeroes at the end.</summary>
    public static void AppendGeneral(this Utf8Buffer buffer, double number, int precision = 6)
    {
        Span<byte> digits = stackalloc byte[ExactDigits + 16];
        Sign(buffer, number);
        int exponent = Round(number, digits, precision, afterPoint: false);
        int length = digits[..precision].TrimEnd((byte)'0').Length;
        if (exponent < -4 || exponent >= precision)
        {
            AppendPoint(buffer, digits[..Math.Max(1, length)], 1);
            buffer.Append(exponent < 0 ? "e-"u8 : "e+"u8);
            if (Math.Abs(exponent) < 10)
                buffer.Append('0');
            buffer.Append(Math.Abs(exponent));
        }
        else
            AppendPoint(buffer, digits[..Math.Max(length, exponent + 1)], exponent + 1);
    }

    /// <summary>%.{decimals}f.</summary>
    public static void AppendFixed(this Utf8Buffer buffer, double number, int decimals)
    {
        Span<byte> digits = stackalloc byte[ExactDigits + 16];
        Sign(buffer, number);
        int exponent = Round(number, digits, decimals, afterPoint: true);
        int length = Math.Max(0, exponent + 1 + decimals);
        AppendPoint(buffer, digits[..Math.Min(length, digits.Length)], exponent + 1, decimals);
    }

    private static void Sign(Utf8Buffer buffer, double number)
    {
        if (double.IsNegative(number))
            buffer.Append('-');
    }

    /// <summary>Writes the digits of a number, rounded to <paramref name="wanted"/> of them, all told or behind the point; returns the
    /// decimal exponent of the first one.</summary>
    private static int Round(double number, Span<byte> digits, int wanted, bool afterPoint)
    {
        digits.Fill((byte)'0');
        Span<byte> text = stackalloc byte[ExactDigits + 16];
        Math.Abs(number).TryFormat(text, out int length, "E39", CultureInfo.InvariantCulture);
        int e = text[..length].IndexOf((byte)'E'); // d.ddddE+xxx
        int exponent = int.Parse(text[(e + 1)..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        digits[0] = text[0];
        text[2..e].CopyTo(digits[1..]);
        if (number == 0)
            return 0;
        int kept = afterPoint ? exponent + 1 + wanted : wanted;
        if (kept < 0 || kept >= ExactDigits)
        {
            if (kept < 0)
                digits.Fill((byte)'0');
            return exponent;
        }
        bool up = digits[kept] > '5' || (digits[kept] == '5'
            && (digits[(kept + 1)..ExactDigits].ContainsAnyExcept((byte)'0') || (kept > 0 && (digits[kept - 1] & 1) == 1)));
        digits[kept..].Fill((byte)'0');
        return up ? exponent + Increment(digits, kept) : exponent;
    }

    /// <summary>Adds one to the last of the kept digits; 1 when that made one more digit.</summary>
    private static int Increment(Span<byte> digits, int kept)
    {
        int i = kept - 1;
        while (i >= 0 && digits[i] == '9')
            digits[i--] = (byte)'0';
        if (i >= 0)
        {
            digits[i]++;
            return 0;
        }
        digits[0] = (byte)'1';
        return 1;
    }

    private static void AppendPoint(Utf8Buffer buffer, ReadOnlySpan<byte> digits, int whole, int decimals = 0)
    {
        if (whole > 0)
            buffer.Append(digits[..whole]);
        else
            buffer.Append('0');
        var fraction = digits[Math.Max(0, Math.Min(whole, digits.Length))..];
        if (fraction.IsEmpty && decimals == 0)
            return;
        buffer.Append('.');
        for (int zeroes = -whole; zeroes > 0 && (decimals == 0 || -whole - zeroes < decimals); zeroes--)
            buffer.Append('0');
        buffer.Append(fraction);
    }
}
