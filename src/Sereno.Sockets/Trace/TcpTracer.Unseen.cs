using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>Changes that the kernel counts but doesn't record: on Linux 6.18, those that happen while a CPU other than the
/// first is idle. What they left is looked up; what came and went in between is not seen.</summary>
public sealed partial class TcpTracer
{
    private readonly Dictionary<TcpTuple, SocketRecord> _dumped = [];
    private readonly HashSet<ulong> _pendingAddresses = [];
    private readonly HashSet<TcpTuple> _pendingTuples = [], _told = [];
    private readonly List<(ulong? Address, Connection Connection)> _suspects = [];

    /// <summary>Takes the dump for <see cref="Reconcile"/>; false when there is no whole one.</summary>
    public bool TryDump()
    {
        _dumped.Clear();
        if (!machine.TryDump(TcpStates.All, out var sockets))
            return false;
        foreach (ref readonly var socket in sockets)
            if (!socket.IsListening)
                _dumped[TcpTuple.Of(socket).Unmapped] = socket;
        return true;
    }

    /// <summary>Compares what is known of our network namespace's sockets with the dump, and reports what differs.</summary>
    /// <param name="pending">All records from before the dump that wait to be taken: of their sockets, they tell more.</param>
    /// <param name="now">CLOCK_MONOTONIC, in nanoseconds.</param>
    public void Reconcile(ReadOnlySpan<TraceRecord> pending, ulong now)
    {
        NotePending(pending);
        CollectSuspects();
        foreach (var (address, connection) in _suspects)
            Correct(address, connection, now);
        foreach (var (tuple, socket) in _dumped)
            if (!_told.Contains(tuple) && !_remains.ContainsKey(tuple) && !IsPending(tuple))
                Discover(socket, now);
    }

    private void NotePending(ReadOnlySpan<TraceRecord> pending)
    {
        _pendingAddresses.Clear();
        _pendingTuples.Clear();
        foreach (ref readonly var record in pending)
        {
            _pendingAddresses.Add(record.Address);
            _pendingTuples.Add(record.Tuple.Unmapped);
        }
    }

    // connect(2) chooses the port after SYN-SENT is told.
    private bool IsPending(in TcpTuple tuple) => _pendingTuples.Contains(tuple) || _pendingTuples.Contains(tuple with { LocalPort = 0 });

    private void CollectSuspects()
    {
        _suspects.Clear();
        _told.Clear();
        foreach (var (address, connection) in _byAddress)
        {
            _told.Add(connection.Tuple.Unmapped);
            if (connection is { IsListener: false, HasPorts: true, Namespace: SocketNamespace.This, State: not TcpState.Close } && !_pendingAddresses.Contains(address))
                _suspects.Add((address, connection));
        }
        foreach (var (tuple, connection) in _known)
        {
            _told.Add(tuple.Unmapped);
            if (!IsPending(tuple.Unmapped))
                _suspects.Add((null, connection));
        }
    }

    private void Correct(ulong? address, Connection connection, ulong now)
    {
        var key = connection.Tuple.Unmapped;
        bool lives = _dumped.TryGetValue(key, out var socket);
        var state = lives ? socket.State : TcpState.Close;
        // A dump is no snapshot: what it lacks may be there nevertheless.
        if (state == connection.State || (!lives && machine.TryFind(connection.Tuple, out _)))
            return;
        if (lives && _ends.TryTake(socket.Cookie, out var end))
            (connection.BytesSent, connection.BytesReceived) = (end.BytesSent, end.BytesReceived);
        bool socketIsGone = !lives || (socket.Inode == 0 && state is TcpState.TimeWait or TcpState.FinWait2);
        if (socketIsGone && address is ulong known)
            _byAddress.Remove(known);
        else if (socketIsGone)
            _known.Remove(connection.Tuple);
        if (socketIsGone && lives && _remains.Count < RemainsKept)
            _remains[key] = connection;
        connection.WasEstablished |= state == TcpState.Established;
        ReportRemains(connection, now, state);
    }

    private void Discover(in SocketRecord socket, ulong now)
    {
        Adopt(socket, default, soleHolder: false);
        var tuple = TcpTuple.Of(socket);
        if (!_known.TryGetValue(tuple, out var connection) && !_remains.TryGetValue(tuple.Unmapped, out connection))
            return;
        if (_listeners.Inherit(connection) && connection.Role == ConnectionRole.Unknown)
            connection.Role = ConnectionRole.Server;
        _queue.Add(connection.Event(now, default, connection.State, Observation.Dump));
    }
}
