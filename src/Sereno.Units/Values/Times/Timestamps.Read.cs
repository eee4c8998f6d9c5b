namespace Sereno.Units.Values;

public static partial class Timestamps
{
    private static readonly string[] s_weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    /// <summary>The forms of a date or a time of day, in the order in which they are tried; strptime(3)'s letters.</summary>
    private static readonly string[] s_forms =
        ["y-m-d H:M:S", "Y-m-d H:M:S", "b d H:M:S", "y-m-d H:M", "Y-m-d H:M", "y-m-d", "Y-m-d", "H:M:S", "H:M"];

    /// <summary>Reads a timestamp relative to <paramref name="now"/> and in the zone that it names, or in the local one.</summary>
    public static ParseError Read(string text, ulong now, Zone local, out ulong usec)
    {
        long guess = 0;
        return Read(text, now, local, ref guess, out usec);
    }

    /// <param name="guess">The local zone's last offset, which decides between two times that the clock shows alike (see <see cref="Zone.ToEpoch"/>).</param>
    public static ParseError Read(string text, ulong now, Zone local, ref long guess, out ulong usec)
    {
        int space = text.LastIndexOf(' ');
        string last = text[(space + 1)..];
        if (space < 0 || !Zones.IsValid(last) || last.Equals("UTC", StringComparison.OrdinalIgnoreCase))
            return Read(text, now, local, hasZone: false, ref guess, out usec);
        var zone = Zones.FromVariable(":" + last);
        var names = zone.NamesAt((long)(now / TimeSpans.Second));
        bool isLocalName = last == names.Standard || last == names.Daylight;
        return Read(isLocalName ? text : text[..space], now, zone, !isLocalName, ref guess, out usec);
    }

    private static ParseError Read(string text, ulong now, Zone zone, bool hasZone, ref long guess, out ulong usec)
    {
        usec = now;
        int isDst = -1;
        if (!hasZone)
        {
            if (text is ['@', ..])
                return TimeSpans.Read(text[1..], TimeSpans.Second, out usec);
            if (Relative(text, out string span, out bool isAhead))
                return text == "now" ? ParseError.None : Shift(span, isAhead, ref usec);
            (text, zone, isDst) = TakeZone(text, zone, zone.NamesAt((long)(now / TimeSpans.Second)));
        }
        var time = zone.ToCivil((long)(now / TimeSpans.Second));
        time.IsDst = isDst;
        uint fraction = 0;
        if (text is "today" or "yesterday" or "tomorrow")
            time = time with { Hour = 0, Minute = 0, Second = 0, Day = time.Day + (text == "yesterday" ? -1 : text == "tomorrow" ? 1 : 0) };
        else if (!Date(text, ref time, out fraction))
            return ParseError.Invalid;
        long none = 0;
        if (zone.ToEpoch(ref time, ref zone == Zone.Utc ? ref none : ref guess) is not (>= 0 and var epoch))
            return ParseError.Invalid;
        usec = (ulong)epoch * TimeSpans.Second + fraction;
        return usec > CalendarEvent.MaxTimestamp ? ParseError.Invalid : ParseError.None;
    }

    private static bool Relative(string text, out string span, out bool isAhead)
    {
        isAhead = text is ['+', ..] || !text.StartsWith('-') && text.EndsWith(" left", StringComparison.Ordinal) && !text.EndsWith(" ago", StringComparison.Ordinal);
        bool signed = text is ['+' or '-', ..];
        span = signed ? text[1..] : text.EndsWith(" ago", StringComparison.Ordinal) ? text[..^4] : isAhead ? text[..^5] : text;
        return text == "now" || span.Length < text.Length;
    }

    private static ParseError Shift(string span, bool isAhead, ref ulong usec)
    {
        var error = TimeSpans.Read(span, TimeSpans.Second, out ulong shift);
        if (error != ParseError.None)
            return error;
        if (isAhead ? shift > CalendarEvent.MaxTimestamp - usec : shift > usec)
            return ParseError.Invalid;
        usec = isAhead ? usec + shift : usec - shift;
        return ParseError.None;
    }

    private static (string Text, Zone Zone, int IsDst) TakeZone(string text, Zone local, ZoneNames names)
    {
        if (text.EndsWith(" UTC", StringComparison.OrdinalIgnoreCase))
            return (text[..^4], Zone.Utc, -1);
        for (int isDst = 0; isDst <= 1; isDst++)
            if (names[isDst].Length > 0 && text.EndsWith(" " + names[isDst], StringComparison.OrdinalIgnoreCase))
                return (text[..^(names[isDst].Length + 1)], local, isDst);
        return (text, local, -1);
    }

    private static bool Date(string text, ref CivilTime time, out uint fraction)
    {
        fraction = 0;
        int weekday = -1;
        var rest = text.AsSpan();
        for (int day = 0; day < s_weekdays.Length && weekday < 0; day++)
            foreach (int length in (ReadOnlySpan<int>)[s_weekdays[day].Length, 3])
                if (weekday < 0 && rest.Length > length && rest[length] == ' ' && rest.StartsWith(s_weekdays[day].AsSpan(0, length), StringComparison.OrdinalIgnoreCase))
                {
                    weekday = day;
                    rest = rest[(length + 1)..];
                }
        foreach (string form in s_forms)
        {
            var read = time;
            if (DateForm.Read(form, rest, ref read) is not { } used)
                continue;
            var after = rest[used..];
            bool hasSeconds = form.EndsWith('S');
            if (hasSeconds && after is ['.', ..])
            {
                after = after[1..];
                if (Fractions.Read(ref after) is not { } found || !after.IsEmpty)
                    return false;
                fraction = found;
            }
            else if (!after.IsEmpty)
                continue;
            if (!form.Contains('H'))
                read = read with { Hour = 0, Minute = 0, Second = 0 };
            else if (!hasSeconds)
                read.Second = 0;
            time = read;
            return weekday < 0 || time.Weekday == weekday;
        }
        return false;
    }
}
