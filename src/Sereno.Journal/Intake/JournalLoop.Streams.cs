using System.Text;
using Sereno.Keeper.Wire;
using Sereno.Linux;
using Sereno.Units.Values;

namespace Sereno.Journal.Intake;

// Pipes, and connections of the stdout socket once they have said what they are: bytes to lines.
public sealed partial class JournalLoop
{
    private void Open(StreamOpened opened, Fd fd)
    {
        var stream = new LineStream(opened.StreamId, fd, opened.Pid) { Encoded = opened.Metadata };
        _streams[opened.StreamId] = stream;
        if (_ready)
            Watch(stream);
    }

    private void Watch(LineStream stream)
    {
        _epoll.Add(stream.Fd, stream.Id);
        if (stream.Encoded is not { } encoded || StreamMetadata.Decode(encoded) is not { DropsWhenFull: true })
            return;
        _full.Add(stream.Fd, stream.Id);
        stream.IsEmptied = true;
    }

    private StreamMetadata MetadataOf(LineStream stream)
    {
        if (stream.Metadata is null && stream.Encoded is { } encoded)
        {
            stream.Metadata = StreamMetadata.Decode(encoded);
            stream.Encoded = null;
            if (stream.Metadata is null)
                Files.Complain($"cannot tell whose process {stream.Pid} is: unknown metadata");
        }
        // Read all the same, or the process would stop at a full pipe.
        return stream.Metadata ??= new("", "unknown");
    }

    /// <summary>The begun lines that an earlier journal left, to their streams.</summary>
    private void RestoreStreams()
    {
        foreach (var (slot, head, header, line) in _memory.Slots.Load().ToList())
            if (_streams.TryGetValue(head.Source, out var stream))
            {
                (stream.Slot, stream.Begun, stream.BegunLength) = (slot, line, line.Length);
                stream.Kept = head;
                if (stream.IsConnection && head.Pid > 0)
                    stream.Pid = head.Pid;
                if (header.Length > 0 && StdoutHeader.Parse(header, out _) is { } said)
                    Introduce(stream, said);
            }
            else
                _memory.Slots.Free(slot);
    }

    /// <summary>One piece, so that a loud service doesn't keep the others waiting.</summary>
    /// <returns>False when there is nothing (left) to read now.</returns>
    private bool Read(LineStream stream)
    {
        if (stream.IsConnection)
            return ReadConnection(stream);
        ref var state = ref _memory.State;
        long from = _memory.Place();
        state.Done = from;
        Volatile.Write(ref state.Source, stream.Id);
        _step?.Invoke();
        int n;
        try
        {
            n = _memory.Fill(stream.Fd);
        }
        catch (LinuxException e)
        {
            Volatile.Write(ref state.Source, 0);
            return Stick($"cannot read the log of {MetadataOf(stream).Unit}: {e.Message}"); // no error is a pipe's end
        }
        _step?.Invoke();
        if (n > 0)
            return Take(stream, from, from + n);
        Volatile.Write(ref state.Source, 0);
        return n == 0 && End(stream);
    }

    /// <summary>Lines of the spool's bytes become entries, and what is left the beginning of the next.</summary>
    /// <returns>False when they can't be written: they wait where they are.</returns>
    private bool Take(LineStream stream, long from, long to)
    {
        BeginBatch(stream, from, to);
        ReadOnlySpan<byte> bytes = _memory.Spool(from, to);
        if (stream.BegunLength > 0)
        {
            int begun = stream.BegunLength, max = Math.Max(_options.LineMax, begun + 1), more = Math.Min(bytes.Length, max - begun);
            Keep(stream, begun, bytes[..more]);
            ReadOnlySpan<byte> whole = stream.Begun.AsSpan(0, begun + more);
            if (!Lines.TryTake(ref whole, max, out var line, out var how))
            {
                stream.BegunLength = begun + more;
                CommitPiece(stream, to, begun, more);
                return true;
            }
            if (!Write(stream, line, how))
                return false;
            stream.BegunLength = 0;
            bytes = bytes[(more - whole.Length)..];
            _at = to - bytes.Length;
        }
        for (_ahead = 0; ; _ahead++)
        {
            if (_ahead % LinesAhead == 0)
                LookAhead(bytes);
            if (!Lines.TryTake(ref bytes, _options.LineMax, out var line, out var how))
                break;
            if (!Write(stream, line, how))
                return false;
            _at = to - bytes.Length;
        }
        Keep(stream, 0, bytes);
        stream.BegunLength = bytes.Length;
        CommitPiece(stream, to, 0, bytes.Length);
        return true;
    }

