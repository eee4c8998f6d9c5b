using Sereno.Bus.Wire;
using Sereno.Linux;

namespace Sereno.Bus.Server;

/// <summary>
/// Serves an object tree to peers on Unix sockets, inside the host's event loop. Every local user may connect and read, so
/// peers that are neither root nor the owner have a share of the connections that they can't exceed, and accounts are served in
/// turns: the owner of the loop calls <see cref="Work"/> after each of its rounds, and doesn't wait while <see cref="HasWork"/>.
/// </summary>
public sealed class BusServer : IDisposable
{
    public const int MaxConnections = 4096, MaxConnectionsPerStranger = 64;

    /// <summary>Of all accounts together: somebody may have many.</summary>
    public const int MaxConnectionsOfStrangers = 512;

    /// <summary>Who connects faster than we accept must not keep us from everything else: the loop comes back for the rest.</summary>
    private const int AcceptsPerTurn = 64;

    /// <summary>How many may wait to be accepted. In a longer queue root would wait longer behind a flood, in a shorter one its clients are refused.</summary>
    public const int Backlog = 1024;

    /// <summary>What a connection is given in one turn: calls, and bytes of answers. Others' turns come between.</summary>
    public const int CallsPerTurn = 16, BytesPerTurn = 64 * 1024;

    /// <summary>A stranger's calls are small, and what he leaves unread is ours to hold.</summary>
    private static readonly ConnectionLimits s_stranger = new(1024 * 1024, 8 * 1024 * 1024, 0);
    private readonly IEventLoop _loop;
    private readonly Dispatcher _dispatcher;
    private readonly uint _ownerUid;
    private readonly string _guid = Guid.NewGuid().ToString("N");
    private readonly List<(UnixSocket Socket, IWatch Watch)> _listeners = [];
    private readonly Dictionary<BusConnection, Peer> _peers = [];
    private readonly Dictionary<uint, int> _strangers = [];
    private readonly Turns<BusConnection> _turns = new();
    private int _answered;
    private int _strangersInAll;
    private bool _accepting = true;

    /// <param name="ownerUid">Who, besides root, may control: the user whose instance this is.</param>
    public BusServer(IEventLoop loop, IObjectTree tree, uint ownerUid) =>
        (_loop, _dispatcher, _ownerUid) = (loop, new Dispatcher(tree, ownerUid), ownerUid);

    /// <summary>Whether a signal would reach anybody.</summary>
    public bool HasPeers => _peers.Keys.Any(p => p.IsReady);

