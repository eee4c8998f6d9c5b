using System.Collections.Immutable;

namespace Sereno.Units.Values;

/// <summary>Whether a calendar event comes again; Lost is systemd's "Resource deadlock avoided", a search that never ends.</summary>
public enum CalendarOutcome { Found, Never, OutOfRange, Lost }

public sealed partial record CalendarEvent
{
    /// <summary>Timestamps end a day before the year 10000 (USEC_TIMESTAMP_FORMATTABLE_MAX).</summary>
    internal const ulong MaxTimestamp = 253_402_214_399_000_000;

    /// <summary>The first time after <paramref name="after"/> at which the event elapses; microseconds since the epoch.</summary>
    public CalendarOutcome Next(ulong after, Zone local, out ulong next)
    {
        next = 0;
        if (after > MaxTimestamp)
            return CalendarOutcome.OutOfRange;
        return new Search(this, IsUtc ? Zone.Utc : OwnZone ?? local, after + 1).Run(out next);
    }

    private enum Level { Year, Month, Day, Hour, Minute, Second }

    private enum Step { Fits, Moved, Refused }

    /// <summary>
    /// From the largest unit to the smallest, each is moved on to its next match. Where there is none the unit above counts
    /// one further, and where the clock skips what was found the search goes on from what it shows instead.
    /// </summary>
    private ref struct Search
    {
        /// <summary>systemd's bound, after which a search counts as lost.</summary>
        private const int MaxRounds = 1000;

        private readonly CalendarEvent _event;
        private readonly Zone _zone;
        private readonly CivilTime _start;
        private readonly int _startMicrosecond;
        private CivilTime _time;
        private int _microsecond;
        private long _guess;

        public Search(CalendarEvent event_, Zone zone, ulong from)
        {
            long epoch = (long)(from / Second);
            (_event, _zone) = (event_, zone);
            _time = _start = zone.ToCivil(epoch);
            _microsecond = _startMicrosecond = (int)(from % Second);
            _guess = -zone.At(epoch).Seconds;
        }

        public CalendarOutcome Run(out ulong next)
        {
            next = 0;
            bool keepsDst = false;
            for (int round = 0; round < MaxRounds; round++)
            {
                _zone.ToEpoch(ref _time, ref _guess);
                if (!keepsDst)
                    _time.IsDst = _event.IsDst;
                if (Round() is not { } arrived)
                    return CalendarOutcome.Never;
                if (!arrived)
                    continue;
                if (Order(_start).CompareTo(Order(_time)) is var order && (order > 0 || order == 0 && _startMicrosecond > _microsecond))
                {
                    // The zone's changes have led us back: count on, and let the clock say what an hour later is.
                    keepsDst = true;
                    _time.Hour++;
                    continue;
                }
                if (_zone.ToEpoch(ref _time, ref _guess) is not (>= 0 and var epoch))
                    return CalendarOutcome.OutOfRange;
                next = (ulong)epoch * Second + (ulong)_microsecond;
                return CalendarOutcome.Found;
            }
            return CalendarOutcome.Lost;
        }

        /// <returns>Whether every unit matches; null when the years are over.</returns>
        private bool? Round()
        {
            for (var level = Level.Year; level <= Level.Second; level++)
            {
                if (level == Level.Hour && !MatchesWeekday())
                {
                    Advance(Level.Day);
                    return false;
                }
                bool matches = Match(level);
                var step = matches ? Settle() : Step.Refused;
                if (level == Level.Year && step != Step.Fits)
                    return null;
                if (step == Step.Refused)
                    Advance(level - 1);
                if (step != Step.Fits)
                    return false;
            }
            return true;
        }

        private static (int, int, int, int, int, int) Order(CivilTime t) => (t.Year, t.Month, t.Day, t.Hour, t.Minute, t.Second);

        private void Advance(Level level)
        {
            Set(level, Get(level) + 1);
            Reset(level);
        }

        /// <summary>Sets all that is smaller to its least.</summary>
        private void Reset(Level above)
        {
            for (var level = above + 1; level <= Level.Second; level++)
                Set(level, level <= Level.Day ? 1 : 0);
            if (above < Level.Second)
                _microsecond = 0;
        }

        private readonly int Get(Level level) => level switch
        {
            Level.Year => _time.Year,
            Level.Month => _time.Month,
            Level.Day => _time.Day,
            Level.Hour => _time.Hour,
            Level.Minute => _time.Minute,
            Level.Second => _time.Second,
        };

        private void Set(Level level, int value) => _time = Put(_time, level, value);

        private static CivilTime Put(CivilTime time, Level level, int value) => level switch
        {
            Level.Year => time with { Year = value },
            Level.Month => time with { Month = value },
            Level.Day => time with { Day = value },
            Level.Hour => time with { Hour = value },
            Level.Minute => time with { Minute = value },
            Level.Second => time with { Second = value },
        };

        private bool Match(Level level)
        {
            var list = level switch
            {
                Level.Year => _event.Years,
                Level.Month => _event.Months,
                Level.Day => _event.Days,
                Level.Hour => _event.Hours,
                Level.Minute => _event.Minutes,
                Level.Second => _event.Microseconds,
            };
            int value = level == Level.Second ? _time.Second * Second + _microsecond : Get(level);
            if (First(list, value, _event.EndOfMonth && level == Level.Day) is not { } found)
                return false;
            if (level == Level.Second)
                (_time.Second, _microsecond) = (found / Second, found % Second);
            else if (found != value)
            {
                Set(level, found);
                Reset(level);
            }
            return true;
        }

        /// <summary>The least value, from <paramref name="value"/> on, that one of the items allows.</summary>
        private int? First(ImmutableArray<CalendarComponent> list, int value, bool endOfMonth)
        {
            if (list.IsEmpty)
                return value;
            int? best = null;
            foreach (var item in list)
            {
                int start = item.Start, stop = item.Stop;
                if (endOfMonth)
                {
                    (start, stop) = (FromEndOfMonth(start), FromEndOfMonth(stop));
                    if (stop > 0)
                        (start, stop) = (stop, start);
                }
                if (start >= value)
                    best = best < start ? best : start;
                else if (item.Repeat > 0)
                {
                    int candidate = start + item.Repeat * ((value - start + item.Repeat - 1) / item.Repeat);
                    if (stop < 0 || candidate <= stop)
                        best = best < candidate ? best : candidate;
                }
            }
            return best;
        }

        /// <summary>The day of the month that is the nth last; -1 when the month is too short.</summary>
        private int FromEndOfMonth(int day)
        {
            var last = _time with { Month = _time.Month + 1, Day = 1 - day };
            return _zone.ToEpoch(ref last, ref _guess) is not (null or < 0) && last.Month == _time.Month ? last.Day : -1;
        }

        private bool MatchesWeekday()
        {
            if (_event.Weekdays < 0)
                return true;
            var day = _time;
            return _zone.ToEpoch(ref day, ref _guess) is not (null or < 0) && (_event.Weekdays & 1 << (day.Weekday + 6) % 7) != 0;
        }

        /// <summary>Does the clock ever show this? When it shows something later instead, the search goes on from there.</summary>
        private Step Settle()
        {
            if (_time.Year > MaxYear)
                return Step.Refused;
            var shown = _time;
            if (_zone.ToEpoch(ref shown, ref _guess) is null or < 0)
                return Step.Refused;
            for (var level = Level.Year; level <= Level.Second; level++)
            {
                int before = Get(level), after = Of(shown, level);
                if (before == after)
                    continue;
                if (after < before)
                    return Step.Refused;
                // Normalizing may have skipped a match: the 33rd of March is the 2nd of April, and the 1st counts too.
                _time = level == Level.Second ? shown : Put(shown, level + 1, level < Level.Day ? 1 : 0);
                return Step.Moved;
            }
            return Step.Fits;
        }

        private static int Of(CivilTime time, Level level) => new Search { _time = time }.Get(level);
    }
}
