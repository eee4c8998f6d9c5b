using System.Diagnostics;

namespace Sereno.Journal.Keep;

/// <summary>clock_gettime(2), in microseconds.</summary>
internal static class Clock
{
    public static ulong Realtime => (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>CLOCK_MONOTONIC, which the stopwatch reads in nanoseconds on Linux.</summary>
    public static ulong Monotonic => (ulong)(Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000));
}
