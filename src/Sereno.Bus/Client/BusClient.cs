using System.Diagnostics;
using Sereno.Bus.Wire;
using Sereno.Linux;

namespace Sereno.Bus.Client;

/// <summary>
/// A blocking client for verbs: connects to a manager's private socket, calls, waits for signals. Signals that arrive during a
/// call are kept for <see cref="WaitForSignal"/>. Not for use from several threads at once.
/// </summary>
public sealed class BusClient : IDisposable
{
    /// <summary>sd-bus' and libdbus' default for a call.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(25);

    /// <summary>Signals nobody waits for may pile up to this many; then the oldest are forgotten.</summary>
    private const int MaxSignals = 65_536;
    private readonly Epoll _epoll = new();
    private BusConnection _connection;
    private readonly Queue<Message> _signals = new();

    /// <summary>Calls by serial, with the reply where it has come before somebody asked for it.</summary>
    private readonly Dictionary<uint, Message?> _pending = [];
    private bool _watchesWrite;

    private readonly string? _path;

    private BusClient(BusConnection connection, string? path)
    {
        (_connection, _path) = (connection, path);
        _epoll.Add(connection.Fd, 0);
    }

    /// <summary>Connects and authenticates.</summary>
    /// <exception cref="LinuxException">Nobody listens at <paramref name="path"/>.</exception>
    /// <exception cref="BusException">The handshake failed or timed out.</exception>
    public static BusClient Connect(string path, TimeSpan? timeout = null)
    {
        var deadline = new Deadline(timeout ?? DefaultTimeout);
        for (int attempt = 1; ; attempt++)
            try
            {
                return Start(new(BusConnection.Connect(SocketTo(path, deadline)), path), deadline);
            }
            catch (BusException e) when (e.Name == BusErrors.Disconnected && attempt < Attempts)
            {
                // Who listened has died; whoever follows him has the same socket.
            }
    }

    private const int Attempts = 3;

    /// <summary>Connects anew to whoever listens there now; what was read before stays read.</summary>
    /// <exception cref="LinuxException">Nobody came to listen in this time.</exception>
    public void Reconnect(TimeSpan timeout)
    {
        var deadline = new Deadline(timeout);
        _connection.Dispose();
        _pending.Clear(); // serial numbers start anew
        while (true)
            try
            {
                _connection = BusConnection.Connect(SocketTo(_path ?? throw new BusException(BusErrors.Disconnected, "the other end is gone"), deadline));
                _watchesWrite = false;
                _epoll.Add(_connection.Fd, 0);
                Start(this, deadline);
                return;
            }
            catch (Exception e) when (e is LinuxException or BusException { Name: BusErrors.Disconnected } && !deadline.IsOver)
            {
                Thread.Sleep(5); // between two that listen
            }
    }

    private static UnixSocket SocketTo(string path, Deadline deadline)
    {
        var socket = UnixSocket.Create(UnixSocketType.Stream);
        while (true)
            try
            {
                socket.Connect(path);
                return socket;
            }
            catch (LinuxException e) when (e.Number == EAgain && !deadline.IsOver)
            {
                Thread.Sleep(5); // the backlog is full, and a non-blocking connect(2) does not wait for it
            }
            catch
            {
                socket.Dispose();
                throw;
            }
    }

    /// <summary>A client over a socket that is already connected.</summary>
    public static BusClient Over(UnixSocket socket, TimeSpan? timeout = null) =>
        Start(new(BusConnection.Connect(socket), null), new Deadline(timeout ?? DefaultTimeout));

    /// <summary>Readable when a signal may have come.</summary>
    public Fd Fd => _connection.Fd;

    /// <summary>Who listens at the other end.</summary>
    public PeerCredentials Peer => _connection.Peer;

    /// <summary>Calls a method and returns its reply.</summary>
    /// <param name="replySignature">What the reply must look like; a different one is a <see cref="BusException"/>, not a misreading. Null: not checked.</param>
    /// <param name="timeout"><see cref="Timeout.InfiniteTimeSpan"/> to wait for ever.</param>
    /// <param name="fds">What 'h' in the body counts; still the caller's.</param>
    /// <param name="destination">Whom a message bus hands it to; none between two peers.</param>
    /// <exception cref="BusException">The error the other side sent; or Timeout, Disconnected.</exception>
    public Message Call(string path, string @interface, string member, string signature = "", Action<MessageWriter>? body = null,
        string? replySignature = null, TimeSpan? timeout = null, string? destination = null, IReadOnlyList<Fd>? fds = null) =>
        End(Begin(path, @interface, member, signature, body, destination, fds), replySignature, timeout);

    /// <summary>Sends a call whose reply is taken later, by <see cref="End"/>: two questions are answered in the time of one.</summary>
    public PendingCall Begin(string path, string @interface, string member, string signature = "", Action<MessageWriter>? body = null,
        string? destination = null, IReadOnlyList<Fd>? fds = null)
    {
        using var writer = new MessageWriter();
        body?.Invoke(writer);
        uint serial = _connection.Send(MessageHeader.Call(path, @interface, member, signature) with { Destination = destination }, writer.Written, fds);
        _pending.Add(serial, null);
        return new(serial, member);
    }

