using System.Collections.Immutable;

namespace Sereno.Units.Values;

/// <summary>A calendar event of systemd.time(7): <c>Mon..Fri *-*-01/2 08:00:00 Europe/Madrid</c>. An empty list means every value.</summary>
public sealed partial record CalendarEvent
{
    internal const int AllWeekdays = 127, MinYear = 1970, MaxYear = 2199, Second = 1_000_000;

    /// <summary>One bit a day from Monday; negative when any day will do.</summary>
    internal int Weekdays { get; init; }
    internal ImmutableArray<CalendarComponent> Years { get; init; } = [];
    internal ImmutableArray<CalendarComponent> Months { get; init; } = [];
    internal ImmutableArray<CalendarComponent> Days { get; init; } = [];
    internal ImmutableArray<CalendarComponent> Hours { get; init; } = [];
    internal ImmutableArray<CalendarComponent> Minutes { get; init; } = [];
    internal ImmutableArray<CalendarComponent> Microseconds { get; init; } = [];

    /// <summary>Days are counted from the month's last.</summary>
    internal bool EndOfMonth { get; init; }

    /// <summary>In UTC, in a zone of its own, or else in the local one.</summary>
    internal bool IsUtc { get; init; }
    internal string? ZoneName { get; init; }
    private Zone? OwnZone { get; init; }

    /// <summary>Whether it elapses by the local clock.</summary>
    public bool IsLocal => !IsUtc && OwnZone is null;

    /// <summary>1 or 0 when the expression named the local zone with or without daylight saving; negative when not.</summary>
    internal int IsDst { get; init; } = -1;

    /// <param name="local">The names that the local zone has.</param>
    public static ParseError Read(string text, ZoneNames local, out CalendarEvent? result)
    {
        result = null;
        var (event_, expression) = TakeZone(text, local);
        var error = CalendarReader.Read(expression, ref event_);
        if (error != ParseError.None)
            return error;
        event_ = event_.Normalized();
        if (!event_.IsValid)
            return ParseError.Invalid;
        result = event_.ZoneName is { } zone ? event_ with { OwnZone = Zones.FromVariable(":" + zone) } : event_;
        return ParseError.None;
    }

    /// <summary>The zone is the last word: "UTC", the local zone by its name, or one of the database.</summary>
    private static (CalendarEvent Zoned, string Expression) TakeZone(string text, ZoneNames local)
    {
        var none = new CalendarEvent();
        if (text.EndsWith(" UTC", StringComparison.OrdinalIgnoreCase))
            return (none with { IsUtc = true }, text[..^4]);
        for (int isDst = 0; isDst <= 1; isDst++)
            if (local[isDst].Length > 0 && text.EndsWith(" " + local[isDst], StringComparison.OrdinalIgnoreCase))
                return (none with { IsDst = isDst }, text[..^(local[isDst].Length + 1)]);
        int space = text.LastIndexOf(' ');
        return space >= 0 && Zones.IsValid(text[(space + 1)..]) ? (none with { ZoneName = text[(space + 1)..] }, text[..space]) : (none, text);
    }

    private CalendarEvent Normalized() => this with
    {
        Weekdays = Weekdays is <= 0 or >= AllWeekdays ? -1 : Weekdays,
        EndOfMonth = EndOfMonth && !Days.IsEmpty,
        Years = Sorted([.. Years.Select(c => c with { Start = FullYear(c.Start), Stop = FullYear(c.Stop) })]),
        Months = Sorted(Months),
        Days = Sorted(Days),
        Hours = Sorted(Hours),
        Minutes = Sorted(Minutes),
        Microseconds = Sorted(Microseconds),
    };

    private static ImmutableArray<CalendarComponent> Sorted(ImmutableArray<CalendarComponent> list) =>
        list.Length == 0 ? list : [.. list.Select(c => c.Normalized()).Order().Distinct()];

    /// <summary>12 is 2012, 89 is 1989.</summary>
    private static int FullYear(int year) => year switch { >= 0 and < 70 => year + 2000, >= 70 and < 100 => year + 1900, _ => year };

    private bool IsValid =>
        Years.All(c => c.IsWithin(MinYear, MaxYear)) && Months.All(c => c.IsWithin(1, 12))
        && Days.Index().All(d => EndOfMonth ? d.Item.IsWithinEndOfMonth(31 - 3 * (d.Index + 1)) : d.Item.IsWithin(1, 31))
        && Hours.All(c => c.IsWithin(0, 23)) && Minutes.All(c => c.IsWithin(0, 59)) && Microseconds.All(c => c.IsWithin(0, 60 * Second - 1));

    // By value, as records are: the lists too, so that a reload sees whether anything changed.
    public bool Equals(CalendarEvent? other) => other is not null && (IsDst, ToString()) == (other.IsDst, other.ToString());

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
