using Sereno.Journal.Keep;

namespace Sereno.Journal.Intake;

// Exactly once: docs/decisions/0016. A batch is entries of one source in one file; its commit is the store of one word.
public sealed partial class JournalLoop
{
    private LineStream? _batchOf;
    private ActiveFile? _file;
    private ulong _seqnum, _realtime, _monotonic;
    /// <summary>In the spool: the first byte that isn't an entry yet, where the piece ends, and up to where a connection's were taken.</summary>
    private long _at, _end, _taken;
    /// <summary>Whose message it is, if it is one, and how many of its entries are there.</summary>
    private ulong _socket;
    private int _entries;

    /// <param name="stream">Null for messages, which stay in their sockets until they are kept.</param>
    private void BeginBatch(LineStream? stream, long from, long to)
    {
        _aheadIn = null;
        (_batchOf, _at, _end, _taken, _socket) = (stream, from, to, from, 0);
        _seqnum = _memory.State.Seqnum;
        (_realtime, _monotonic) = (RealtimeAfter(_realtime), Clock.Monotonic);
    }

    /// <summary>A clock that is set back a little waits for itself; for more, each file begins anew, as a search in it relies on its order.</summary>
    private ulong RealtimeAfter(ulong last) => _options.Now() is var now && now < last && last - now < SmallStep ? last : now;

    private const ulong SmallStep = 1_000_000;

    /// <summary>All of a piece: its lines are entries, and its last bytes go on with, or begin, a line.</summary>
    /// <param name="begun">Bytes of that line that are kept already.</param>
    /// <param name="more">How many of the piece's last bytes are added.</param>
    private void CommitPiece(LineStream stream, long to, int begun, int more) => CommitStream(stream, to, to - more, begun, more);

    /// <summary>The entries so far, so that the journal can change files, or begin its undo log anew.</summary>
    private void CommitSoFar()
    {
        if (_batchOf is { } stream)
            CommitStream(stream, _at, _at, stream.BegunLength, 0);
        else
            CommitMessages();
    }

    private void CommitStream(LineStream stream, long done, long copyFrom, int begun, int more)
    {
        var record = NewRecord();
        if (stream.IsConnection)
        {
            (record.TakeFrom, record.TakeLength) = (done > _taken ? stream.Id : 0, (int)(done - _taken));
            _taken = done;
        }
        else if (done < _end)
            (record.Source, record.Done) = (stream.Id, done);
        var head = new SlotHead { Source = stream.Id, Length = begun + more, HeaderLength = stream.Kept.HeaderLength, Pid = stream.Pid };
        if (more > 0 || head.Length != stream.Kept.Length)
        {
            if (stream.Slot < 0)
                stream.Slot = _memory.Slots.Take();
            (record.Slot, record.SlotHead, stream.Kept) = (stream.Slot, head, head);
            (record.CopyFrom, record.CopyLength, record.CopyTo) = (copyFrom, more, SlotStore.DataAt + head.HeaderLength + begun);
        }
        Commit(record);
    }

    /// <summary>Entries that aren't a stream's: the message that they are from stays where it is.</summary>
    private void CommitMessages()
    {
        var record = NewRecord();
        if (_socket != 0 && _entries > 0) // what is to be skipped in the other socket stays
            (record.SkipIn, record.Skip) = (_socket, _entries);
        Commit(record);
    }

    /// <summary>All of a message is kept: it can be taken from its socket.</summary>
    private void CommitMessage(int length)
    {
        var record = NewRecord();
        (record.TakeFrom, record.TakeLength) = (_socket, Math.Max(length, 1));
        if (record.SkipIn == _socket)
            (record.SkipIn, record.Skip) = (0, 0);
        Commit(record);
    }

    private CommitRecord NewRecord()
    {
        ref readonly var state = ref _memory.State;
        return new() { Slot = -1, Region = _file?.Region ?? -1, Seqnum = _seqnum, KernelNext = state.KernelNext, SkipIn = state.SkipIn, Skip = state.Skip, Source = PieceOf, Done = state.Done };
    }

    /// <summary>Whose piece waits in the spool while something else is written.</summary>
    private ulong PieceOf => _batchOf is { IsConnection: false } ? 0 : _memory.State.Source;

    private void Commit(in CommitRecord record)
    {
        _step?.Invoke();
        _file?.Writer.Flush();
        _step?.Invoke();
        ref var state = ref _memory.State;
        state.Record = record;
        if (record.TakeFrom != 0)
            _memory.PrepareTake();
        _step?.Invoke();
        Volatile.Write(ref state.Committed, 1);
        _step?.Invoke();
        _memory.Apply(SocketOf);
        if (_file is { } file)
        {
            file.Writer.Commit();
            file.IsDirty = true;
            file.UsedAt = Environment.TickCount64;
            _touched.Add(file);
        }
        _file = null;
    }

    /// <summary>Goes on with the piece that is in the spool, if there is one: an earlier journal died over it, or there was no space.</summary>
    /// <returns>False when it can't be written (yet).</returns>
    private bool Resume()
    {
        ref var state = ref _memory.State;
        if (state.Source != 0 && state.Done < _memory.End && _streams.TryGetValue(state.Source, out var stream))
            return Take(stream, state.Done, _memory.End);
        state.Source = 0;
        return true;
    }
}
