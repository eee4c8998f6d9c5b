namespace Sereno.Manager;

/// <summary>
/// Deadlines on the monotonic clock; setting one again replaces it. A deadline that moves away leaves its place in the
/// queue until that surfaces, so that a watchdog that is fed a thousand times a second costs one place.
/// </summary>
public sealed class Timers
{
    private const int Few = 64;
    private readonly PriorityQueue<(object Key, ulong At), ulong> _queue = new();
    private readonly Dictionary<object, Timer> _timers = [];

    /// <param name="Queued">Where it stands in the queue: never later than the deadline.</param>
    private readonly record struct Timer(ulong Deadline, ulong Queued);

    /// <summary>When to wake next, in microseconds; null when nothing is armed.</summary>
    public ulong? Next
    {
        get
        {
            while (_queue.TryPeek(out var entry, out _))
            {
                if (!_timers.TryGetValue(entry.Key, out var timer) || timer.Queued != entry.At)
                    _queue.Dequeue();
                else if (timer.Deadline == entry.At)
                    return timer.Deadline;
                else
                {
                    _queue.Dequeue();
                    Enqueue(entry.Key, timer.Deadline);
                }
            }
            return null;
        }
    }

    /// <param name="deadline">ulong.MaxValue disarms.</param>
    public void Arm(object key, ulong deadline)
    {
        if (deadline == ulong.MaxValue)
            Disarm(key);
        else if (_timers.TryGetValue(key, out var timer) && timer.Queued <= deadline)
            _timers[key] = timer with { Deadline = deadline };
        else
            Enqueue(key, deadline);
    }

    public void Disarm(object key)
    {
        if (_timers.Remove(key) && _queue.Count > Few && _queue.Count / 4 > _timers.Count)
            Tidy();
    }

    /// <summary>How many places are in the queue, those that were left included.</summary>
    public int Places => _queue.Count;

    /// <summary>A thousand starts a second, each with its limit of 90 seconds, would leave as many units behind that nobody else knows any more.</summary>
    private void Tidy()
    {
        _queue.Clear();
        foreach (var (key, timer) in _timers.ToArray())
        {
            _timers[key] = timer with { Queued = timer.Deadline };
            _queue.Enqueue((key, timer.Deadline), timer.Deadline);
        }
    }

    public ulong? DeadlineOf(object key) => _timers.TryGetValue(key, out var timer) ? timer.Deadline : null;

    /// <summary>Takes the next key whose time has come.</summary>
    public bool TryTake(ulong now, out object? key)
    {
        key = null;
        if (Next is not { } deadline || deadline > now)
            return false;
        key = _queue.Dequeue().Key;
        _timers.Remove(key);
        return true;
    }

    private void Enqueue(object key, ulong deadline)
    {
        _timers[key] = new(deadline, deadline);
        _queue.Enqueue((key, deadline), deadline);
    }
}
