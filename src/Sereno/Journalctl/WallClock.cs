using System.Text;
using Sereno.Units.Values;

namespace Sereno.Journalctl;

/// <summary>Times as journalctl writes them; what is the same for all entries of a second is made once.</summary>
/// <param name="month">Names of months, as the language has them.</param>
internal sealed class WallClock(Zone zone, bool isUtc, Func<int, string> month)
{
    private static readonly string[] s_days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

    private readonly Text _short = new(), _full = new(), _iso = new();

    private sealed class Text
    {
        public long Second = long.MinValue;
        public byte[] Before = [], After = [];
    }

    /// <summary>"Nov 14 22:13:20", with six digits behind it if precise.</summary>
    /// <returns>How many bytes.</returns>
    public int WriteShort(OutputBuffer to, ulong usec, bool precise)
    {
        var text = At(_short, usec, out var time, out _);
        if (time is { } t)
            text.Before = Encoding.UTF8.GetBytes($"{month(t.Month)} {t.Day:00} {t.Hour:00}:{t.Minute:00}:{t.Second:00}");
        to.Write(text.Before);
        return text.Before.Length + (precise ? Fraction(to, usec) : 0);
    }

    /// <summary>"Tue 2023-11-14 22:13:20 UTC"</summary>
    public int WriteFull(OutputBuffer to, ulong usec, bool precise)
    {
        var text = At(_full, usec, out var time, out var offset);
        if (time is { } t)
        {
            text.Before = Encoding.ASCII.GetBytes($"{s_days[t.Weekday]} {t.Year:0000}-{t.Month:00}-{t.Day:00} {t.Hour:00}:{t.Minute:00}:{t.Second:00}");
            text.After = Encoding.ASCII.GetBytes(isUtc ? " UTC" : offset.Name.Length is > 0 and <= 13 ? " " + offset.Name : "");
        }
        to.Write(text.Before);
        int length = text.Before.Length + (precise ? Fraction(to, usec) : 0);
        to.Write(text.After);
        return length + text.After.Length;
    }

    /// <summary>"2023-11-14T22:13:20+0000"</summary>
    public int WriteIso(OutputBuffer to, ulong usec, bool precise)
    {
        var text = At(_iso, usec, out var time, out var offset);
        if (time is { } t)
        {
            int minutes = isUtc ? 0 : offset.Seconds / 60;
            text.Before = Encoding.ASCII.GetBytes($"{t.Year:0000}-{t.Month:00}-{t.Day:00}T{t.Hour:00}:{t.Minute:00}:{t.Second:00}");
            text.After = Encoding.ASCII.GetBytes($"{(minutes < 0 ? '-' : '+')}{Math.Abs(minutes) / 60:00}{Math.Abs(minutes) % 60:00}");
        }
        to.Write(text.Before);
        int length = text.Before.Length + (precise ? Fraction(to, usec) : 0);
        to.Write(text.After);
        return length + text.After.Length;
    }

    private static int Fraction(OutputBuffer to, ulong usec)
    {
        to.Write((byte)'.');
        to.Write(usec % TimeSpans.Second, 6, (byte)'0');
        return 7;
    }

    private Text At(Text text, ulong usec, out CivilTime? time, out ZoneOffset offset)
    {
        long second = (long)(usec / TimeSpans.Second);
        (time, offset) = (null, default);
        if (text.Second != second)
        {
            text.Second = second;
            time = isUtc ? CivilTime.FromSeconds(second) : zone.ToCivil(second);
            offset = isUtc ? default : zone.At(second);
        }
        return text;
    }
}
