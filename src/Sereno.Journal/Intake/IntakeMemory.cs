using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sereno.Journal.Write;
using Sereno.Linux;

namespace Sereno.Journal.Intake;

/// <summary>
/// The memory that outlives a journal, in three memfds that the keeper holds: the state with the undo logs, the spool through which
/// every byte goes, and the slots with the lines that aren't complete (docs/formats/intake.md).
/// </summary>
internal sealed class IntakeMemory : IDisposable
{
    public const string Name = "intake";
    public const int Regions = 4, SpoolSize = 1 << 20, MaxPiece = MessageQueue.MaxPiece;
    private const int Page = 4096, RegionSize = 1 << 20, TakeRecordAt = 2048;

    private readonly SharedMemory _state, _spool;
    private readonly SharedMapping _undo;
    private bool _dirty;

    private IntakeMemory(Fd state, Fd spool, Fd slots)
    {
        _state = new(state, Page + Regions * RegionSize);
        _undo = SharedMapping.Of(state, Page + Regions * RegionSize);
        _spool = new(spool, SpoolSize);
        Slots = new(slots);
        Undo = [.. Enumerable.Range(0, Regions).Select(i => new UndoLog(_undo, (ulong)(Page + i * RegionSize), RegionSize))];
        if (State.Format == IntakeState.Version)
            return;
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref State.Seed1, 2)));
        State.Format = IntakeState.Version;
    }

    public ref IntakeState State => ref _state.At<IntakeState>(0);

    public UndoLog[] Undo { get; }

    /// <summary>For tests: between any two changes.</summary>
    public Action? Step { get; set; }

    public SlotStore Slots { get; }

    /// <summary>In the order in which <see cref="From"/> takes them.</summary>
    public Fd[] Fds => [_state.Fd, _spool.Fd, Slots.Fd];

    public static IntakeMemory Create() => new(Memfd.Create("journal-state"), Memfd.Create("journal-spool"), Memfd.Create("journal-slots"));

    /// <summary>What an earlier journal left; null where it can't be that.</summary>
    public static IntakeMemory? From(IReadOnlyList<Fd> fds)
    {
        ulong format = 0;
        if (fds.Count == 3 && Files.ReadAt(fds[0], MemoryMarshal.AsBytes(new Span<ulong>(ref format)), 0) == sizeof(ulong) && format is 0 or IntakeState.Version)
            return new(fds[0], fds[1], fds[2]);
        foreach (var fd in fds)
            fd.Dispose();
        return null;
    }

    public Span<byte> Spool(long from, long to) => _spool.Bytes[(int)from..(int)to];

    /// <summary>Where the next piece goes; there is room for <see cref="MaxPiece"/>. Not while there is a piece.</summary>
    public long Place()
    {
        long position = Files.Position(_spool.Fd);
        if (position + MaxPiece > SpoolSize)
            Files.SetPosition(_spool.Fd, position = 0);
        _dirty = true;
        return position;
    }

    /// <summary>Where the piece in the spool ends.</summary>
    public long End => Files.Position(_spool.Fd);

    /// <returns>As <see cref="Files.Splice"/>.</returns>
    public int Fill(Fd pipe) => Files.Splice(pipe, _spool.Fd, MaxPiece);

    /// <summary>Before the commit point of a record that takes a message.</summary>
    public void PrepareTake() => MessageQueue.Prepare(_state, TakeRecordAt);

    /// <summary>Carries the record out, the second time after a crash in the middle.</summary>
    /// <param name="socketOf">Null for one that is gone, with what it had.</param>
    public void Apply(Func<ulong, Fd?> socketOf)
    {
        ref var state = ref State;
        ref readonly var record = ref state.Record;
        if (record.TakeFrom != 0 && !MessageQueue.WasTaken(_state, TakeRecordAt) && socketOf(record.TakeFrom) is { } socket)
            MessageQueue.Take(_state, TakeRecordAt, socket, record.TakeLength);
        Step?.Invoke();
        if (record.Slot >= 0)
            Slots.Write(record.Slot, record.SlotHead, Spool(record.CopyFrom, record.CopyFrom + record.CopyLength), record.CopyTo);
        Step?.Invoke();
        (state.Source, state.Done, state.SkipIn, state.Skip) = (record.Source, record.Done, record.SkipIn, record.Skip);
        (state.Seqnum, state.KernelNext) = (record.Seqnum, record.KernelNext);
        Step?.Invoke();
        if (record.Region >= 0)
            Undo[record.Region].Clear();
        Step?.Invoke();
        Volatile.Write(ref state.Committed, 0);
        Step?.Invoke();
    }

    /// <summary>After a burst: pages that only a burst needs go back to the system. Not while there is a piece.</summary>
    public void Rest()
    {
        if (!_dirty || State.Source != 0)
            return;
        _dirty = false;
        _spool.Clear(0, SpoolSize);
        Files.SetPosition(_spool.Fd, 0);
        for (int i = 0; i < Regions; i++)
            if (Undo[i].IsEmpty)
                _state.Clear(2 * Page + i * RegionSize, RegionSize - Page); // the first has the log's head
        _undo.ReleasePages();
    }

    public void Dispose()
    {
        _undo.Dispose();
        _state.Dispose();
        _spool.Dispose();
        Slots.Fd.Dispose();
    }
}