    private static void Keep(LineStream stream, int at, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty && at == 0)
            stream.Begun = []; // most streams are quiet, and shall cost nothing
        if (stream.Begun.Length < at + bytes.Length)
        {
            var larger = new byte[Math.Max(256, Math.Max(2 * at, at + bytes.Length))];
            stream.Begun.AsSpan(0, at).CopyTo(larger);
            stream.Begun = larger;
        }
        bytes.CopyTo(stream.Begun.AsSpan(at));
    }

    /// <summary>The end of a stream: a last line without its newline counts.</summary>
    private bool End(LineStream stream)
    {
        if (!EndLine(stream))
            return false;
        TellSuppressed(stream);
        if (stream.Slot >= 0)
            _memory.Slots.Free(stream.Slot);
        _streams.Remove(stream.Id);
        stream.Origin?.Forget();
        // The keeper has a copy of the end until it hears of this: closed here alone it would stay in the set, ready all the time (epoll(7)).
        _epoll.Remove(stream.Fd);
        StopEmptying(stream);
        stream.Fd.Dispose();
        if (stream.IsConnection)
            Drop(NameOf(stream));
        else
            _toKeeper.Enqueue((KeeperWire.Encode(new StreamDone(stream.Id)), []));
        return false;
    }

    private bool EndLine(LineStream stream, LineBreak how = LineBreak.Eof)
    {
        if (stream.BegunLength == 0)
            return true;
        long at = _memory.End;
        BeginBatch(stream, at, at);
        if (!Write(stream, stream.Begun.AsSpan(0, stream.BegunLength), how))
            return false;
        stream.BegunLength = 0;
        CommitPiece(stream, at, 0, 0);
        return true;
    }

    /// <summary>One line of a stream to an entry, if it is wanted.</summary>
    /// <returns>False when it can't be written now.</returns>
    private bool Write(LineStream stream, ReadOnlySpan<byte> line, LineBreak how)
    {
        var metadata = MetadataOf(stream);
        int priority = metadata.Priority;
        if (metadata.ParsePrefix)
            SyslogPriority.Take(ref line, ref priority, withFacility: false);
        if (line.IsEmpty)
            return true;
        _extra.Clear();
        if (metadata.ManagerStream && line.IndexOf((byte)'\t') is >= 0 and var tab)
        {
            AddSubject(line[..tab]);
            line = line[(tab + 1)..];
        }
        if (how != LineBreak.Newline)
            _extra.Add(Lines.FieldOf(how));
        var origin = OriginOf(stream, metadata);
        bool isKept = Passes(origin, priority, line, out bool stuck);
        if (stuck || (isKept && !Append(origin, priority, line)))
            return false;
        if (Forwards(priority) && (isKept || IsWanted(origin, priority, line)))
            Forward(priority, metadata.Identifier, stream.Pid, line);
        return true;
    }

    /// <summary>The unit that a line of the manager's is about, in the fields by which systemd's and journalctl's -u find it.</summary>
    private void AddSubject(ReadOnlySpan<byte> unit)
    {
        if (unit.IsEmpty)
            return;
        bool user = Self.Uid != 0;
        _extra.Add(user ? "USER_UNIT="u8 : "UNIT="u8, unit);
        if (_keeperPid != 1)
            _extra.Add(user ? "OBJECT_SYSTEMD_USER_UNIT="u8 : "OBJECT_SYSTEMD_UNIT="u8, unit);
    }

    private readonly int _keeperPid = Self.ParentPid;

    private Origin OriginOf(LineStream stream, StreamMetadata metadata)
    {
        var process = stream.Process;
        if (process is not null && Environment.TickCount64 - process.ReadAt < ProcessFields.RefreshMilliseconds && stream.Origin is { } known)
            return known;
        process = stream.Process ??= new(stream.Pid);
        var peer = stream.Peer ?? (metadata.Uid is { } uid && process.Uid is null && !Directory.Exists($"/proc/{stream.Pid}") ? new PeerCredentials(stream.Pid, uid, uid) : null);
        process.Refresh(peer, [], metadata.Unit, metadata.Slice, metadata.InvocationId, Self.Uid != 0);
        if (stream.Origin is { } same && stream.Version == process.Version)
            return same;
        stream.Version = process.Version;
        var origin = stream.Origin ??= new();
        SetLimits(origin, process, metadata);
        List<byte[]> fields =
        [
            metadata.ManagerStream ? "_TRANSPORT=journal"u8.ToArray() : "_TRANSPORT=stdout"u8.ToArray(),
            .. stream.IsConnection ? [Encoding.ASCII.GetBytes($"_STREAM_ID={IdOf(stream)}")] : (byte[][])[],
            .. process.Fields, .. metadata.ExtraFields.Select(Encoding.UTF8.GetBytes), .. _common,
        ];
        if (metadata.Priority >> 3 is > 0 and var facility)
            fields.Add(Encoding.ASCII.GetBytes($"SYSLOG_FACILITY={facility}"));
        if (metadata.Identifier.Length > 0)
            fields.Add(Encoding.UTF8.GetBytes($"SYSLOG_IDENTIFIER={metadata.Identifier}"));
        origin.Fields = fields;
        return origin;
    }

    /// <summary>The same after a crash of ours.</summary>
    private string IdOf(LineStream stream)
    {
        ref readonly var state = ref _memory.State;
        Span<ulong> seed = [stream.Id, state.Seed1, state.Seed2];
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(seed);
        var key = new UInt128(state.Seed1, state.Seed2);
        return $"{SipHash.Hash(bytes, key):x16}{SipHash.Hash(bytes[..8], ~key):x16}";
    }
}
