using System.Text;
using Sereno.Linux;

namespace Sereno.Journal.Intake;

// Messages of the sockets: looked at, written, and only then taken.
public sealed partial class JournalLoop
{
    private const int MessagesPerTurn = 64;
    private static readonly string[] s_foldersOfFiles = ["/dev/shm/", "/tmp/", "/var/tmp/"];

    private readonly Dictionary<int, Client> _clients = [];
    private readonly FieldBuffer _fields = new();
    private byte[] _message = new byte[64 * 1024];

    private sealed class Client(int pid)
    {
        public ProcessFields Process { get; set; } = new(pid);
        public Origin Origin { get; } = new();
        public PeerCredentials Peer { get; set; }
        public int Version { get; set; } = -1;
    }

    /// <returns>False when there is nothing (left) to take now.</returns>
    private bool ReceiveMessages(ulong token, Fd socket, bool native)
    {
        bool any = true;
        for (int i = 0; i < MessagesPerTurn && _stuck.Length == 0; i++)
        {
            _fds.Clear();
            if (MessageQueue.Peek(socket, _message, _fds) is not { } peeked)
            {
                any = false;
                break;
            }
            try
            {
                if (peeked.Length > _message.Length)
                {
                    _message = new byte[peeked.Length];
                    continue;
                }
                BeginBatch(null, 0, 0);
                (_socket, _entries) = (token, 0);
                var message = _message.AsSpan(0, peeked.Length);
                if (native ? Native(message, peeked) : Syslog(message, peeked))
                    CommitMessage(peeked.Length);
            }
            finally
            {
                foreach (var fd in _fds)
                    fd.Dispose();
                _fds.Clear();
            }
        }
        if (_message.Length > 64 * 1024)
            _message = new byte[64 * 1024];
        return any && _stuck.Length == 0;
    }

    private bool Syslog(ReadOnlySpan<byte> datagram, Peeked peeked)
    {
        if (datagram.IsEmpty)
            return true;
        var message = SyslogMessage.Parse(datagram);
        _fields.Clear();
        message.AddTo(_fields, datagram);
        return Write(peeked, message.Priority, message.Message, message.Identifier, datagram);
    }

    private bool Native(ReadOnlySpan<byte> message, Peeked peeked)
    {
        if (_fds.Count == 0)
            return Entries(message, peeked);
        if (message.Length > 0 || _fds.Count > 1)
        {
            Files.Complain("a native message came with more than a file, ignoring.");
            return true;
        }
        return FromFile(_fds[0], peeked);
    }

    private bool Entries(ReadOnlySpan<byte> message, Peeked peeked)
    {
        while (!message.IsEmpty)
        {
            _fields.Clear();
            var outcome = NativeMessage.Take(ref message, _fields);
            if (outcome != NativeMessage.Outcome.Entry)
                continue;
            int priority = NativeMessage.PriorityOf(_fields);
            var text = _fields.Find("MESSAGE="u8);
            _fields.Add("_TRANSPORT=journal"u8);
            AddObject(peeked);
            if (!Write(peeked, priority, text, _fields.Find("SYSLOG_IDENTIFIER="u8)))
                return false;
        }
        return true;
    }

    /// <summary>A message that was too large for a datagram, with the checks that journald makes.</summary>
    private bool FromFile(Fd fd, Peeked peeked)
    {
        bool isSealed = Memfd.IsSealed(fd);
        string path = $"/proc/self/fd/{fd.Number}";
        if (!isSealed && peeked.Sender is not { Uid: 0 } && (new FileInfo(path).LinkTarget is not { } place
            || s_foldersOfFiles.All(f => !place.StartsWith(f, StringComparison.Ordinal) || place[f.Length..].Contains('/'))))
        {
            Files.Complain("a native message came as a file outside of the allowed folders, ignoring.");
            return true;
        }
        var status = FileStatus.Of(fd);
        if (status.Kind != FileKind.File || status.Size > Math.Min((ulong)NativeMessage.MaxEntry / (isSealed ? 1u : 2u), _store.LargestEntry))
        {
            Files.Complain("a native message came as something that is no file, or too large, ignoring.");
            return true;
        }
        if (isSealed)
        {
            using var view = FileView.TryOpen(path, out _);
            return view is null || Entries(view.Content, peeked);
        }
        // Who sent it could cut it while it is mapped: a copy.
        var copy = new byte[status.Size];
        return Entries(copy.AsSpan(0, Files.ReadAt(fd, copy, 0)), peeked);
    }

