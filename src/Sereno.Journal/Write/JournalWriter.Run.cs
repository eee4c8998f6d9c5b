using System.Runtime.InteropServices;
using Sereno.Journal.Format;

namespace Sereno.Journal.Write;

// A run: entries one after the other with the same known fields, as a loud stream writes them. They are linked into those fields' arrays
// together, an array at a time, because each array is another place in memory.
public sealed partial class JournalWriter
{
    private const int MaxRun = 1024;

    private uint[] _run = [];
    private FieldGroup? _runOf;
    private int _runCount, _runRoom;

    /// <summary>Known fields, to be given to <see cref="Append(FieldGroup, ReadOnlySpan{byte}, ReadOnlySpan{byte}, in EntryTimes)"/> while their handles are kept.</summary>
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

    /// <summary>An entry of a group's fields and one more.</summary>
    public AppendResult Append(FieldGroup group, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, in EntryTimes times)
    {
        try
        {
            if (GoOnWith(group) && TryAppend(group, name, value, times, out var result))
                return result;
        }
        catch (Exception e) when (IsDamage(e))
        {
            return AppendResult.Damaged;
        }
        Begin();
        foreach (int known in group.Known)
            Add(new DataHandle(known));
        Add(name, value);
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

    /// <returns>False when the field was there before those of the group, or is one of them.</returns>
    private bool TryAppend(FieldGroup group, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, in EntryTimes times, out AppendResult result)
    {
        result = Judge(times);
        if (result != AppendResult.Appended || (result = FindOrAppendData(name, value, out var item, out ulong xorHash)) != AppendResult.Appended)
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
