namespace Sereno.Manager;

/// <summary>
/// Something that others can make happen as often as they like, and that mustn't fill the log: after each word comes a pause, twice as long as
/// the one before, a minute at most. Who has been quiet for long begins anew.
/// </summary>
public sealed class Seldom
{
    private const ulong Shortest = 1_000_000, Longest = 60_000_000;

    private ulong _quietUntil, _pause, _unsaid;

    /// <summary>It has happened: may it be said?</summary>
    /// <param name="now">Microseconds, monotonic.</param>
    /// <param name="unsaid">How often it has happened without a word, since the last one.</param>
    public bool MaySay(ulong now, out ulong unsaid)
    {
        unsaid = _unsaid;
        if (now < _quietUntil)
        {
            _unsaid++;
            return false;
        }
        _pause = _pause == 0 || now > _quietUntil + 2 * Longest ? Shortest : Math.Min(2 * _pause, Longest);
        _quietUntil = now + _pause;
        _unsaid = 0;
        return true;
    }
}
