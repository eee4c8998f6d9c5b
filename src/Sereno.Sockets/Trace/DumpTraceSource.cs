using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>State changes by dumps, and where the kernel tells ends, by those: needs no privilege.</summary>
public sealed class DumpTraceSource : ITraceSource
{
    // A walk of /proc takes far longer than a dump of few sockets: it may have a tenth of the time.
    private const ulong OwnersShare = 10;

    private readonly IUnitResolver? _units;
    private readonly LinuxTraceMachine _machine;
    private readonly DestroyGroups? _groups;
    private readonly DumpTracer _tracer;
    private ulong _nextDump, _nextOwners;

    /// <param name="withEnds">Listen to the destroy groups too.</param>
    /// <param name="interval">Between two dumps.</param>
    /// <exception cref="LinuxException">The kernel has no such groups, or no sock_diag.</exception>
    public DumpTraceSource(IUnitResolver? units, bool withEnds, TimeSpan interval)
    {
        _units = units;
        Interval = interval;
        _machine = new(units);
        try
        {
            _tracer = new(_machine);
            _groups = withEnds ? new(DestroyGroups.Tcp) : null;
            Descriptors = _groups is null ? [] : [_groups.Fd];
            Look();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public TraceSourceKind Kind => _groups is null ? TraceSourceKind.Poll : TraceSourceKind.Destroy;

    public IReadOnlyList<Fd> Descriptors { get; }

    public TimeSpan Interval { get; }

    public ulong LostEvents => 0;

    public ulong UnseenEvents => 0;

    public int LostEnds => _groups?.Overruns ?? 0;

    public CookieMemory Owners => _tracer.Owners;

    public void Read()
    {
        ReadEnds();
        if (MonotonicClock.Now >= _nextDump)
            Look();
    }

    public bool TryTake(out TraceEvent e, bool last = false) => _tracer.TryTake(last ? ulong.MaxValue : MonotonicClock.Now, out e);

    public void Dispose()
    {
        _groups?.Dispose();
        _machine.Dispose();
    }

    private void Look()
    {
        ulong start = MonotonicClock.Now;
        _nextDump = start + (ulong)Interval.Ticks * 100;
        var dump = new SocketDump();
        dump.Add(ipv4: true, SocketProtocol.Tcp, TcpStates.All);
        dump.Add(ipv4: false, SocketProtocol.Tcp, TcpStates.All);
        _tracer.Take(dump.Records, !dump.Inconsistent, MonotonicClock.Now);
        if (_tracer.WantsOwners && start >= _nextOwners)
            FindOwners();
    }

    private void FindOwners()
    {
        ulong start = MonotonicClock.Now;
        var table = new SocketTable([], OwnerIndex.Scan(), _units);
        _tracer.TakeOwners((inode, cgroup) => table.OwnerOf(new SocketRecord { Inode = inode, CgroupId = cgroup }).ToTraced());
        ulong end = MonotonicClock.Now;
        _nextOwners = end + OwnersShare * (end - start);
    }

    private void ReadEnds()
    {
        while (_groups is not null && _groups.Next(out var datagram))
        {
            ulong now = MonotonicClock.Now;
            var reader = new NetlinkReader(datagram);
            while (reader.Next(out var message))
                if (message.Type == InetDiag.SockDiagByFamily && SocketEnd.TryRead(message.Payload, now, out var end))
                    _tracer.Take(end);
        }
    }
}
