namespace Sereno.Sockets.Trace;

/// <summary>Events on their way out, in order. One that still waits for something (a port, the bytes) keeps those behind it
/// back, but not beyond its deadline.</summary>
internal sealed class EventQueue
{
    private (TraceEvent Event, ulong Deadline)[] _ring = new (TraceEvent, ulong)[256];
    private long _head, _end;

    /// <summary>Adds an event.</summary>
    /// <param name="deadline">Until when (as <see cref="TraceEvent.Time"/>) it may wait to be completed; 0 for one that is complete.</param>
    /// <returns>Its number, by which it can be found while it waits.</returns>
    public long Add(in TraceEvent e, ulong deadline = 0)
    {
        if (_end - _head == _ring.Length)
            Grow();
        _ring[_end & (_ring.Length - 1)] = (e, deadline);
        return _end++;
    }

    public bool IsWaiting(long number) => number >= _head && number < _end;

    /// <summary>An event that <see cref="IsWaiting"/>.</summary>
    public ref TraceEvent this[long number] => ref _ring[number & (_ring.Length - 1)].Event;

    /// <summary>It waits for nothing any more.</summary>
    public void Complete(long number) => _ring[number & (_ring.Length - 1)].Deadline = 0;

    /// <summary>The next event that needs not wait any longer.</summary>
    public bool TryTake(ulong now, out TraceEvent e)
    {
        e = default;
        if (_head == _end || _ring[_head & (_ring.Length - 1)].Deadline > now)
            return false;
        e = _ring[_head++ & (_ring.Length - 1)].Event;
        return true;
    }

    public delegate void Visitor(ref TraceEvent e);

    public void ForEach(Visitor visit)
    {
        for (long i = _head; i < _end; i++)
            visit(ref this[i]);
    }

    private void Grow()
    {
        var larger = new (TraceEvent, ulong)[2 * _ring.Length];
        for (long i = _head; i < _end; i++)
            larger[i & (larger.Length - 1)] = _ring[i & (_ring.Length - 1)];
        _ring = larger;
    }
}
