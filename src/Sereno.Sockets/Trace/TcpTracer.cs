using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>Makes events of what the kernel tells about sockets: joins tracepoints, ends and dumps by the socket's kernel
/// address, cookie and 4-tuple. It does no I/O but what it asks of <see cref="ITraceMachine"/>.</summary>
public sealed partial class TcpTracer(ITraceMachine machine)
{
    /// <summary>How long an event may wait for the port or the byte counts that come a little after it.</summary>
    public const ulong Patience = 250_000_000;

    private const int EndsKept = 1 << 15;

    private readonly EventQueue _queue = new();
    private readonly ProcessMemory _processes = new(machine);
    private readonly Dictionary<ulong, Connection> _byAddress = [];
    private readonly Dictionary<TcpTuple, Connection> _known = [];
    private readonly ListenerIndex _listeners = new();
    private readonly Recent<SocketEnd> _ends = new(EndsKept);
    private readonly Recent<Connection> _ending = new(EndsKept);

    /// <summary>Somebody calls <see cref="Take(in SocketEnd)"/>: it is worth waiting for.</summary>
    public bool EndsAreTold { get; set; }

    /// <summary>Whose sockets were, also of those that have ended.</summary>
    public CookieMemory Owners { get; } = new();

    /// <summary>When the dump was taken whose sockets were adopted: CLOCK_MONOTONIC, in nanoseconds.</summary>
    public ulong DumpTime { get; set; }

    /// <summary>Every socket of our network namespace that was there at <see cref="DumpTime"/> was adopted.</summary>
    public bool DumpIsComplete { get; set; }

    /// <summary>Records that the kernel had no room for.</summary>
    public ulong Lost { get; private set; }

    /// <summary>The next event, in the order of time; false when there is none, or it still waits.</summary>
    /// <param name="now">Until when all that happened was taken: CLOCK_MONOTONIC, in nanoseconds.</param>
    public bool TryTake(ulong now, out TraceEvent e) => _queue.TryTake(now, out e);

    /// <summary>A socket that was there before the trace.</summary>
    /// <param name="soleHolder">No other process has it.</param>
    public void Adopt(in SocketRecord socket, in TracedOwner owner, bool soleHolder)
    {
        var connection = new Connection
        {
            Tuple = TcpTuple.Of(socket),
            State = socket.State,
            Namespace = SocketNamespace.This,
            Owner = owner,
            Cookie = socket.Cookie,
            WasEstablished = true,
            SoleHolder = soleHolder,
        };
        Owners.Remember(socket.Cookie, owner);
        if (socket.IsListening)
        {
            connection.Role = ConnectionRole.Server;
            if (_listeners.Find(connection.Tuple) is null)
                _listeners.Add(connection);
        }
        else if (socket.Inode == 0 && socket.State is TcpState.TimeWait or TcpState.FinWait2)
            _remains.TryAdd(connection.Tuple.Unmapped, connection);
        else
            _known[connection.Tuple] = connection;
    }

    /// <summary>One record of the perf rings; they come in the order of time.</summary>
    public void Take(in TraceRecord record)
    {
        switch (record.Kind)
        {
            case TraceRecordKind.StateChange when record.OldState != record.NewState:
                Change(record);
                break;
            case TraceRecordKind.SocketEnd:
                End(record);
                break;
            case TraceRecordKind.Lost:
                Lost += record.Lost;
                _processes.Prune(record.Time);
                break;
            case TraceRecordKind.Name or TraceRecordKind.Fork or TraceRecordKind.Exit or TraceRecordKind.Namespace:
                _processes.Take(record);
                if (record.Kind == TraceRecordKind.Fork && record.Pid == record.Tid)
                    _listeners.Forked(record.ParentPid);
                break;
        }
    }

    /// <summary>A socket of our network namespace ended, and the kernel told what went through it.</summary>
    public void Take(in SocketEnd end)
    {
        if (!_ending.TryTake(end.Cookie, out var connection))
            _ends.At(end.Cookie, out _) = end; // the rings are read later
        else
            Finish(connection, end);
    }

    private void Change(in TraceRecord record)
    {
        var connection = Find(record);
        var old = record.OldState;
        connection.State = record.NewState;
        connection.IsListener = record.NewState == TcpState.Listen || (old == TcpState.Listen && record.NewState == TcpState.Close);
        connection.WasEstablished |= record.NewState == TcpState.Established;
        if (!record.InInterrupt && IsByHolder(old, record.NewState))
            connection.Learn(_processes.OwnerOf(record.Pid));
        Place(connection, record);
        if (record.NewState == TcpState.Listen)
            Listen(connection, record.Time);
        else if (old == TcpState.Listen && record.NewState == TcpState.Close)
            _listeners.Remove(connection);
        if (record.NewState == TcpState.Close && old is TcpState.FinWait2 or TcpState.Closing && !LeavesRemains(connection, old))
            return;
        Report(connection, record.Time, old);
        PeerFinishes(connection, record);
    }

