using System.Globalization;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journal.Intake;

// The sockets by which programs speak to the journal themselves (systemd-journald.service(8)). The keeper holds them, too: nobody is refused while we are away.
public sealed partial class JournalLoop
{
    private const ulong SyslogToken = FirstOwnToken + 1, NativeToken = FirstOwnToken + 2, StdoutToken = FirstOwnToken + 3, KernelToken = FirstOwnToken + 4,
        ControlToken = FirstOwnToken + 5, SignalToken = FirstOwnToken + 6, FirstCallToken = FirstOwnToken + 1000;
    private const int MaxConnections = 4096, ReceiveBuffer = 8 << 20;
    private const UnixFileMode ForAll = (UnixFileMode)0x1B6, ForOwner = (UnixFileMode)0x180;

    private readonly Dictionary<ulong, Fd> _sockets = [];

    private string SocketFolder => _options.IsSystem ? "/run/systemd/journal" : $"{_options.RuntimeFolder}/journal";

    private void OpenSockets()
    {
        if (_options.RuntimeFolder.Length > 0)
        {
            Directory.CreateDirectory(SocketFolder);
            Listen(SyslogToken, "dev-log", UnixSocketType.Datagram, ForAll);
            Listen(NativeToken, "socket", UnixSocketType.Datagram, ForAll);
            Listen(StdoutToken, "stdout", UnixSocketType.Stream, ForAll);
            Listen(ControlToken, "io.systemd.journal", UnixSocketType.Stream, ForOwner);
            LinkDevLog();
            OpenKernel();
            OpenSignals();
        }
        foreach (var (name, fds) in _held)
            if (name.StartsWith("connection-", StringComparison.Ordinal) && ulong.TryParse(name.AsSpan(11), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
                AddConnection(LineStream.Connection | number, fds[0]);
        _held.Clear();
    }

    private void Listen(ulong token, string name, UnixSocketType type, UnixFileMode mode)
    {
        string path = $"{SocketFolder}/{name}";
        try
        {
            if (_held.TryGetValue(name, out var fds))
                _sockets[token] = fds[0];
            else
            {
                var socket = UnixSocket.Create(type);
                File.Delete(path); // ours alone: whoever had it before is gone, as we hold the instance's lock
                socket.Bind(path);
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(path, mode);
                if (type == UnixSocketType.Stream)
                    socket.Listen();
                else
                {
                    socket.SetOption(libc.SOL_SOCKET, libc.SO_PASSCRED, 1);
                    socket.SetOption(libc.SOL_SOCKET, libc.SO_TIMESTAMP, 1);
                    TryOption(socket, libc.SO_PASSSEC, 1);
                    TryOption(socket, libc.SO_RCVBUFFORCE, ReceiveBuffer);
                }
                _sockets[token] = socket.Fd;
                Hold(name, [socket.Fd]);
            }
            _epoll.Add(_sockets[token], token);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Say($"cannot listen on {path}: {e.Message}");
        }
    }

    private static void TryOption(UnixSocket socket, int name, int value)
    {
        try
        {
            socket.SetOption(libc.SOL_SOCKET, name, value);
        }
        catch (LinuxException) { } // no security module, or not allowed more memory: as it is, then
    }

    /// <summary>/dev/log is ours on a machine that we booted, unless a daemon has taken it.</summary>
    private void LinkDevLog()
    {
        const string path = "/dev/log";
        if (!_options.IsSystem || _keeperPid != 1 && File.Exists(path))
            return;
        try
        {
            if (new FileInfo(path).LinkTarget == $"{SocketFolder}/dev-log")
                return;
            File.Delete(path);
            File.CreateSymbolicLink(path, $"{SocketFolder}/dev-log");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Say($"cannot make {path}: {e.Message}");
        }
    }

    private void ReadSocket(ulong token)
    {
        switch (token)
        {
            case SyslogToken or NativeToken:
                ReceiveMessages(token, _sockets[token], token == NativeToken);
                break;
            case StdoutToken:
                AcceptConnections();
                break;
            case KernelToken:
                ReadKernel();
                break;
            case ControlToken:
                AcceptCalls();
                break;
            case SignalToken:
                ReadSignals();
                break;
            default:
                ReadCall(token);
                break;
        }
    }

    private Fd? SocketOf(ulong token) => _sockets.TryGetValue(token, out var socket) ? socket : _streams.TryGetValue(token, out var stream) ? stream.Fd : null;

    private void AcceptConnections()
    {
        using var listener = new UnixSocket(_sockets[StdoutToken].Duplicate());
        while (listener.Accept() is { } connection)
        {
            if (_streams.Values.Count(s => s.IsConnection) >= MaxConnections)
            {
                Files.Complain("too many stdout streams, refusing connection.");
                connection.Dispose();
                continue;
            }
            connection.SetOption(libc.SOL_SOCKET, libc.SO_PASSCRED, 1);
            _ = libc.shutdown(connection.Fd.Number, libc.SHUT_WR);
            ulong id = LineStream.Connection | ++_memory.State.LastConnection;
            Watch(AddConnection(id, connection.Fd));
            Hold(NameOf(_streams[id]), [connection.Fd]);
        }
    }

    private LineStream AddConnection(ulong id, Fd fd)
    {
        var peer = new UnixSocket(fd).Peer;
        return _streams[id] = new(id, fd, peer.Pid) { Peer = peer };
    }

    private static string NameOf(LineStream stream) => string.Create(CultureInfo.InvariantCulture, $"connection-{stream.Id & ~LineStream.Connection}");

    /// <summary>As <see cref="Read"/>, of a socket: its bytes are looked at in the spool, and taken with the commit.</summary>
    private bool ReadConnection(LineStream stream)
    {
        long from = _memory.Place();
        _fds.Clear();
        Peeked? peeked;
        try
        {
            peeked = MessageQueue.Peek(stream.Fd, _memory.Spool(from, from + IntakeMemory.MaxPiece), _fds);
        }
        catch (LinuxException)
        {
            peeked = new(0, null, 0, []); // reset
        }
        foreach (var fd in _fds)
            fd.Dispose();
        if (peeked is not { } found)
            return false;
        if (found.Length == 0)
            return End(stream);
        if (found.Sender is { } sender && sender.Pid != stream.Pid && stream.Metadata is not null)
        {
            if (!EndLine(stream, LineBreak.PidChange))
                return false;
            stream.Pid = sender.Pid;
            stream.Process = null;
        }
        stream.Peer = found.Sender ?? stream.Peer;
        return stream.Metadata is null ? TakeHeader(stream, from, from + found.Length) : Take(stream, from, from + found.Length);
    }

    /// <summary>The seven lines that a connection begins with are kept in its slot.</summary>
    private bool TakeHeader(LineStream stream, long from, long to)
    {
        BeginBatch(stream, from, to);
        int begun = stream.BegunLength, length = (int)(to - from);
        Keep(stream, begun, _memory.Spool(from, to));
        var header = StdoutHeader.Parse(stream.Begun.AsSpan(0, begun + length), out int used);
        if (used < 0 || header is null && begun + length > StdoutHeader.MaxLength)
        {
            Files.Complain($"process {stream.Pid} doesn't begin its stream as it should");
            stream.BegunLength = 0;
            return End(stream);
        }
        if (header is null)
        {
            stream.BegunLength = begun + length;
            CommitPiece(stream, to, begun, length);
            return true;
        }
        var record = NewRecord();
        stream.Slot = stream.Slot >= 0 ? stream.Slot : _memory.Slots.Take();
        stream.Kept = new() { Source = stream.Id, HeaderLength = used, Pid = stream.Pid };
        (record.Slot, record.SlotHead, record.TakeFrom, record.TakeLength) = (stream.Slot, stream.Kept, stream.Id, used - begun);
        (record.CopyFrom, record.CopyLength, record.CopyTo) = (from, used - begun, SlotStore.DataAt + begun);
        Commit(record);
        stream.BegunLength = 0;
        Introduce(stream, header);
        return true;
    }

    private static void Introduce(LineStream stream, StdoutHeader header) =>
        // Only root's word on units counts (journald: the same).
        stream.Metadata = new(stream.Peer is { Uid: 0 } ? header.Unit : "", header.Identifier, header.Priority, ParsePrefix: header.LevelPrefix);
}
