using Sereno.Linux;

namespace Sereno.Sockets.Trace;

/// <summary>Ways to see state changes, best first.</summary>
public enum TraceSourceKind
{
    /// <summary>The tracepoint sock:inet_sock_set_state: every change, at its time.</summary>
    Perf,

    /// <summary>The kernel's word of every socket that ends, and dumps for the time before.</summary>
    Destroy,

    /// <summary>Dumps only.</summary>
    Poll,
}

/// <summary>A way to see state changes, at work. Not thread-safe: it belongs to the thread that opened it, and to its network namespace.</summary>
public interface ITraceSource : IDisposable
{
    TraceSourceKind Kind { get; }

    /// <summary>Descriptors that are readable when there is something to be read before <see cref="Interval"/> is over; another
    /// list when they have changed.</summary>
    IReadOnlyList<Fd> Descriptors { get; }

    /// <summary>How often to read when nothing is readable.</summary>
    TimeSpan Interval { get; }

    /// <summary>Takes in what the kernel has told. Never waits.</summary>
    void Read();

    /// <summary>The next event, in the order of time; false when there is none for now.</summary>
    /// <param name="last">Nothing more will be read: events need not wait for their ports or byte counts.</param>
    bool TryTake(out TraceEvent e, bool last = false);

    /// <summary>Changes of which the kernel told only that it had no room for them.</summary>
    ulong LostEvents { get; }

    /// <summary>Changes that the kernel counted and did not record; what they left is told from dumps.</summary>
    ulong UnseenEvents { get; }

    /// <summary>How many times ends were lost: their connections have no byte counts.</summary>
    int LostEnds { get; }
}