    private Connection Find(in TraceRecord record)
    {
        bool begins = (record.OldState, record.NewState) is (TcpState.Close, TcpState.SynSent or TcpState.Listen) or (TcpState.Listen, TcpState.SynReceived);
        if (begins || !_byAddress.TryGetValue(record.Address, out var connection))
        {
            connection = !begins && record.OldState == TcpState.Listen && _listeners.Find(record.Tuple) is { } listener ? listener : new();
            _byAddress[record.Address] = connection;
            connection.Started = begins ? record.Time : 0;
            connection.Role = record.NewState switch
            {
                TcpState.SynSent => ConnectionRole.Client,
                TcpState.Listen or TcpState.SynReceived => ConnectionRole.Server,
                _ => connection.Role,
            };
        }
        if (connection.HasPorts && (record.Tuple.LocalPort == 0 || record.Tuple.RemotePort == 0))
            return connection;
        Name(connection, record.Tuple);
        return connection;
    }

    /// <summary>The 4-tuple is known. connect(2) chooses the port after SYN-SENT is told; older kernels tell SYN-RECEIVED
    /// before they fill in the peer.</summary>
    private void Name(Connection connection, in TcpTuple tuple)
    {
        if (connection.Tuple == tuple)
            return;
        connection.Tuple = tuple;
        if (!connection.HasPorts)
            return;
        if (_known.Remove(tuple, out var older))
        {
            if (_listeners.Inherit(connection) && connection.Role == ConnectionRole.Unknown)
                connection.Role = ConnectionRole.Server;
            (connection.Namespace, connection.Cookie, connection.WasEstablished) = (SocketNamespace.This, older.Cookie, true);
            connection.Learn(older.Owner);
        }
        if (!_queue.IsWaiting(connection.Unnamed))
            return;
        _queue[connection.Unnamed].Tuple = tuple;
        _queue.Complete(connection.Unnamed);
        connection.Unnamed = -1;
    }

    /// <summary>Which changes only a system call by who holds the socket makes: connect, listen, close, shutdown.
    /// (Aborts can be anybody's, `ss -K`, and the rest is the network's.)</summary>
    private static bool IsByHolder(TcpState old, TcpState state) => (old, state) is
        (TcpState.Close, TcpState.SynSent or TcpState.Listen)
        or (TcpState.Established or TcpState.SynReceived, TcpState.FinWait1)
        or (TcpState.CloseWait, TcpState.LastAck);

    /// <summary>Finds out whether it is in our network namespace, which the tracepoint doesn't say.</summary>
    private void Place(Connection connection, in TraceRecord record)
    {
        if (connection.Namespace != SocketNamespace.Unknown)
            return;
        if (!record.InInterrupt && IsByHolder(record.OldState, record.NewState) && _processes.NamespaceOf(record.Pid, record.Tid) is ulong place)
            (connection.Namespace, connection.NamespaceInode) = (place == machine.OurNamespace ? SocketNamespace.This : SocketNamespace.Other, place);
        else if (connection.Role == ConnectionRole.Server && connection.State != TcpState.Listen)
            _listeners.Inherit(connection);
        if (connection.Namespace != SocketNamespace.Unknown || !connection.HasPorts)
            return;
        if (connection.State is not (TcpState.Listen or TcpState.Close) && machine.TryFind(connection.Tuple, out var socket))
            (connection.Namespace, connection.Cookie) = (SocketNamespace.This, socket.Cookie);
        else if (connection.Started == 0 && DumpIsComplete && Lost == 0)
            connection.Namespace = SocketNamespace.Other; // it was there before the trace, and not in our dump
    }

    private void Listen(Connection connection, ulong time)
    {
        if (time < DumpTime && _listeners.Find(connection.Tuple) is { Started: 0 } dumped)
            _listeners.Remove(dumped); // the same one
        connection.SoleHolder = true;
        _listeners.Add(connection);
    }

    private void Report(Connection connection, ulong time, TcpState old)
    {
        var e = connection.Event(time, old, connection.State, Observation.Tracepoint);
        bool ends = connection.State is TcpState.Close or TcpState.TimeWait && old != TcpState.Listen;
        if (ends)
            connection.Closing = _queue.Add(e, EndsAreTold && connection.Namespace != SocketNamespace.Other && connection.BytesSent is null ? time + Patience : 0);
        else if (connection.HasPorts)
            _queue.Add(e);
        else
            connection.Unnamed = _queue.Add(e, time + Patience);
    }

    private void End(in TraceRecord record)
    {
        if (!_byAddress.Remove(record.Address, out var connection))
            return;
        connection.Cookie = record.Cookie;
        Owners.Remember(record.Cookie, connection.Owner);
        if (_ends.TryTake(record.Cookie, out var end))
            Finish(connection, end);
        else if (EndsAreTold && connection.Namespace != SocketNamespace.Other)
            _ending.At(record.Cookie, out _) = connection;
    }

    private void Finish(Connection connection, in SocketEnd end)
    {
        (connection.BytesSent, connection.BytesReceived) = (end.BytesSent, end.BytesReceived);
        connection.Namespace = SocketNamespace.This;
        if (_queue.IsWaiting(connection.Closing))
        {
            ref var e = ref _queue[connection.Closing];
            (e.BytesSent, e.BytesReceived, e.Cookie, e.Namespace) = (end.BytesSent, end.BytesReceived, connection.Cookie, SocketNamespace.This);
            _queue.Complete(connection.Closing);
        }
        else if (connection is { Closing: >= 0, WasEstablished: true })
            // Its process kept the descriptor long after the connection's end.
            _queue.Add(connection.Event(end.Time, connection.State, connection.State, Observation.Destroyed));
    }
}
