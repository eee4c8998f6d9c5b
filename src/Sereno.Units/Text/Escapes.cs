using System.Text;

namespace Sereno.Units.Text;

/// <summary>C-style escapes as unit files know them: the usual letters, <c>\s</c>, <c>\xNN</c>, <c>\NNN</c>, <c>\uNNNN</c>, <c>\UNNNNNNNN</c>.</summary>
internal static class Escapes
{
    /// <summary>Reads the escape after a backslash; returns how many bytes it takes, 0 where it is none.</summary>
    public static int Read(ReadOnlySpan<byte> text, List<byte> output)
    {
        if (text.IsEmpty)
            return 0;
        if ("abfnrtv\\\"'s"u8.IndexOf(text[0]) is >= 0 and var simple)
        {
            output.Add("\a\b\f\n\r\t\v\\\"' "u8[simple]);
            return 1;
        }
        return text[0] switch
        {
            (byte)'x' => Number(text[1..], 2, 16, out uint value) && value != 0 ? Byte(value, output, 3) : 0,
            (byte)'u' => Number(text[1..], 4, 16, out uint value) && value != 0 ? Scalar(value, output, 5) : 0,
            (byte)'U' => Number(text[1..], 8, 16, out uint value) && value is not 0 && Rune.IsValid(value) ? Scalar(value, output, 9) : 0,
            >= (byte)'0' and <= (byte)'7' => Number(text, 3, 8, out uint value) && value is > 0 and < 256 ? Byte(value, output, 3) : 0,
            _ => 0,
        };
    }

    private static int Byte(uint value, List<byte> output, int length)
    {
        output.Add((byte)value);
        return length;
    }

    private static int Scalar(uint value, List<byte> output, int length)
    {
        // \ud800 is let through by systemd as three bytes that are not UTF-8.
        if (Rune.IsValid(value))
        {
            Span<byte> buffer = stackalloc byte[4];
            output.AddRange(buffer[..new Rune(value).EncodeToUtf8(buffer)]);
        }
        else
            output.AddRange([(byte)(0xE0 | value >> 12), (byte)(0x80 | value >> 6 & 0x3F), (byte)(0x80 | value & 0x3F)]);
        return length;
    }

    private static bool Number(ReadOnlySpan<byte> text, int digits, uint radix, out uint value)
    {
        value = 0;
        if (text.Length < digits)
            return false;
        foreach (byte b in text[..digits])
        {
            int digit = char.IsAsciiHexDigit((char)b) ? Convert.ToInt32(((char)b).ToString(), 16) : 99;
            if (digit >= radix)
                return false;
            value = value * radix + (uint)digit;
        }
        return true;
    }
}
