namespace Sereno.Units.Values;

/// <summary>
/// A date and a time of day as a calendar and a clock show them: mktime(3)'s struct tm, with months from 1 and whole years.
/// Numbers may be out of range ("the 32nd"); <see cref="Zone.ToEpoch"/> brings them back into it.
/// </summary>
public record struct CivilTime(int Year, int Month, int Day, int Hour = 0, int Minute = 0, int Second = 0)
{
    private const long Day400Years = 146_097, SecondsPerDay = 86_400;

    /// <summary>Daylight saving time: 1 or 0; negative when it isn't known.</summary>
    public int IsDst { get; set; }

    /// <summary>What a UTC clock would have counted since the epoch when it showed this.</summary>
    public readonly long Seconds => ((DaysToMonth(Year, Month) + Day - 1) * 24 + Hour) * 3600 + Minute * 60L + Second;

    /// <summary>Sunday is 0.</summary>
    public readonly int Weekday => (int)Modulo(FloorDivide(Seconds, SecondsPerDay) + 4, 7);

    /// <summary>The inverse of <see cref="Seconds"/>.</summary>
    public static CivilTime FromSeconds(long seconds)
    {
        long days = FloorDivide(seconds, SecondsPerDay);
        int ofDay = (int)(seconds - days * SecondsPerDay);
        // The year begins in March here, so that the leap day is its last.
        long fromMarch = days + 719_468;
        long era = FloorDivide(fromMarch, Day400Years);
        long dayOfEra = fromMarch - era * Day400Years;
        long year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100);
        long month = (5 * dayOfYear + 2) / 153;
        int day = (int)(dayOfYear - (153 * month + 2) / 5) + 1;
        int calendarMonth = (int)(month < 10 ? month + 3 : month - 9);
        return new((int)(year + era * 400) + (calendarMonth <= 2 ? 1 : 0), calendarMonth, day, ofDay / 3600, ofDay / 60 % 60, ofDay % 60);
    }

    /// <summary>Days from the epoch to the first of a month.</summary>
    private static long DaysToMonth(long year, long month)
    {
        year += FloorDivide(month - 1, 12);
        month = Modulo(month - 1, 12) + 1;
        if (month <= 2)
            year--;
        long era = FloorDivide(year, 400);
        long ofEra = year - era * 400;
        long dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5;
        return era * Day400Years + ofEra * 365 + ofEra / 4 - ofEra / 100 + dayOfYear - 719_468;
    }

    private static long FloorDivide(long value, long by) => value >= 0 ? value / by : -((-value + by - 1) / by);

    private static long Modulo(long value, long by) => value - FloorDivide(value, by) * by;
}
