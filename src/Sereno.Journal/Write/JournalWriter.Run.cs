using System.Runtime.InteropServices;
using Sereno.Journal.Format;
using Sereno.Units.Values;

namespace Sereno.Journal.Write;

// A run: entries one after the other with the same known fields, as a loud stream writes them. They are linked into those fields' arrays
// together, an array at a time, because each array is another place in memory.
public sealed partial class JournalWriter
{
    private const int MaxRun = 1024;

    private uint[] _run = [];
    private FieldGroup? _runOf;
    private int _runCount, _runRoom;

    /// <summary>Known fields, to be given to <see cref="Append(FieldGroup, ReadOnlySpan{byte}, in EntryTimes, ulong?)"/> while their handles are kept.</summary>
    public FieldGroup Group(ReadOnlySpan<DataHandle> handles)
    {
        ulong xorHash = 0;
        var known = new SortedDictionary<ulong, int>();
        foreach (var handle in handles)
        {
            xorHash ^= _known[handle.Index].XorHash;
            known[_known[handle.Index].Offset] = handle.Index;
        }
        return new([.. known.Values], IsCompact ? [.. known.Keys.Select(k => (uint)k)] : [], xorHash);
    }

    /// <summary>A message will come soon: where its hash leads is fetched from memory, which takes longer than all else about a line.</summary>
    /// <returns>To be given with the message; null in a file without key.</returns>
    public ulong? Expect(ReadOnlySpan<byte> message)
    {
        if (!IsKeyed)
            return null;
        ulong hash = SipHash.Hash("MESSAGE="u8, message, _header.FileId);
        _file.Prefetch(BucketOf(hash));
        return hash;
    }

    /// <summary>The same a bit later: what the bucket leads to.</summary>
    public void Expect(ulong hash)
    {
        if (Word(BucketOf(hash)) is > 0 and var data)
            _file.Prefetch(data);
    }

    /// <summary>An entry of a group's fields and a message.</summary>
    /// <param name="hash">Of the message, if <see cref="Expect(ReadOnlySpan{byte})"/> of this writer has told it.</param>
    public AppendResult Append(FieldGroup group, ReadOnlySpan<byte> message, in EntryTimes times, ulong? hash = null)
    {
        try
        {
            if (GoOnWith(group) && TryAppend(group, message, hash, times, out var result))
                return result;
        }
        catch (Exception e) when (IsDamage(e))
        {
            return AppendResult.Damaged;
        }
        Begin();
        foreach (int known in group.Known)
            Add(new DataHandle(known));
        Add("MESSAGE"u8, message);
        return End(times);
    }

    /// <returns>False when an array is needed first, or anything else that a single entry does better.</returns>
    private bool GoOnWith(FieldGroup group)
    {
        if (group.Offsets.Length == 0 || _header.State != FileState.Online || _entries.IsFull
            || _undo is not null && _undo.Room < 96 + 4 * (ulong)(_dirtyKnown.Count + group.Known.Length) + (ulong)_dirtyFields.Count)
            return false;
        if (_runOf == group && _runCount < _runRoom)
            return true;
        LinkRun();
        uint room = MaxRun;
        foreach (int index in group.Known)
        {
            ref readonly var known = ref _known[index];
            room = known.FirstEntry == 0 ? 0 : Math.Min(room, known.Chain.Capacity - known.Chain.Used);
        }
        (_runOf, _runRoom) = (group, (int)room);
        return room > 0;
    }

    /// <returns>False when the message was there before those of the group, or is one of them.</returns>
    private bool TryAppend(FieldGroup group, ReadOnlySpan<byte> message, ulong? hash, in EntryTimes times, out AppendResult result)
    {
        result = Judge(times);
        if (result != AppendResult.Appended || (result = FindOrAppendData("MESSAGE"u8, message, out var item, out ulong xorHash, hash)) != AppendResult.Appended)
            return true;
        if (item.Known >= 0 || item.Offset <= group.Offsets[^1])
            return false;
        ulong size = EntryObject.Size + (ulong)(group.Offsets.Length + 1) * sizeof(uint);
        if ((result = Reserve(Align(size) + ArraysNeeded(new(in item)))) != AppendResult.Appended)
            return true;
        ulong entry = Allocate(ObjectType.Entry, size);
        var rest = WriteHead(entry, times, group.XorHash ^ xorHash);
        rest[^4..].Clear(); // of an odd number, what fills up
        var offsets = MemoryMarshal.Cast<byte, uint>(rest);
        group.Offsets.CopyTo(offsets);
        offsets[group.Offsets.Length] = (uint)item.Offset;
        Link(entry, new(in item));
        if (_run.Length == 0)
            _run = new uint[MaxRun];
        _run[_runCount++] = (uint)entry;
        return true;
    }

    /// <summary>Before anything else looks at the chains of known fields.</summary>
    private void LinkRun()
    {
        var run = MemoryMarshal.AsBytes(_run.AsSpan(0, _runCount));
        foreach (int index in _runCount > 0 ? _runOf!.Known : [])
        {
            ref var chain = ref _known[index].Chain;
            run.CopyTo(_file.Slice(chain.Tail + EntryArrayObject.Size + chain.Used * sizeof(uint), run.Length)); // needs no undoing, as in Append
            chain.Used += (uint)_runCount;
            chain.Count += (uint)_runCount;
            MarkDirty(index);
        }
        (_runOf, _runCount) = (null, 0);
    }
}
