using System.Globalization;
using System.Text;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>printf(3)'s formats, as far as netstat's texts use them: its messages keep them, so that a translation may move things.</summary>
public static class CFormat
{
    /// <summary>Numbers, strings, and for %f a text. Widths count bytes, as C does.</summary>
    public static void AppendFormat(this Utf8Buffer buffer, string format, params ReadOnlySpan<object> arguments)
    {
        int next = 0;
        for (int i = 0; i < format.Length;)
        {
            int percent = format.IndexOf('%', i);
            if (percent < 0)
                percent = format.Length;
            buffer.Append(format[i..percent]);
            i = percent;
            if (i == format.Length)
                return;
            i = ReadConversion(format, i + 1, out var conversion);
            if (conversion.Letter == '%')
                buffer.Append('%');
            else
                Append(buffer, conversion, next < arguments.Length ? arguments[next++] : "");
        }
    }

    private readonly record struct Conversion(char Letter, bool Left, bool Zeros, int Width, int Precision);

    private static int ReadConversion(string format, int i, out Conversion conversion)
    {
        bool left = false, zeros = false;
        for (; i < format.Length && format[i] is '-' or '0'; i++)
        {
            left |= format[i] == '-';
            zeros |= format[i] == '0';
        }
        int width = ReadNumber(format, ref i), precision = -1;
        if (i < format.Length && format[i] == '.')
        {
            i++;
            precision = ReadNumber(format, ref i);
        }
        while (i < format.Length && format[i] is 'l' or 'h')
            i++;
        conversion = new(i < format.Length ? format[i] : '%', left, zeros, width, precision);
        return Math.Min(i + 1, format.Length);
    }

    private static int ReadNumber(string format, ref int i)
    {
        int number = 0;
        for (; i < format.Length && char.IsAsciiDigit(format[i]); i++)
            number = number * 10 + (format[i] - '0');
        return number;
    }

    private static void Append(Utf8Buffer buffer, Conversion conversion, object argument)
    {
        string text = conversion.Letter is 'x' or 'X' && argument is IFormattable number
            ? number.ToString(conversion.Letter.ToString(), CultureInfo.InvariantCulture)
            : Convert.ToString(argument, CultureInfo.InvariantCulture)!;
        int length = Encoding.UTF8.GetByteCount(text);
        if (conversion is { Letter: 's', Precision: >= 0 } && length > conversion.Precision)
            length = conversion.Precision;
        if (!conversion.Left)
            for (int pad = conversion.Width - length; pad > 0; pad--)
                buffer.Append(conversion.Zeros ? '0' : ' ');
        int start = buffer.Length;
        buffer.Append(text);
        buffer.Cut(start + length);
        if (conversion.Left)
            buffer.PadFrom(start, conversion.Width);
    }
}
