using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Sereno.Units.Values;

public sealed partial record CalendarEvent
{
    private static readonly string[] s_days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

    /// <summary>The normal form; a local zone that was named stays out (see <see cref="Format"/>).</summary>
    public override string ToString() => Format(default);

    /// <summary>The normal form, as <c>systemd-analyze calendar</c> prints it.</summary>
    public string Format(ZoneNames local)
    {
        var text = new StringBuilder();
        if (Weekdays > 0)
            AppendWeekdays(text).Append(' ');
        AppendList(text, 4, Years).Append('-');
        AppendList(text, 2, Months).Append(EndOfMonth ? '~' : '-');
        AppendList(text, 2, Days).Append(' ');
        AppendList(text, 2, Hours).Append(':');
        AppendList(text, 2, Minutes).Append(':');
        AppendList(text, 2, Microseconds, Second);
        string? zone = IsUtc ? "UTC" : ZoneName ?? (IsDst >= 0 ? local[IsDst] : null);
        return zone is { Length: > 0 } ? text.Append(' ').Append(zone).ToString() : text.ToString();
    }

    /// <summary>Three days in a row are a range, two are a list.</summary>
    private StringBuilder AppendWeekdays(StringBuilder text)
    {
        string separator = "";
        for (int day = 0, last; day < 7; day = last + 1)
        {
            for (last = day; last < 7 && (Weekdays & 1 << last) != 0; last++) { }
            int length = last - day;
            if (length == 0)
                continue;
            text.Append(separator).Append(s_days[day]);
            if (length > 1)
                text.Append(length > 2 ? ".." : ",").Append(s_days[last - 1]);
            separator = ",";
        }
        return text;
    }

    private static StringBuilder AppendList(StringBuilder text, int width, ImmutableArray<CalendarComponent> list, int unit = 1)
    {
        if (list.IsEmpty || unit > 1 && list.Contains(new(0, Repeat: unit)))
            return text.Append('*');
        string separator = "";
        foreach (var item in list)
        {
            AppendNumber(text.Append(separator), item.Start, width, unit);
            if (item.Stop > 0)
                AppendNumber(text.Append(".."), item.Stop, width, unit);
            if (item.Repeat > 0 && !(item.Stop > 0 && item.Repeat == unit))
                AppendNumber(text.Append('/'), item.Repeat, 1, unit);
            separator = ",";
        }
        return text;
    }

    private static void AppendNumber(StringBuilder text, int number, int width, int unit)
    {
        text.Append((number / unit).ToString("D" + width.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
        if (number % unit > 0)
            text.Append('.').Append((number % unit).ToString("D6", CultureInfo.InvariantCulture));
    }
}
