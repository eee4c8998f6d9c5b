using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>What stays of a connection when its socket is gone: the kernel keeps TIME-WAIT, and a FIN-WAIT-2 that nobody
/// holds any more, in a small record of its own (inet_timewait_sock), of whose changes no tracepoint tells.</summary>
public sealed partial class TcpTracer
{
    // 120 bytes each; the kernel's own limit is net.ipv4.tcp_max_tw_buckets.
    private const int RemainsKept = 1 << 18;
    private const ulong LookInterval = 1_000_000_000;

    // Some microseconds each; what is beyond waits for the next look.
    private const int LookupsAtOnce = 1 << 14;

    private readonly Dictionary<TcpTuple, Connection> _remains = [];
    private readonly Dictionary<TcpTuple, TcpState> _present = [];
    private readonly List<TcpTuple> _changed = [];
    private ulong _nextLook;

    /// <summary>Connections in TIME-WAIT, or on their way to it without a socket.</summary>
    public int Remains => _remains.Count;

    /// <summary>The socket left FIN-WAIT-2 or CLOSING: asks the kernel whether for TIME-WAIT, for nothing (a reset), or whether
    /// only the socket went and the connection stays in FIN-WAIT-2. Then nothing has happened that the peer could see: false.</summary>
    private bool LeavesRemains(Connection connection, TcpState old)
    {
        if (connection.Namespace == SocketNamespace.Other || !machine.TryFind(connection.Tuple, out var left)
            || left.State is not (TcpState.TimeWait or TcpState.FinWait2))
            return true;
        connection.State = left.State;
        connection.Namespace = SocketNamespace.This;
        if (_remains.Count < RemainsKept)
            _remains[connection.Tuple.Unmapped] = connection;
        return left.State != old;
    }

    /// <summary>The other end of a connection in FIN-WAIT-2 may be on this machine: then its FIN tells when TIME-WAIT begins.
    /// And a new connection may take the place of one in TIME-WAIT.</summary>
    private void PeerFinishes(Connection connection, in TraceRecord record)
    {
        if (_remains.Count == 0)
            return;
        if (record.OldState == TcpState.SynSent && _remains.Remove(connection.Tuple.Unmapped, out var replaced))
            ReportRemains(replaced, record.Time, TcpState.Close);
        if ((record.OldState, record.NewState) is (TcpState.CloseWait, TcpState.LastAck) or (TcpState.LastAck, TcpState.Close)
            && _remains.TryGetValue(connection.Tuple.Unmapped.Reversed, out var peer) && peer.State == TcpState.FinWait2
            && machine.TryFind(peer.Tuple, out var left) && left.State == TcpState.TimeWait)
            ReportRemains(peer, record.Time, TcpState.TimeWait, Observation.Tracepoint);
    }

    /// <summary>Looks whether any of it has changed; at most once a second, and not at all when there is none.</summary>
    /// <param name="now">CLOCK_MONOTONIC, in nanoseconds.</param>
    public void LookAtRemains(ulong now)
    {
        if (_remains.Count == 0 || now < _nextLook)
            return;
        _nextLook = now + LookInterval;
        if (!machine.TryDump(TcpStates.TimeWait | (TcpStates)(1 << (int)TcpState.FinWait2), out var sockets))
            return;
        _present.Clear();
        foreach (ref readonly var socket in sockets)
            _present[TcpTuple.Of(socket).Unmapped] = socket.State;
        _changed.Clear();
        foreach (var (tuple, connection) in _remains)
            if ((!_present.TryGetValue(tuple, out var state) || state != connection.State) && _changed.Count < LookupsAtOnce)
                _changed.Add(tuple);
        foreach (var tuple in _changed)
        {
            var connection = _remains[tuple];
            if (!_present.TryGetValue(tuple, out var state))
                state = StateOf(connection);
            if (state != connection.State)
                ReportRemains(connection, now, state);
            if (state == TcpState.Close)
                _remains.Remove(tuple);
        }
    }

    // One that the dump doesn't have may have been put where the dump had been already: only who is asked for by name is gone.
    private TcpState StateOf(Connection connection) =>
        machine.TryFind(connection.Tuple, out var left) && left.State is TcpState.TimeWait or TcpState.FinWait2 ? left.State : TcpState.Close;

    private void ReportRemains(Connection connection, ulong time, TcpState state, Observation observation = Observation.Dump)
    {
        _queue.Add(connection.Event(time, connection.State, state, observation));
        connection.State = state;
    }
}
