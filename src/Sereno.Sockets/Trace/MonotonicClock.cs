using System.Diagnostics;

namespace Sereno.Sockets.Trace;

/// <summary>CLOCK_MONOTONIC, in nanoseconds, and the time of day that it stands for.</summary>
public static class MonotonicClock
{
    // On Linux the stopwatch reads CLOCK_MONOTONIC with a frequency of 1e9.
    public static ulong Now => (ulong)Stopwatch.GetTimestamp();

    /// <summary>The time of day at that moment, by today's clock.</summary>
    public static DateTimeOffset ToTimeOfDay(ulong time) =>
        DateTimeOffset.UtcNow.AddTicks(-(long)(Now - time) / 100);
}
