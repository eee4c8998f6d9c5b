using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>Makes events of the differences between one dump and the next, and of the ends that the kernel tells in between:
/// for who may not see the tracepoints. States that a socket passed between two dumps are missing; with the ends no
/// connection is, but of one that no dump saw only the end is known.</summary>
public sealed class DumpTracer(ITraceMachine machine)
{
    // Some microseconds each; what is beyond waits for the next dump.
    private const int LookupsAtOnce = 1 << 12;

    private readonly EventQueue _queue = new();
    private readonly Dictionary<ulong, Seen> _sockets = [];
    private readonly List<ulong> _gone = [];
    private readonly ListenerIndex _listeners = new();
    private int _dump;

    private sealed class Seen(Connection connection)
    {
        public readonly Connection Connection = connection;
        public int Dump;
        public uint Inode;
        public ulong Cgroup;
    }

    /// <summary>Whose sockets were, also of those that are in TIME-WAIT.</summary>
    public CookieMemory Owners { get; } = new();

    /// <summary>Somebody's sockets came that a walk of /proc could name.</summary>
    public bool WantsOwners { get; private set; }

    public bool TryTake(ulong now, out TraceEvent e) => _queue.TryTake(now, out e);

    /// <summary>All TCP sockets as they are now. The first time they are only remembered.</summary>
    /// <param name="complete">False for a dump in which some may be missing: then nothing is taken for gone.</param>
    public void Take(ReadOnlySpan<SocketRecord> sockets, bool complete, ulong now)
    {
        bool first = _dump++ == 0;
        foreach (ref readonly var socket in sockets)
            See(socket, first, now);
        _gone.Clear();
        foreach (var (cookie, seen) in _sockets)
            if (complete && seen.Dump != _dump && _gone.Count < LookupsAtOnce)
                _gone.Add(cookie);
        foreach (ulong cookie in _gone)
        {
            // A dump is no snapshot: what it lacks may be there nevertheless.
            if (machine.TryFind(_sockets[cookie].Connection.Tuple, out var found) && found.Cookie == cookie)
            {
                See(found, first: false, now);
                continue;
            }
            _sockets.Remove(cookie, out var seen);
            if (seen!.Connection.State == TcpState.Listen)
                _listeners.Remove(seen.Connection);
            Change(seen.Connection, TcpState.Close, now, Observation.Dump);
        }
    }

    /// <summary>Who holds which socket.</summary>
    /// <param name="ownerOf">By inode; none when nobody was seen with it.</param>
    public void TakeOwners(Func<uint, ulong, TracedOwner> ownerOf)
    {
        WantsOwners = false;
        foreach (var (cookie, seen) in _sockets)
            if (seen.Inode != 0 && seen.Connection.Owner.Source != OwnerSource.Exact)
            {
                seen.Connection.Learn(ownerOf(seen.Inode, seen.Cgroup));
                Owners.Remember(cookie, seen.Connection.Owner);
            }
        // The dump that asked for them has been told by nobody yet.
        _queue.ForEach((ref TraceEvent e) => e.Owner = _sockets.TryGetValue(e.Cookie, out var seen) ? seen.Connection.Owner : e.Owner);
    }

    /// <summary>A socket of our network namespace ended, and the kernel told what went through it.</summary>
    public void Take(in SocketEnd end)
    {
        if (!_sockets.Remove(end.Cookie, out var seen))
        {
            if (end.Tuple.RemotePort == 0)
                return; // it was never connected
            seen = new(new() { Tuple = end.Tuple, Cookie = end.Cookie, Namespace = SocketNamespace.This });
            Inherit(seen.Connection);
        }
        var connection = seen.Connection;
        if (connection.State == TcpState.Listen)
            _listeners.Remove(connection);
        else
            (connection.BytesSent, connection.BytesReceived) = (end.BytesSent, end.BytesReceived);
        Change(connection, Remains(seen, end), end.Time, Observation.Destroyed);
    }

    /// <summary>What is left of a connection without its socket: TIME-WAIT, or a FIN-WAIT-2 that nobody holds; else nothing.</summary>
    private TcpState Remains(Seen seen, in SocketEnd end)
    {
        var connection = seen.Connection;
        if (connection.State == TcpState.Listen || !connection.HasPorts || !machine.TryFind(connection.Tuple, out var left)
            || left.Inode != 0 || left.State is not (TcpState.TimeWait or TcpState.FinWait2))
            return TcpState.Close;
        // It has the socket's cookie only if the socket had one by then.
        (seen.Inode, seen.Dump) = (0, _dump);
        _sockets[connection.Cookie = left.Cookie] = seen;
        return left.State;
    }

    private void See(in SocketRecord socket, bool first, ulong now)
    {
        ref var seen = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_sockets, socket.Cookie, out bool known);
        if (!known)
        {
            seen = new(Describe(socket, first ? 0 : now));
            WantsOwners |= socket.Inode != 0;
        }
        seen!.Dump = _dump;
        if (socket.Inode != 0)
            (seen.Inode, seen.Cgroup) = (socket.Inode, socket.CgroupId);
        seen.Connection.Tuple = TcpTuple.Of(socket);
        if (known || !first)
            Change(seen.Connection, socket.State, now, Observation.Dump);
        else
            (seen.Connection.State, seen.Connection.Reported) = (socket.State, true);
    }

    private Connection Describe(in SocketRecord socket, ulong started)
    {
        var connection = new Connection
        {
            Tuple = TcpTuple.Of(socket),
            Cookie = socket.Cookie,
            Namespace = SocketNamespace.This,
            Started = started,
            Role = socket.State switch
            {
                TcpState.Listen or TcpState.SynReceived => ConnectionRole.Server,
                TcpState.SynSent => ConnectionRole.Client,
                _ => ConnectionRole.Unknown,
            },
        };
        if (Owners.TryGet(socket.Cookie, out var owner))
            connection.Owner = owner;
        if (socket.IsListening)
        {
            connection.State = TcpState.Listen;
            _listeners.Add(connection);
        }
        else
            Inherit(connection);
        if (socket.CgroupId != 0 && machine.UnitOfCgroup(socket.CgroupId) is string unit)
            connection.Learn(new(OwnerSource.Cgroup, 0, null, unit));
        return connection;
    }

    private void Inherit(Connection connection)
    {
        if (_listeners.Inherit(connection) && connection.Role == ConnectionRole.Unknown)
            connection.Role = ConnectionRole.Server;
    }

    private void Change(Connection connection, TcpState state, ulong now, Observation observation)
    {
        // A listener that is new has its state already, for the index.
        var old = connection.Reported ? connection.State : default;
        connection.Reported = true;
        if (old == state)
            return;
        connection.State = state;
        _queue.Add(connection.Event(now, old, state, observation));
    }
}
