using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>Every state change by the kernel's tracepoints, without BPF: needs CAP_PERFMON, and tracefs for the
/// tracepoints' numbers (mounted, or CAP_SYS_ADMIN). Ends come from the destroy groups.</summary>
public sealed class PerfTraceSource : ITraceSource
{
    /// <summary>A change takes 112 bytes, a short connection's ten and its ends 1.3 KiB.</summary>
    public const int DefaultRingSize = 1 << 20;

    /// <summary>What crowded rings grow to.</summary>
    public const int LargestRing = 1 << 26;

    // A record is written a little after its time was taken, and CPUs of a virtual machine may pause in between.
    private const ulong Settling = 5_000_000;

    private readonly PerfEvents _events;
    private readonly PerfRecords _records;
    private readonly LinuxTraceMachine _machine;
    private readonly DestroyGroups? _groups;
    private readonly TcpTracer _tracer;
    private readonly int _largestRing;
    private TraceRecord[] _unsorted = new TraceRecord[1024];
    private int _count;
    private ulong _lostBefore, _settled, _recorded;
    private long _missing;
    private bool _canGrow = true;

    /// <param name="units">Names units; none are named when null.</param>
    /// <param name="ringSize">Bytes per CPU to begin with, a power of two: when one gets crowded, more is taken.</param>
    /// <param name="largestRing">Up to so much.</param>
    /// <exception cref="IOException">The kernel has no such tracepoint; as <see cref="LinuxException"/>, EACCES or EPERM without the permission.</exception>
    public PerfTraceSource(IUnitResolver? units, int ringSize = DefaultRingSize, int largestRing = LargestRing)
    {
        _largestRing = largestRing;
        _records = ReadFormats(out int[] tracepoints);
        _events = new(tracepoints, ringSize);
        Descriptors = _events.Descriptors;
        try
        {
            _machine = new(units);
            _tracer = new(_machine);
            _groups = TryOpenGroups();
            _tracer.EndsAreTold = _groups is not null && _records.HasEnds;
            _events.Enable();
            Adopt(units);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public TraceSourceKind Kind => TraceSourceKind.Perf;

    public IReadOnlyList<Fd> Descriptors { get; private set; }

    public TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(20);

    public ulong LostEvents => _events.Counts.Lost ?? _tracer.Lost;

    public ulong UnseenEvents { get; private set; }

    public int LostEnds => _groups?.Overruns ?? 0;

    /// <summary>Bytes per CPU of the rings as they are now.</summary>
    public int RingSize => _events.RingSize;

    public CookieMemory Owners => _tracer.Owners;

    public void Read()
    {
        _settled = MonotonicClock.Now - Settling;
        var (counted, lost) = _events.Counts;
        Drain();
        var kept = _unsorted.AsSpan(0, _count);
        kept.Sort(static (a, b) => a.Time.CompareTo(b.Time));
        int done = 0;
        for (; done < kept.Length && kept[done].Time <= _settled; done++)
            _tracer.Take(kept[done]);
        kept[done..].CopyTo(kept);
        _count -= done;
        if (_canGrow && (_tracer.Lost > _lostBefore || _events.Crowded))
            Grow();
        // What these tell comes after what was taken, and before what will be.
        ReadEnds(_settled);
        _tracer.LookAtRemains(_settled);
        LookForUnseen((long)(counted - (lost ?? _tracer.Lost) - _recorded));
    }

    // What is counted is recorded a moment later: only what the next look misses too never was.
    private void LookForUnseen(long missing)
    {
        long unseen = Math.Min(missing, _missing);
        _missing = missing;
        if (unseen <= (long)UnseenEvents)
            return;
        UnseenEvents = (ulong)unseen;
        if (!_tracer.TryDump())
            return;
        Drain();
        _tracer.Reconcile(_unsorted.AsSpan(0, _count), _settled);
    }

    public bool TryTake(out TraceEvent e, bool last = false) => _tracer.TryTake(last ? ulong.MaxValue : _settled, out e);

    public void Dispose()
    {
        _events.Dispose();
        _groups?.Dispose();
        _machine?.Dispose();
    }

    private static PerfRecords ReadFormats(out int[] tracepoints)
    {
        using var tracefs = Tracefs.Open();
        var states = TraceFormat.Parse(tracefs.Read("events/sock/inet_sock_set_state/format") ?? "")
            ?? throw new IOException("cannot trace TCP: the kernel has no tracepoint sock:inet_sock_set_state (Linux 4.16)");
        var ends = TraceFormat.Parse(tracefs.Read("events/tcp/tcp_destroy_sock/format") ?? "");
        tracepoints = ends is null ? [states.Id] : [states.Id, ends.Id];
        var records = new PerfRecords(states, ends);
        return records.IsUsable ? records : throw new IOException("cannot trace TCP: the tracepoint sock:inet_sock_set_state lacks fields that are needed");
    }

    private static DestroyGroups? TryOpenGroups()
    {
        try
        {
            return new(DestroyGroups.Tcp);
        }
        catch (LinuxException)
        {
            return null; // no byte counts, then; changes are complete without
        }
    }

    // The tracepoints are on by now: no socket can be missed between the dump and the first event.
    private void Adopt(IUnitResolver? units)
    {
        var table = SocketTable.Capture(new SocketQuery { Udp = false }, units);
        (_tracer.DumpTime, _tracer.DumpIsComplete) = (MonotonicClock.Now, !table.Inconsistent);
        foreach (ref readonly var socket in table.Records)
        {
            var owner = table.OwnerOf(socket);
            _tracer.Adopt(socket, owner.ToTraced(), owner.Holders.Select(h => h.Pid).Distinct().Count() == 1);
        }
    }

    private void Drain()
    {
        for (int cpu = 0; cpu < _events.Cpus; cpu++)
            while (_events.Next(cpu, out var record))
                Keep(record);
    }

    private void Keep(ReadOnlySpan<byte> record)
    {
        if (_count == _unsorted.Length)
            Array.Resize(ref _unsorted, 2 * _count);
        if (PerfRecords.IsSample(record))
            _recorded++;
        if (_records.TryRead(record, out _unsorted[_count]))
            _count++;
    }

    private void Grow()
    {
        _lostBefore = _tracer.Lost;
        _canGrow = _events.RingSize < _largestRing && _events.Grow(4 * _events.RingSize, Keep);
        if (_canGrow)
            Descriptors = _events.Descriptors; // others: the old ones are closed
    }

    private void ReadEnds(ulong now)
    {
        while (_groups is not null && _groups.Next(out var datagram))
        {
            var reader = new NetlinkReader(datagram);
            while (reader.Next(out var message))
                if (message.Type == InetDiag.SockDiagByFamily && SocketEnd.TryRead(message.Payload, now, out var end))
                    _tracer.Take(end);
        }
    }
}
