namespace Sereno.Manager;

/// <summary>Deadlines on the monotonic clock; setting one again replaces it, stale ones are skipped when they surface.</summary>
public sealed class Timers
{
    private readonly PriorityQueue<(object Key, ulong Deadline), ulong> _queue = new();
    private readonly Dictionary<object, ulong> _deadlines = [];

    /// <summary>When to wake next, in microseconds; null when nothing is armed.</summary>
    public ulong? Next
    {
        get
        {
            while (_queue.TryPeek(out var entry, out _))
            {
                if (_deadlines.TryGetValue(entry.Key, out ulong deadline) && deadline == entry.Deadline)
                    return deadline;
                _queue.Dequeue();
            }
            return null;
        }
    }

    /// <param name="deadline">ulong.MaxValue disarms.</param>
    public void Arm(object key, ulong deadline)
    {
        if (deadline == ulong.MaxValue)
        {
            Disarm(key);
            return;
        }
        _deadlines[key] = deadline;
        _queue.Enqueue((key, deadline), deadline);
    }

    public void Disarm(object key) => _deadlines.Remove(key);

    public ulong? DeadlineOf(object key) => _deadlines.TryGetValue(key, out ulong deadline) ? deadline : null;

    /// <summary>Takes the next key whose time has come.</summary>
    public bool TryTake(ulong now, out object? key)
    {
        key = null;
        if (Next is not { } deadline || deadline > now)
            return false;
        key = _queue.Dequeue().Key;
        _deadlines.Remove(key);
        return true;
    }
}