    /// <summary>Waits for the reply to a call, as <see cref="Call"/> does.</summary>
    public Message End(PendingCall call, string? replySignature = null, TimeSpan? timeout = null)
    {
        var deadline = new Deadline(timeout ?? DefaultTimeout);
        try
        {
            Message? reply;
            while ((reply = _pending[call.Serial]) is null)
            {
                var message = Next(deadline, $"{call.Member} was not answered");
                if (message.Header.Type == MessageType.Signal)
                    Keep(message);
                else if (_pending.ContainsKey(message.Header.ReplySerial))
                    _pending[message.Header.ReplySerial] = message;
            }
            return Check(reply, call.Member, replySignature);
        }
        finally
        {
            _pending.Remove(call.Serial);
        }
    }

    /// <summary>The next signal that <paramref name="wanted"/> accepts, of those kept and those to come; null when time is up.</summary>
    public Message? WaitForSignal(Func<Message, bool> wanted, TimeSpan timeout)
    {
        for (int kept = _signals.Count; kept > 0; kept--)
        {
            var signal = _signals.Dequeue();
            if (wanted(signal))
                return signal;
            _signals.Enqueue(signal);
        }
        var deadline = new Deadline(timeout);
        while (Pump(deadline) is { } message)
            if (message.Header.Type == MessageType.Signal)
                if (wanted(message))
                    return message;
                else
                    Keep(message);
        return null;
    }

    public void Dispose()
    {
        _connection.Dispose();
        _epoll.Dispose();
    }

    private const int EAgain = 11;

    private static BusClient Start(BusClient client, Deadline deadline)
    {
        try
        {
            while (!client._connection.IsReady)
                if (client.Wait(deadline))
                    client._connection.OnReadable();
                else
                    throw new BusException(BusErrors.Timeout, "the handshake was not answered");
            return client;
        }
        catch
        {
            client._connection.Dispose();
            throw;
        }
    }

    private static Message Check(Message reply, string member, string? signature)
    {
        if (reply.Header.Type == MessageType.Error)
        {
            string text = reply.Header.Signature.StartsWith('s') ? reply.Reader.ReadString() : "";
            throw new BusException(reply.Header.ErrorName!, text is "" ? reply.Header.ErrorName! : text);
        }
        if (signature is not null && reply.Header.Signature != signature)
            throw new BusException(BusErrors.Failed, $"{member} answered with '{reply.Header.Signature}' instead of '{signature}'");
        return reply;
    }

    private void Keep(Message signal)
    {
        if (_signals.Count == MaxSignals)
            _signals.Dequeue();
        _signals.Enqueue(signal);
    }

    private Message Next(Deadline deadline, string failure) =>
        Pump(deadline) ?? throw new BusException(BusErrors.Timeout, failure);

    /// <summary>The next message; null when time is up.</summary>
    private Message? Pump(Deadline deadline)
    {
        while (true)
        {
            if (_connection.TryReceive() is { } incoming)
            {
                foreach (var fd in incoming.Fds)
                    fd.Dispose(); // no call of ours returns descriptors
                return incoming.Message;
            }
            if (!Wait(deadline))
                return null;
            _connection.OnReadable();
        }
    }

    /// <summary>Waits until there may be something to read, writing meanwhile; false when time is up.</summary>
    private bool Wait(Deadline deadline)
    {
        Span<(ulong, Readiness Ready)> ready = stackalloc (ulong, Readiness)[1];
        while (true)
        {
            if (_connection.Closed)
                throw new BusException(BusErrors.Disconnected, $"the connection is closed: {_connection.CloseReason}");
            if (_watchesWrite != _connection.WantsWrite)
            {
                _watchesWrite = _connection.WantsWrite;
                _epoll.Change(_connection.Fd, 0, _watchesWrite ? Readiness.Read | Readiness.Write : Readiness.Read);
            }
            int wait = deadline.Milliseconds;
            if (_epoll.Wait(ready, wait) == 0)
            {
                if (deadline.IsOver)
                    return false;
                continue;
            }
            if ((ready[0].Ready & Readiness.Write) != 0)
                _connection.OnWritable();
            if ((ready[0].Ready & ~Readiness.Write) != 0)
                return true;
        }
    }

    /// <summary>A call that was sent.</summary>
    public readonly record struct PendingCall(uint Serial, string Member);

    private readonly struct Deadline(TimeSpan timeout)
    {
        private readonly long _end = timeout == Timeout.InfiniteTimeSpan ? long.MaxValue
            : Stopwatch.GetTimestamp() + (long)(timeout.TotalSeconds * Stopwatch.Frequency);

        public bool IsOver => Stopwatch.GetTimestamp() >= _end;

        public int Milliseconds => _end == long.MaxValue ? -1
            : (int)Math.Clamp((_end - Stopwatch.GetTimestamp()) * 1000.0 / Stopwatch.Frequency + 1, 0, int.MaxValue);
    }
}
