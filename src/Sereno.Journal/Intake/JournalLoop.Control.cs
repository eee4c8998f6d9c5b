using System.Buffers;
using System.Text.Json;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journal.Intake;

// What journalctl asks for: signals, and io.systemd.Journal by varlink (varlink.org): JSON objects, each with a zero after it.
public sealed partial class JournalLoop
{
    private const int MaxCall = 64 * 1024;

    private sealed record Call(UnixSocket Socket)
    {
        public List<byte> Received { get; } = [];
    }

    private readonly Dictionary<ulong, Call> _calls = [];
    private SignalPipe? _signals;
    private ulong _lastCall = FirstCallToken;
    private long _syncAt = long.MaxValue;

    private void OpenSignals()
    {
        _signals = new(libc.SIGUSR1, libc.SIGUSR2, SignalPipe.RuntimeSignal + 1);
        _epoll.Add(_signals.Fd, SignalToken);
    }

    private void ReadSignals()
    {
        Span<byte> signals = stackalloc byte[16];
        for (int n; (n = _signals!.Receive(signals)) > 0;)
            foreach (byte signal in signals[..n])
                _ = signal switch
                {
                    libc.SIGUSR1 => Do("io.systemd.Journal.FlushToVar"),
                    libc.SIGUSR2 => Do("io.systemd.Journal.Rotate"),
                    _ => Do("io.systemd.Journal.Synchronize"),
                };
    }

    /// <returns>False for a method that there isn't.</returns>
    private bool Do(string method)
    {
        switch (method)
        {
            case "io.systemd.Journal.Synchronize":
                ReadAll();
                _store.Sync();
                return true;
            case "io.systemd.Journal.Rotate":
                ReadAll();
                _store.RotateAll();
                return true;
            case "io.systemd.Journal.FlushToVar":
                _store.MoveTo(isVolatile: false);
                return true;
            case "io.systemd.Journal.RelinquishVar":
                _store.MoveTo(isVolatile: true);
                return true;
            default:
                return false;
        }
    }

    /// <summary>What was written before now.</summary>
    private void ReadAll()
    {
        if (_sockets.ContainsKey(StdoutToken))
            AcceptConnections();
        foreach (var stream in _streams.Values.ToArray())
            for (int i = 0; i < MaxLastPieces && _stuck.Length == 0 && Read(stream); i++)
            {
            }
        foreach (ulong token in (ulong[])[SyslogToken, NativeToken])
            if (_sockets.TryGetValue(token, out var socket))
                for (int i = 0; i < MaxLastPieces && ReceiveMessages(token, socket, token == NativeToken); i++)
                {
                }
        if (_sockets.ContainsKey(KernelToken))
            ReadKernel();
    }

    private void AcceptCalls()
    {
        using var listener = new UnixSocket(_sockets[ControlToken].Duplicate());
        while (listener.Accept() is { } socket)
        {
            if (socket.Peer.Uid != Self.Uid && socket.Peer.Uid != 0)
            {
                socket.Dispose();
                continue;
            }
            _calls[++_lastCall] = new(socket);
            _epoll.Add(socket.Fd, _lastCall);
        }
    }

    private void ReadCall(ulong token)
    {
        if (!_calls.TryGetValue(token, out var call))
            return;
        try
        {
            int n = call.Socket.Fd.Read(_message);
            if (n < 0)
                return;
            call.Received.AddRange(_message.AsSpan(0, n));
            int end;
            while ((end = call.Received.IndexOf(0)) >= 0)
            {
                byte[] request = [.. call.Received.Take(end)];
                call.Received.RemoveRange(0, end + 1);
                call.Socket.Send(Answer(request));
            }
            if (n > 0 && call.Received.Count < MaxCall)
                return;
        }
        catch (LinuxException) { } // gone
        _epoll.Remove(call.Socket.Fd);
        call.Socket.Dispose();
        _calls.Remove(token);
    }

    private byte[] Answer(byte[] request)
    {
        string method = "";
        try
        {
            using var json = JsonDocument.Parse(request);
            method = json.RootElement.TryGetProperty("method", out var name) ? name.GetString() ?? "" : "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No method's name, then.
        }
        bool done = Do(method);
        var answer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(answer))
        {
            json.WriteStartObject();
            if (!done)
                json.WriteString("error", "org.varlink.service.MethodNotFound");
            json.WriteStartObject("parameters");
            if (!done)
                json.WriteString("method", method);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return [.. answer.WrittenSpan, 0];
    }

    /// <summary>Milliseconds until something is due of itself.</summary>
    private int Timeout(bool busy)
    {
        if (_syncAt == long.MaxValue && _store.Files.Any(f => f.IsDirty))
            _syncAt = Environment.TickCount64 + (long)(_options.SyncInterval / 1000);
        if (busy)
            return RestAfter;
        return _syncAt == long.MaxValue ? -1 : (int)Math.Clamp(_syncAt - Environment.TickCount64, 0, int.MaxValue);
    }

    private void SyncIfDue()
    {
        if (Environment.TickCount64 < _syncAt)
            return;
        _syncAt = long.MaxValue;
        _store.Sync();
        _store.RotateOld(_options.Now());
    }
}
