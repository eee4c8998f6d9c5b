using System.Globalization;

namespace Sereno.Units.Values;

/// <summary>A POSIX TZ string ("CET-1CEST,M3.5.0,M10.5.0/3"), as tzset(3) reads it: what can't be read is UTC.</summary>
public sealed class ZoneRule
{
    /// <summary>The United States' rule, which holds where daylight saving time is named without one.</summary>
    private static readonly Change s_defaultStart = new(Month: 3, Week: 2, Day: 0), s_defaultEnd = new(Month: 11, Week: 1, Day: 0);

    private readonly ZoneOffset _standard, _daylight;
    private readonly Change _start, _end;

    /// <summary>A day of the year and a time on it. With a month: the nth weekday of it, 5 being the last.</summary>
    private readonly record struct Change(int Month = 0, int Week = 0, int Day = 0, bool SkipsLeapDay = false, int Seconds = 7200);

    private ZoneRule(ZoneOffset standard, ZoneOffset daylight, Change start, Change end) =>
        (_standard, _daylight, _start, _end) = (standard, daylight, start, end);

    public ZoneNames Names => new(_standard.Name, _daylight.Name, IsUtc: _standard.Seconds == 0 && _daylight.Seconds == 0);

    public ZoneOffset At(long epoch)
    {
        int year = CivilTime.FromSeconds(epoch).Year;
        long start = Time(_start, year) - _standard.Seconds, end = Time(_end, year) - _daylight.Seconds;
        bool isDst = start > end ? epoch < end || epoch >= start : epoch >= start && epoch < end;
        return isDst ? _daylight : _standard;
    }

    private static long Time(Change change, int year)
    {
        long january = new CivilTime(year, 1, 1).Seconds;
        if (change.Month == 0)
        {
            int day = change.SkipsLeapDay ? change.Day - 1 + (change.Day >= 60 && DateTime.IsLeapYear(year) ? 1 : 0) : change.Day;
            return january + day * 86_400L + change.Seconds;
        }
        var first = new CivilTime(year, change.Month, 1);
        int length = DateTime.DaysInMonth(year, change.Month);
        int ofMonth = (change.Day - first.Weekday + 7) % 7;
        for (int week = 1; week < change.Week && ofMonth + 7 < length; week++)
            ofMonth += 7;
        return first.Seconds + ofMonth * 86_400L + change.Seconds;
    }

    public static ZoneRule Parse(string text)
    {
        var rest = text.AsSpan();
        ZoneOffset standard = new(0, false, ""), daylight = new(0, true, "");
        Change start = new(Seconds: 0), end = new(Seconds: 0);
        if (Name(ref rest) is { } standardName)
        {
            standard = standard with { Name = standardName };
            if (rest is [not ('+' or '-') and (< '0' or > '9'), ..] or [])
                return new(standard, daylight, start, end);
            standard = standard with { Seconds = Offset(ref rest) ?? 0 };
            if (rest.IsEmpty)
                return new(standard, standard with { IsDst = true }, start, end);
            if (Name(ref rest) is { } daylightName)
                daylight = new(Offset(ref rest) ?? standard.Seconds + 3600, true, daylightName);
            if (Rule(ref rest, s_defaultStart, ref start))
                Rule(ref rest, s_defaultEnd, ref end);
        }
        return new(standard, daylight, start, end);
    }

    private static string? Name(ref ReadOnlySpan<char> text)
    {
        bool quoted = text is ['<', ..];
        var rest = quoted ? text[1..] : text;
        int length = 0;
        while (length < rest.Length && (char.IsAsciiLetter(rest[length]) || quoted && (char.IsAsciiDigit(rest[length]) || rest[length] is '+' or '-')))
            length++;
        if (length < 3 || quoted && rest[length..] is not ['>', ..])
            return null;
        text = rest[(quoted ? length + 1 : length)..];
        return rest[..length].ToString();
    }

    /// <summary>Written to the west, counted to the east.</summary>
    private static int? Offset(ref ReadOnlySpan<char> text)
    {
        bool east = text is ['-', ..];
        if (text is ['+' or '-', ..])
            text = text[1..];
        if (Clock(ref text) is not { } clock)
            return null;
        int seconds = Math.Min(clock.Hours, 24) * 3600 + Math.Min(clock.Minutes, 59) * 60 + Math.Min(clock.Seconds, 59);
        return east ? seconds : -seconds;
    }

    /// <returns>Whether the next rule may be read.</returns>
    private static bool Rule(ref ReadOnlySpan<char> text, Change fallback, ref Change change)
    {
        var rest = text is [',', ..] ? text[1..] : text;
        Change read;
        if (rest.IsEmpty)
            read = fallback;
        else if (rest is ['M', ..])
        {
            rest = rest[1..];
            if (Number(ref rest) is not (>= 1 and <= 12 and var month) || !Skip(ref rest, '.') || Number(ref rest) is not (>= 1 and <= 5 and var week)
                || !Skip(ref rest, '.') || Number(ref rest) is not (<= 6 and var weekday))
                return false;
            read = new(month, week, weekday);
        }
        else
        {
            bool julian = Skip(ref rest, 'J');
            if (Number(ref rest) is not (<= 365 and var day) || julian && day == 0)
                return false;
            read = new(Day: day, SkipsLeapDay: julian);
        }
        if (Skip(ref rest, '/'))
        {
            if (rest.IsEmpty)
                return false;
            int sign = Skip(ref rest, '-') ? -1 : 1;
            if (Clock(ref rest) is { } clock)
                read = read with { Seconds = sign * (clock.Hours * 3600 + clock.Minutes * 60 + clock.Seconds) };
        }
        else if (rest is not ([] or [',', ..]))
            return false;
        text = rest;
        change = read;
        return true;
    }

    private static (int Hours, int Minutes, int Seconds)? Clock(ref ReadOnlySpan<char> text)
    {
        if (Number(ref text) is not { } hours)
            return null;
        int minutes = Skip(ref text, ':') ? Number(ref text) ?? 0 : 0;
        return (hours, minutes, Skip(ref text, ':') ? Number(ref text) ?? 0 : 0);
    }

    private static bool Skip(ref ReadOnlySpan<char> text, char c)
    {
        if (text.IsEmpty || text[0] != c)
            return false;
        text = text[1..];
        return true;
    }

    private static int? Number(ref ReadOnlySpan<char> text)
    {
        int length = text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;
        if (!ushort.TryParse(text[..length], NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
            return null;
        text = text[length..];
        return number;
    }
}
