namespace Sereno.Manager;

/// <summary>One moment on both clocks, in microseconds since the epoch and since boot (clock_gettime(2)).</summary>
public readonly record struct Timestamp(ulong Realtime, ulong Monotonic)
{
    /// <summary>The clock that deadlines use plus a span; saturates, so that "infinity" stays infinity.</summary>
    public ulong After(ulong usec) => usec > ulong.MaxValue - Monotonic ? ulong.MaxValue : Monotonic + usec;

    /// <summary>When the monotonic clock will be there, if nobody sets the other one.</summary>
    public ulong MonotonicOf(ulong realtime) => realtime <= Realtime ? Monotonic - Math.Min(Realtime - realtime, Monotonic) : After(realtime - Realtime);
}
