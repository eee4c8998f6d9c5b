using System.Collections.Immutable;

namespace Sereno.Units.Values;

/// <summary>The grammar of calendar events (systemd.time(7), "Calendar Events"), without the zone.</summary>
internal ref struct CalendarReader
{
    /// <summary>systemd's bound for the length of a list.</summary>
    private const int MaxComponents = 242;

    /// <summary>The year 2200 has begun.</summary>
    private const long LastSecond = 7_258_118_400;

    private static readonly string[] s_weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    private ReadOnlySpan<char> _rest;

    public static ParseError Read(string text, ref CalendarEvent result)
    {
        if (text.Length == 0)
            return ParseError.Invalid;
        if (Shorthand(text.ToLowerInvariant(), result) is { } known)
        {
            result = known;
            return ParseError.None;
        }
        var reader = new CalendarReader { _rest = text };
        bool isWhole = false;
        var error = reader.Weekdays(ref result);
        if (error == ParseError.None)
            error = reader.Date(ref result, out isWhole);
        if (error == ParseError.None && !isWhole)
            error = reader.Time(ref result);
        return error != ParseError.None ? error : reader._rest.IsEmpty ? ParseError.None : ParseError.Invalid;
    }

    private static CalendarEvent? Shorthand(string word, CalendarEvent zone)
    {
        ImmutableArray<CalendarComponent> zero = [new(0)], first = [new(1)];
        var minutely = zone with { Microseconds = zero };
        var hourly = minutely with { Minutes = zero };
        var daily = hourly with { Hours = zero };
        var monthly = daily with { Days = first };
        return word switch
        {
            "minutely" => minutely,
            "hourly" => hourly,
            "daily" => daily,
            "weekly" => daily with { Weekdays = 1 },
            "monthly" => monthly,
            "annually" or "yearly" or "anually" => monthly with { Months = first },
            "quarterly" => monthly with { Months = [new(1), new(4), new(7), new(10)] },
            "biannually" or "bi-annually" or "semiannually" or "semi-annually" => monthly with { Months = [new(1), new(7)] },
            _ => null,
        };
    }

    /// <summary><c>Mon,Wed..Fri</c>, and <c>Mon-Fri</c> for old times' sake.</summary>
    private ParseError Weekdays(ref CalendarEvent result)
    {
        int days = 0, from = -1;
        for (bool isFirst = true; ; isFirst = false)
        {
            int day = Weekday(out int length);
            if (day < 0)
                return isFirst ? ParseError.None : ParseError.Invalid;
            if (length < _rest.Length && _rest[length] is not ('-' or '.' or ',' or ' ') || from > day)
                return ParseError.Invalid;
            for (int d = from < 0 ? day : from; d <= day; d++)
                days |= 1 << d;
            _rest = _rest[length..];
            result = result with { Weekdays = days };
            if (SkipBlank())
                return ParseError.None;
            if (_rest[0] == ',')
            {
                from = -1;
                _rest = _rest[1..];
            }
            else
            {
                int separator = _rest[0] == '-' ? 1 : 2;
                if (from >= 0 || separator == 2 && !_rest.StartsWith(".."))
                    return ParseError.Invalid;
                from = day;
                _rest = _rest[separator..];
            }
            // A comma may trail, a range may not stay open.
            if (SkipBlank())
                return from < 0 ? ParseError.None : ParseError.Invalid;
        }
    }

    private readonly int Weekday(out int length)
    {
        for (int day = 0; day < s_weekdays.Length; day++)
            foreach (int tried in (ReadOnlySpan<int>)[s_weekdays[day].Length, 3])
                if (_rest.StartsWith(s_weekdays[day].AsSpan(0, tried), StringComparison.OrdinalIgnoreCase))
                {
                    length = tried;
                    return day;
                }
        length = 0;
        return -1;
    }

    /// <summary>At the end, or at blanks, which are skipped.</summary>
    private bool SkipBlank()
    {
        if (!_rest.IsEmpty && _rest[0] != ' ')
            return false;
        _rest = _rest.TrimStart(' ');
        return true;
    }

    /// <param name="isWhole">The time of day was said too: <c>@</c> and seconds since the epoch.</param>
    private ParseError Date(ref CalendarEvent result, out bool isWhole)
    {
        isWhole = _rest is ['@', ..];
        if (_rest.IsEmpty)
            return ParseError.None;
        if (isWhole)
            return Epoch(ref result);
        var before = _rest;
        var error = List(false, out var first);
        if (error != ParseError.None)
            return error;
        if (_rest is [] or [':', ..])
        {
            _rest = before; // a time without a date
            return ParseError.None;
        }
        bool endOfMonth = _rest[0] == '~';
        if (_rest[0] is not ('-' or '~'))
            return ParseError.Invalid;
        _rest = _rest[1..];
        if ((error = List(false, out var second)) != ParseError.None)
            return error;
        if (SkipBlank())
        {
            result = result with { Months = first, Days = second, EndOfMonth = endOfMonth };
            return ParseError.None;
        }
        if (endOfMonth || _rest[0] is not ('-' or '~'))
            return ParseError.Invalid;
        endOfMonth = _rest[0] == '~';
        _rest = _rest[1..];
        if ((error = List(false, out var third)) != ParseError.None)
            return error;
        if (!SkipBlank())
            return ParseError.Invalid;
        result = result with { Years = first, Months = second, Days = third, EndOfMonth = endOfMonth };
        return ParseError.None;
    }

    private ParseError Epoch(ref CalendarEvent result)
    {
        // strtoul(3): blanks, a sign, wrapping around below zero.
        var digits = _rest[1..].TrimStart(" \t\n\v\f\r");
        bool negative = digits is ['-', ..];
        if (digits is ['+' or '-', ..])
            digits = digits[1..];
        int length = Digits(digits);
        if (length == 0)
            return ParseError.Invalid;
        if (!ulong.TryParse(digits[..length], out ulong value))
            return ParseError.Range;
        long seconds = (long)(negative ? 0 - value : value);
        if (seconds is < 0 or > LastSecond)
            return Math.Abs((decimal)seconds) > 67_768_036_191_676_799m ? ParseError.Range : ParseError.Invalid; // gmtime(3)'s bound
        _rest = digits[length..];
        var time = CivilTime.FromSeconds(seconds);
        result = result with
        {
            IsUtc = true,
            Years = [new(time.Year)],
            Months = [new(time.Month)],
            Days = [new(time.Day)],
            Hours = [new(time.Hour)],
            Minutes = [new(time.Minute)],
            Microseconds = [new(time.Second * CalendarEvent.Second)],
        };
        return ParseError.None;
    }

    private ParseError Time(ref CalendarEvent result)
    {
        ImmutableArray<CalendarComponent> zero = [new(0)];
        if (_rest.IsEmpty)
        {
            result = result with { Hours = zero, Minutes = zero, Microseconds = zero };
            return ParseError.None;
        }
        var error = List(false, out var hours);
        if (error != ParseError.None)
            return error;
        if (_rest is not [':', ..])
            return ParseError.Invalid;
        _rest = _rest[1..];
        if ((error = List(false, out var minutes)) != ParseError.None)
            return error;
        var microseconds = zero;
        if (_rest is [':', ..])
        {
            _rest = _rest[1..];
            if ((error = List(true, out microseconds)) != ParseError.None)
                return error;
        }
        result = result with { Hours = hours, Minutes = minutes, Microseconds = microseconds };
        return ParseError.None;
    }

    /// <summary><c>*</c>, or items between commas.</summary>
    private ParseError List(bool inMicroseconds, out ImmutableArray<CalendarComponent> list)
    {
        if (_rest is ['*', ..])
        {
            _rest = _rest[1..];
            list = inMicroseconds ? [new(0, Repeat: CalendarEvent.Second)] : [];
            return ParseError.None;
        }
        list = [];
        var items = ImmutableArray.CreateBuilder<CalendarComponent>();
        while (items.Count < MaxComponents)
        {
            var error = Item(inMicroseconds, out var item);
            if (error != ParseError.None)
                return error;
            items.Add(item);
            if (_rest is not [',', ..])
            {
                list = items.DrainToImmutable();
                return ParseError.None;
            }
            _rest = _rest[1..];
        }
        return ParseError.Invalid;
    }

    /// <summary><c>start[..stop][/repeat]</c></summary>
    private ParseError Item(bool inMicroseconds, out CalendarComponent item)
    {
        item = default;
        int stop = -1, repeat = 0;
        var error = Number(inMicroseconds, out int start);
        if (error != ParseError.None)
            return error;
        if (_rest.StartsWith(".."))
        {
            _rest = _rest[2..];
            if ((error = Number(inMicroseconds, out stop)) != ParseError.None)
                return error;
            repeat = inMicroseconds ? CalendarEvent.Second : 1;
        }
        if (_rest is ['/', ..])
        {
            _rest = _rest[1..];
            if ((error = Number(inMicroseconds, out repeat)) != ParseError.None)
                return error;
            if (repeat == 0)
                return ParseError.Range;
        }
        else if (start > int.MaxValue - repeat)
            return ParseError.Range;
        else if (inMicroseconds && stop >= 0 && start + repeat > stop)
            return ParseError.Invalid; // shorter than a second, which is the step when none is said
        item = new(start, stop, repeat);
        return _rest is [] or [' ' or ',' or '-' or '~' or ':', ..] ? ParseError.None : ParseError.Invalid;
    }

    private ParseError Number(bool inMicroseconds, out int number)
    {
        number = 0;
        int length = Digits(_rest);
        if (length == 0)
            return ParseError.Invalid;
        if (!ulong.TryParse(_rest[..length], out ulong value) || inMicroseconds && value > ulong.MaxValue / CalendarEvent.Second)
            return ParseError.Range;
        _rest = _rest[length..];
        if (inMicroseconds)
        {
            value *= CalendarEvent.Second;
            // One point is a decimal point, two are a range.
            if (_rest is ['.', ..] and not ['.', '.', ..])
            {
                _rest = _rest[1..];
                if (Fractions.Read(ref _rest) is not { } fraction)
                    return ParseError.Invalid;
                value += fraction;
            }
        }
        if (value > int.MaxValue)
            return ParseError.Range;
        number = (int)value;
        return ParseError.None;
    }

    private static int Digits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;
}
