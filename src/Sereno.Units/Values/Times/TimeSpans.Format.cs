using System.Globalization;
using System.Text;

namespace Sereno.Units.Values;

public static partial class TimeSpans
{
    private static readonly (string Suffix, ulong Usec)[] s_written =
        [("y", Year), ("month", Month), ("w", Week), ("d", Day), ("h", Hour), ("min", Minute), ("s", Second), ("ms", 1000), ("us", 1)];

    /// <summary>"1d 2.500000s": below a minute, what isn't a whole number is written with a point.</summary>
    /// <param name="accuracy">What is less isn't written, unless nothing else is there.</param>
    public static string Format(ulong usec, ulong accuracy = 1)
    {
        if (usec == ulong.MaxValue)
            return "infinity";
        if (usec == 0)
            return "0";
        var text = new StringBuilder();
        foreach (var (suffix, unit) in s_written)
        {
            if (usec == 0 || usec < accuracy && text.Length > 0)
                break;
            if (usec < unit)
                continue;
            if (text.Length > 0)
                text.Append(' ');
            text.Append(CultureInfo.InvariantCulture, $"{usec / unit}");
            ulong rest = usec % unit;
            int digits = Digits(unit) - Digits(accuracy);
            if (usec < Minute && rest > 0 && digits > 0)
            {
                for (ulong a = accuracy; a > 1; a /= 10)
                    rest /= 10;
                text.Append('.').Append(rest.ToString("D" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
                rest = 0;
            }
            text.Append(suffix);
            usec = rest;
        }
        return text.ToString();
    }

    /// <summary>How many times ten goes into it.</summary>
    private static int Digits(ulong value)
    {
        int digits = 0;
        for (; value > 1; value /= 10)
            digits++;
        return digits;
    }
}
