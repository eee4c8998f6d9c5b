using Sereno.Sockets.Owners;

namespace Sereno.Sockets.Trace;

/// <summary>Opens the best way to see state changes that is permitted.</summary>
public static class TraceSources
{
    /// <summary>Between two dumps, where dumps are needed.</summary>
    public static TimeSpan DefaultInterval { get; } = TimeSpan.FromMilliseconds(250);

    /// <param name="wanted">This one and no other; null for the best.</param>
    /// <param name="units">Names units; none are named when null.</param>
    /// <param name="interval">Between two dumps; <see cref="DefaultInterval"/> when null.</param>
    /// <param name="refusals">Why the better ones can't be had, best first.</param>
    /// <exception cref="IOException">None can be had, or not the one that is wanted.</exception>
    public static ITraceSource Open(TraceSourceKind? wanted, IUnitResolver? units, TimeSpan? interval, out IReadOnlyList<string> refusals)
    {
        var reasons = new List<string>();
        refusals = reasons;
        foreach (var kind in (ReadOnlySpan<TraceSourceKind>)[TraceSourceKind.Perf, TraceSourceKind.Destroy, TraceSourceKind.Poll])
            if (wanted is null || wanted == kind)
                try
                {
                    return Open(kind, units, interval ?? DefaultInterval);
                }
                catch (Exception e) when (wanted is null && kind != TraceSourceKind.Poll && e is IOException or UnauthorizedAccessException)
                {
                    reasons.Add(e.Message);
                }
        throw new IOException($"cannot trace TCP: there is no source '{wanted}'");
    }

    /// <summary>The name of a source in machine formats and options.</summary>
    public static string Name(this TraceSourceKind kind) => kind switch
    {
        TraceSourceKind.Perf => "perf",
        TraceSourceKind.Destroy => "destroy",
        TraceSourceKind.Poll => "poll",
    };

    private static ITraceSource Open(TraceSourceKind kind, IUnitResolver? units, TimeSpan interval) => kind == TraceSourceKind.Perf
        ? new PerfTraceSource(units)
        : new DumpTraceSource(units, kind == TraceSourceKind.Destroy, interval);
}