    /// <summary>Binds a socket, replacing one that is left over, and serves it.</summary>
    public void Listen(string path, UnixFileMode mode)
    {
        var socket = UnixSocket.Create(UnixSocketType.Stream);
        socket.Bind(path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
        socket.Listen(Backlog);
        Listen(socket);
    }

    /// <summary>Serves a socket that listens already (one that outlived the manager before); takes ownership.</summary>
    public void Listen(UnixSocket socket) =>
        _listeners.Add((socket, _loop.Watch(socket.Fd, Readiness.Read, _ => Accept(socket))));

    /// <summary>Serves a connected socket; takes ownership.</summary>
    public void Serve(UnixSocket socket)
    {
        uint uid = socket.Peer.Uid;
        bool stranger = IsStranger(uid);
        if (_peers.Count >= MaxConnections || (stranger && !HasRoomFor(uid)))
        {
            socket.Dispose();
            return;
        }
        var connection = BusConnection.Accept(socket, _guid, stranger ? s_stranger : ConnectionLimits.Server);
        _peers[connection] = new(_loop.Watch(connection.Fd, Readiness.Read, ready => OnReady(connection, ready)), Environment.TickCount64);
        if (stranger)
            CountStranger(uid, +1);
    }

    private bool IsStranger(uint uid) => uid != 0 && uid != _ownerUid;

    private bool HasRoomFor(uint uid) => _strangers.GetValueOrDefault(uid) < MaxConnectionsPerStranger && _strangersInAll < MaxConnectionsOfStrangers;

    private void CountStranger(uint uid, int change)
    {
        _strangersInAll += change;
        if ((_strangers[uid] = _strangers.GetValueOrDefault(uid) + change) == 0)
            _strangers.Remove(uid);
    }

    /// <summary>Sends a signal to every peer; on a private socket there are no match rules to consult.</summary>
    public void Emit(string path, string @interface, string member, string signature = "", Action<MessageWriter>? body = null)
    {
        if (!HasPeers)
            return;
        using var writer = new MessageWriter();
        body?.Invoke(writer);
        var header = MessageHeader.Signal(path, @interface, member, signature) with { Serial = uint.MaxValue, Sender = BusDriver.ServiceName };
        byte[] message = Message.Encode(header, writer.Written);
        foreach (var connection in _peers.Keys.Where(p => p.IsReady).ToArray())
        {
            connection.SendEncoded(message);
            Settle(connection);
        }
    }

    /// <summary>To be called now and then: disconnects who connected but did not authenticate, and accepts again if it could not.</summary>
    public void DropUnauthenticated(TimeSpan olderThan)
    {
        long limit = Environment.TickCount64 - (long)olderThan.TotalMilliseconds;
        foreach (var (connection, peer) in _peers.Where(p => !p.Key.IsReady && p.Value.Since <= limit).ToArray())
        {
            connection.Close("the handshake took too long");
            Settle(connection);
        }
        SetAccepting(true);
    }

    public void Dispose()
    {
        foreach (var (socket, watch) in _listeners)
        {
            watch.Dispose();
            socket.Dispose();
        }
        _listeners.Clear();
        foreach (var connection in _peers.Keys.ToArray())
        {
            connection.Close("the server ends");
            Settle(connection);
        }
    }

    private void Accept(UnixSocket listener)
    {
        for (int i = 0; i < AcceptsPerTurn && Next(listener) is { } socket; i++)
            Serve(socket);
    }

    private UnixSocket? Next(UnixSocket listener)
    {
        try
        {
            return listener.Accept();
        }
        catch (LinuxException)
        {
            // Out of descriptors: who waits in the backlog is served when a peer leaves, or at the next DropUnauthenticated.
            SetAccepting(false);
            return null;
        }
    }

    private void SetAccepting(bool accepting)
    {
        if (_accepting == accepting)
            return;
        _accepting = accepting;
        foreach (var (_, watch) in _listeners)
            watch.Change(accepting ? Readiness.Read : Readiness.None);
    }

    /// <summary>Whether calls wait to be answered.</summary>
    public bool HasWork => _turns.Accounts > 0;

    /// <summary>One turn for each account that waits.</summary>
    public void Work()
    {
        for (int accounts = _turns.Accounts; accounts > 0 && _turns.TryTake(out var connection); accounts--)
            if (!connection.Closed)
                Serve(connection);
    }

    private void OnReady(BusConnection connection, Readiness ready)
    {
        connection.OnWritable();
        // Who waits for his turn has sent enough.
        if ((ready & ~Readiness.Write) != 0 && !connection.Congested && !_turns.Contains(connection))
            connection.OnReadable();
        if (connection.IsReady && !connection.Congested)
            _turns.Add(connection.Peer.Uid, connection);
        Settle(connection);
    }

    private void Serve(BusConnection connection)
    {
        _answered = 0;
        for (int calls = 0; !connection.Congested; calls++)
        {
            if (calls == CallsPerTurn || _answered > BytesPerTurn)
            {
                _turns.Add(connection.Peer.Uid, connection);
                break;
            }
            if (connection.TryReceive() is not { } incoming)
                break;
            _dispatcher.Dispatch(incoming.Message, connection.Peer, (header, body) => Send(connection, header, body.Span), incoming.Fds,
                _peers.TryGetValue(connection, out var peer) ? peer.Belongings : null, () => connection.PeerGroups);
            foreach (var fd in incoming.Fds)
                fd.Dispose(); // who wants one has made a duplicate
        }
        Settle(connection);
    }

    private void Send(BusConnection connection, MessageHeader header, ReadOnlySpan<byte> body)
    {
        _answered += body.Length;
        connection.Send(header, body);
        Settle(connection);
    }

    /// <summary>After anything that may have changed what a connection waits for.</summary>
    private void Settle(BusConnection connection)
    {
        if (!_peers.TryGetValue(connection, out var peer))
            return;
        if (connection.Closed)
        {
            _peers.Remove(connection);
            if (IsStranger(connection.Peer.Uid))
                CountStranger(connection.Peer.Uid, -1);
            peer.Watch.Dispose();
            peer.Belongings.GiveAllBack();
            SetAccepting(true);
        }
        else if (Interest(connection) is var interest && interest != peer.Interest)
        {
            _peers[connection] = peer with { Interest = interest };
            peer.Watch.Change(interest);
        }
    }

    private static Readiness Interest(BusConnection connection) =>
        (connection.Congested ? Readiness.None : Readiness.Read) | (connection.WantsWrite ? Readiness.Write : Readiness.None);

    private sealed record Peer(IWatch Watch, long Since, Readiness Interest = Readiness.Read)
    {
        public Belongings Belongings { get; } = new();
    }
}
