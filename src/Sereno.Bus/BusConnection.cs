using Sereno.Bus.Auth;
using Sereno.Bus.Wire;
using Sereno.Linux;

namespace Sereno.Bus;

/// <summary>A received message with the descriptors that came with it; whoever takes it owns them.</summary>
public sealed record Incoming(Message Message, IReadOnlyList<Fd> Fds);

/// <summary>
/// One peer-to-peer connection over a non-blocking Unix stream socket: no thread, no waiting. The owner polls <see cref="Fd"/>
/// for reading, and for writing while <see cref="WantsWrite"/>, calls <see cref="OnReadable"/> and <see cref="OnWritable"/>, and
/// then takes what <see cref="TryReceive"/> has. A fault of the peer closes the connection and is told in <see cref="CloseReason"/>.
/// </summary>
public sealed partial class BusConnection : IDisposable
{
    /// <summary>Bytes read per wake-up: one busy peer must not starve the loop.</summary>
    private const int ReadBudget = 256 * 1024;
    private readonly UnixSocket _socket;
    private readonly ConnectionLimits _limits;
    private readonly ServerAuth? _serverAuth;
    private readonly ClientAuth? _clientAuth;
    private readonly List<Fd> _fds = [];
    private readonly ReceiveBuffer _input = new();
    private bool _hungUp;

    private BusConnection(UnixSocket socket, ConnectionLimits limits, ServerAuth? server, ClientAuth? client)
    {
        (_socket, _limits, _serverAuth, _clientAuth) = (socket, limits, server, client);
        Peer = socket.Peer;
    }

    public Fd Fd => _socket.Fd;

    /// <summary>The peer at connect(2) time, from the kernel.</summary>
    public PeerCredentials Peer { get; }

    /// <summary>The peer's supplementary groups at that time.</summary>
    public IReadOnlyList<uint> PeerGroups => _socket.PeerGroups;

    /// <summary>The handshake is done and messages may pass.</summary>
    public bool IsReady => !Closed && State == AuthState.Done;

    public bool Closed { get; private set; }

    public string? CloseReason { get; private set; }

    private AuthState State => _serverAuth?.State ?? _clientAuth!.State;

    /// <summary>The accepting end; takes ownership of the socket.</summary>
    /// <param name="serverGuid">32 hexadecimal digits, the same for all connections of a server.</param>
    public static BusConnection Accept(UnixSocket socket, string serverGuid, ConnectionLimits? limits = null) =>
        new(socket, limits ?? ConnectionLimits.Server, new ServerAuth(socket.Peer.Uid, serverGuid), null);

    /// <summary>The connecting end; takes ownership of the socket and starts the handshake.</summary>
    public static BusConnection Connect(UnixSocket socket, ConnectionLimits? limits = null)
    {
        var connection = new BusConnection(socket, limits ?? ConnectionLimits.Client, null, new ClientAuth());
        connection.Queue(ClientAuth.Hello.ToArray(), []);
        return connection;
    }

    /// <summary>Reads what has arrived, up to a budget; level-triggered polling brings the rest.</summary>
    public void OnReadable()
    {
        try
        {
            for (int budget = ReadBudget; budget > 0 && !Closed;)
            {
                var received = _socket.Receive(_input.Free(), _fds);
                if (received.Length < 0)
                    return;
                if (received.Length == 0)
                {
                    HangUp();
                    return;
                }
                if (received.Truncated)
                    Close("descriptors were lost"); // over our RLIMIT_NOFILE: messages and descriptors no longer match
                else if (_fds.Count > (IsReady ? _limits.Descriptors : 0))
                    Close("the peer sent descriptors that nobody asked for");
                else
                {
                    _input.Fill(received.Length);
                    budget -= received.Length;
                    Authenticate();
                }
            }
        }
        catch (LinuxException e)
        {
            Close(e.Message);
        }
    }

    /// <summary>The next whole message, or null. A malformed one closes the connection.</summary>
    public Incoming? TryReceive()
    {
        if (!IsReady)
            return null;
        try
        {
            int length = _input.Length < Message.FixedLength ? Message.FixedLength : Message.TotalLength(_input.Bytes, _limits.Message);
            if (_input.Length < length)
            {
                if (_hungUp)
                    Close("the peer hung up");
                return null;
            }
            var message = Message.Parse(_input.Take(length));
            if (message.Header.UnixFds > _fds.Count)
                throw new BusFormatException($"the message names {message.Header.UnixFds} descriptors, {_fds.Count} came");
            int count = (int)message.Header.UnixFds;
            var fds = _fds.GetRange(0, count);
            _fds.RemoveRange(0, count);
            return new(message, fds);
        }
        catch (BusFormatException e)
        {
            Close(e.Message);
            return null;
        }
    }

    public void Close(string reason)
    {
        if (Closed)
            return;
        (Closed, CloseReason) = (true, reason);
        foreach (var fd in _fds)
            fd.Dispose();
        _fds.Clear();
        DropOutgoing();
        _socket.Dispose();
    }

    public void Dispose() => Close("closed");

    /// <summary>A peer may send a call that wants no reply and go at once: what he sent still counts.</summary>
    private void HangUp()
    {
        _hungUp = true;
        if (!IsReady || _input.Length == 0)
            Close("the peer hung up");
    }

    private void Authenticate()
    {
        if (State != AuthState.Working)
            return;
        int used = _serverAuth?.Feed(_input.Bytes) ?? _clientAuth!.Feed(_input.Bytes);
        _input.Take(used);
        if (_serverAuth?.TakeAnswer() is { Length: > 0 } answer)
            Queue(answer, []);
        if (State == AuthState.Failed)
            Close(_clientAuth?.Refusal is { } line ? $"the server refused: {line}" : "the handshake failed");
    }
}
