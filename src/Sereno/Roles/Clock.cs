using Sereno.Manager;

namespace Sereno.Roles;

/// <summary>The real clocks; monotonic is the kernel's CLOCK_MONOTONIC, which other programs can compare with.</summary>
public static class Clock
{
    public static Timestamp Now => new(
        (ulong)((DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10),
        (ulong)(System.Diagnostics.Stopwatch.GetTimestamp() / (System.Diagnostics.Stopwatch.Frequency / 1_000_000)));
}
