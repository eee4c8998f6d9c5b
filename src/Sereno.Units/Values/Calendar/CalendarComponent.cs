namespace Sereno.Units.Values;

/// <summary>
/// One item of a list: a value, a range, a value with repetitions, or a range with repetitions. Seconds are counted in
/// microseconds. Stop is -1 without a range, Repeat 0 without repetitions.
/// </summary>
public readonly record struct CalendarComponent(int Start, int Stop = -1, int Repeat = 0) : IComparable<CalendarComponent>
{
    public int CompareTo(CalendarComponent other) => (Start, Stop, Repeat).CompareTo((other.Start, other.Stop, other.Repeat));

    /// <summary>A range ends where its last repetition falls; one that holds a single value is that value.</summary>
    internal CalendarComponent Normalized()
    {
        bool ranges = Stop > Start && Repeat > 0;
        int stop = ranges ? Stop - (Stop - Start) % Repeat : Stop;
        return Start == stop || stop > Start && Repeat > 0 && Start + Repeat > stop ? new(Start) : this with { Stop = stop };
    }

    internal bool IsWithin(int from, int to) => IsWithinRange(from, to) && (Stop >= 0 || Start + Repeat <= to);

    /// <param name="to">
    /// Counted back from the month's last day, nothing comes before its 28th last. systemd 252 lowers that bound by three for
    /// every further item of the list.
    /// </param>
    internal bool IsWithinEndOfMonth(int to) => IsWithinRange(1, to) && (Stop >= 0 || Start - Repeat >= 1);

    private bool IsWithinRange(int from, int to) =>
        Start >= from && Start <= to && Repeat <= to - from && (Stop < 0 || Stop >= from && Stop <= to && Start + Repeat <= Stop);
}