    /// <summary>Root may say what process a message is about.</summary>
    private void AddObject(Peeked peeked)
    {
        if (peeked.Sender is not { Uid: 0 } || !int.TryParse(_fields.Find("OBJECT_PID="u8), out int pid) || pid <= 0)
            return;
        var process = new ProcessFields(pid);
        process.Refresh(null, [], "", "", "", Self.Uid != 0);
        foreach (byte[] field in process.Fields)
            _fields.Add("OBJECT"u8, field);
    }

    /// <summary>What is in <see cref="_fields"/>, with the sender's own, if it isn't kept already.</summary>
    private bool Write(Peeked peeked, int priority, ReadOnlySpan<byte> message, ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> raw = default)
    {
        ref readonly var state = ref _memory.State;
        if (state.SkipIn == _socket && _entries < state.Skip)
        {
            _entries++;
            return true;
        }
        var origin = ClientOf(peeked);
        if (!Passes(origin, priority, message, out bool stuck))
        {
            if (!stuck && Forwards(priority) && IsWanted(origin, priority, message))
                Forward(priority, Encoding.UTF8.GetString(identifier), peeked.Sender?.Pid ?? 0, message, raw);
            _entries++;
            return !stuck;
        }
        _extra.Clear();
        for (int i = 0; i < _fields.Count; i++)
            _extra.Add(_fields[i]);
        if (peeked.Realtime > 0)
            _extra.Add("_SOURCE_REALTIME_TIMESTAMP="u8, peeked.Realtime);
        if (!Append(origin, priority, [], hasMessage: false))
            return false;
        if (Forwards(priority))
            Forward(priority, Encoding.UTF8.GetString(identifier), peeked.Sender?.Pid ?? 0, message, raw);
        _entries++;
        return true;
    }

    private Origin ClientOf(Peeked peeked)
    {
        if (peeked.Sender is not { Pid: > 0 } sender)
            return _nobody ??= new() { Fields = _common };
        if (!_clients.TryGetValue(sender.Pid, out var client))
            _clients[sender.Pid] = client = new(sender.Pid);
        long age = Environment.TickCount64 - client.Process.ReadAt;
        if (client.Version >= 0 && age < ProcessFields.RefreshMilliseconds && client.Peer == sender)
            return client.Origin;
        if (age > ProcessFields.ForgetMilliseconds)
            client.Process = new(sender.Pid); // maybe another one of the same number
        var known = StreamOf(sender.Pid);
        client.Process.Refresh(sender, peeked.Label, known?.Unit ?? "", known?.Slice ?? "", known?.InvocationId ?? "", Self.Uid != 0);
        if (client.Version != client.Process.Version || client.Peer != sender)
        {
            SetLimits(client.Origin, client.Process, known is { ManagerStream: false } ? known : null);
            client.Origin.Fields = [.. client.Process.Fields, .. (known?.ExtraFields ?? []).Select(Encoding.UTF8.GetBytes), .. _common];
        }
        (client.Version, client.Peer) = (client.Process.Version, sender);
        return client.Origin;
    }

    private Origin? _nobody;

    /// <summary>What the manager said of a process, or of who started it, where it gave that one a pipe.</summary>
    private StreamMetadata? StreamOf(int pid)
    {
        for (int depth = 0; depth < 16 && pid > 1 && pid != _keeperPid; depth++)
        {
            foreach (var stream in _streams.Values)
                if (stream.Pid == pid && !stream.IsConnection)
                    return stream.Metadata ?? (stream.Encoded is { } encoded ? StreamMetadata.Decode(encoded) : null);
            pid = ProcessTable.Stat(pid)?.Parent ?? 0;
        }
        return null;
    }

    /// <summary>Those that have said nothing for a while; their pids may come again.</summary>
    private void ForgetProcesses()
    {
        long old = Environment.TickCount64 - ProcessFields.ForgetMilliseconds;
        foreach (var (pid, client) in _clients.Where(c => c.Value.Process.ReadAt < old).ToList())
        {
            client.Origin.Forget();
            _clients.Remove(pid);
        }
        if (_clients.Count == 0)
            _clients.TrimExcess();
    }
}
