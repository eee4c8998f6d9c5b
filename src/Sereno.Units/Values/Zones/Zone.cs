namespace Sereno.Units.Values;

/// <summary>A zone's offset from UTC in seconds to the east, and what it is called then.</summary>
public readonly record struct ZoneOffset(int Seconds, bool IsDst, string Name);

/// <summary>tzset(3)'s variables: they follow the last time that was converted.</summary>
public readonly record struct ZoneNames(string Standard, string Daylight, bool IsUtc)
{
    public string this[int isDst] => isDst == 0 ? Standard : Daylight;
}

/// <summary>
/// Local time, both ways, as glibc has it: which of two equal local times is meant, and what a local time that doesn't
/// exist stands for, follows its mktime(3), on which systemd's calendar events rest.
/// </summary>
public abstract class Zone
{
    public static readonly Zone Utc = new RuleZone(ZoneRule.Parse("UTC0"));

    public abstract ZoneOffset At(long epoch);

    public abstract ZoneNames NamesAt(long epoch);

    public virtual CivilTime ToCivil(long epoch)
    {
        var offset = At(epoch);
        return CivilTime.FromSeconds(epoch + offset.Seconds) with { IsDst = offset.IsDst ? 1 : 0 };
    }

    /// <summary>mktime(3): brings the numbers into range and says what time that is.</summary>
    /// <param name="guess">
    /// How far UTC was from local time in the last answer, in seconds. Of two times that the clock shows alike, the one
    /// with that offset is taken.
    /// </param>
    /// <returns>Seconds since the epoch; null when there is no such time.</returns>
    public long? ToEpoch(ref CivilTime time, ref long guess)
    {
        var wanted = time with { Second = Math.Clamp(time.Second, 0, 59) };
        if (Approach(wanted, guess) is not { } found)
            return null;
        guess = found - wanted.Seconds;
        var civil = ToCivil(found);
        if (civil.Second != time.Second)
        {
            // A second 60 that was asked for, or one that the zone inserts.
            found += time.Second - wanted.Second + (wanted.Second == 0 && civil.Second == 60 ? 1 : 0);
            civil = ToCivil(found);
        }
        time = civil;
        return found;
    }

    /// <summary>Corrects the guess by its error until there is none, or until it swings around a gap.</summary>
    private long? Approach(CivilTime wanted, long guess)
    {
        const int MaxProbes = 6;
        long target = wanted.Seconds;
        long probe = target + guess, previous = probe, beforeThat = probe;
        bool previousWasDst = false;
        for (int left = MaxProbes; left > 0; left--)
        {
            var civil = ToCivil(probe);
            bool isDst = civil.IsDst != 0;
            long error = target - civil.Seconds;
            if (error == 0)
                return wanted.IsDst >= 0 && isDst != (wanted.IsDst != 0) ? Neighbour(wanted, probe) : probe;
            bool swings = probe == beforeThat && probe != previous;
            // The gap's two sides: the one that isn't what was asked for, or daylight saving time.
            if (swings && (wanted.IsDst < 0 ? isDst || !previousWasDst : isDst != (wanted.IsDst != 0)))
                return probe;
            (beforeThat, previous, probe, previousWasDst) = (previous, probe, probe + error, isDst);
        }
        return null;
    }

    /// <summary>The same local time counted with the offset of the nearest time at which daylight saving was as asked for; an hour is it where there was none.</summary>
    private long Neighbour(CivilTime wanted, long found)
    {
        // The shortest period of either kind in the zone database, and half the longest (mktime.c).
        const long Stride = 601_200, Bound = 536_454_000 / 2 + Stride;
        for (long distance = Stride; distance < Bound; distance += Stride)
            foreach (long at in (ReadOnlySpan<long>)[found - distance, found + distance])
            {
                var civil = ToCivil(at);
                if (civil.IsDst != 0 == (wanted.IsDst != 0))
                    return at + wanted.Seconds - civil.Seconds;
            }
        return wanted.IsDst != 0 ? found - 3600 : found + 3600;
    }
}

/// <summary>A zone that is one rule for all years.</summary>
public sealed class RuleZone(ZoneRule rule) : Zone
{
    public override ZoneOffset At(long epoch) => rule.At(epoch);

    public override ZoneNames NamesAt(long epoch) => rule.Names;
}
