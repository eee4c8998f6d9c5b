using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sereno.Journal.Format;

namespace Sereno.Journal.Write;

// Chains of entry arrays: the file's own, and those of data.
public sealed partial class JournalWriter
{
    /// <summary>Where a chain's first array is written, when it is the file's own.</summary>
    private const ulong InHeader = 0;

    private const ulong MaxCapacity = 8192;

    private EntryChain _entries;

    /// <summary>Bytes for the arrays that an entry with these items makes necessary.</summary>
    private ulong ArraysNeeded(ReadOnlySpan<Item> items)
    {
        ulong size = _entries.IsFull ? ArraySize(_entries) : 0;
        foreach (ref readonly var item in items)
            if (item.Known >= 0)
            {
                ref readonly var known = ref _known[item.Known];
                if (known.FirstEntry != 0 && known.Chain.IsFull)
                    size += ArraySize(known.Chain);
            }
            else if (Word(item.Offset + DataObject.EntryCountAt) > 0 && ChainOf(item.Offset) is { IsFull: true } chain)
                size += ArraySize(chain);
        return size;
    }

    private void Link(ulong entry, ReadOnlySpan<Item> items)
    {
        Append(ref _entries, InHeader, entry);
        foreach (ref readonly var item in items)
            if (item.Known >= 0)
                LinkKnown(item.Known, entry);
            else
                LinkData(item.Offset, entry);
        _header.EntryCount = _entries.Count;
        (_header.TailEntryArrayOffset, _header.TailEntryArrayEntryCount) = ((uint)_entries.Tail, _entries.Used);
    }

    private void LinkData(ulong data, ulong entry)
    {
        ulong count = Word(data + DataObject.EntryCountAt);
        if (count == 0)
            Change(data + DataObject.EntryAt, entry);
        else
        {
            var chain = ChainOf(data);
            Append(ref chain, data + DataObject.EntryArrayAt, entry);
            if (IsCompact)
                Change(data + DataObject.CompactTailAt, chain.Tail | (ulong)chain.Used << 32);
        }
        Change(data + DataObject.EntryCountAt, count + 1);
    }

    private void Append(ref EntryChain chain, ulong firstAt, ulong entry)
    {
        if (chain.IsFull)
            AppendArray(ref chain, firstAt);
        // Beyond the count nobody looks: needs no undoing.
        var item = _file.Slice(chain.Tail + EntryArrayObject.Size + chain.Used * (uint)_offsetSize, _offsetSize);
        if (IsCompact)
            BinaryPrimitives.WriteUInt32LittleEndian(item, (uint)entry);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(item, entry);
        chain.Used++;
        chain.Count++;
    }

    private void AppendArray(ref EntryChain chain, ulong firstAt)
    {
        uint capacity = NextCapacity(chain);
        ulong array = Allocate(ObjectType.EntryArray, ArraySize(chain));
        _file.Slice(array + ObjectHeader.Size, (int)(_end - array) - ObjectHeader.Size).Clear();
        _header.EntryArrayCount++;
        if (chain.Tail != 0)
            Change(chain.Tail + EntryArrayObject.NextAt, array);
        else if (firstAt == InHeader)
            _header.EntryArrayOffset = array;
        else
            Change(firstAt, array);
        (chain.Tail, chain.Used, chain.Capacity) = (array, 0, capacity);
    }

    private ulong ArraySize(in EntryChain full) => EntryArrayObject.Size + (ulong)NextCapacity(full) * (uint)_offsetSize;

    /// <summary>
    /// An eighth of what the chain has, so much that a long chain leaves little unused, and no less than what an array's own header is small against: little is left unused, and who
    /// walks the chain to bisect takes few steps. Without a pointer to the tail appending walks it too: there each doubles the chain.
    /// </summary>
    private uint NextCapacity(in EntryChain full)
    {
        ulong count = full.Count;
        if (!IsCompact)
            return (uint)Math.Max(4, count);
        return count switch { < 4 => 4, < 12 => 8, _ => (uint)Math.Clamp(count / 8, 16, MaxCapacity) & ~1u };
    }

    /// <summary>Of a data object that is in an entry, as the file has it.</summary>
    private EntryChain ChainOf(ulong data)
    {
        var chain = new EntryChain { Count = Word(data + DataObject.EntryCountAt) - 1 };
        if (IsCompact)
        {
            var tail = MemoryMarshal.Read<CompactTail>(_file.Slice(data + DataObject.CompactTailAt, sizeof(ulong)));
            (chain.Tail, chain.Used) = (tail.ArrayOffset, tail.EntryCount);
            chain.Capacity = chain.Tail == 0 ? 0 : CapacityOf(chain.Tail);
        }
        else
            FindTail(ref chain, Word(data + DataObject.EntryArrayAt));
        return chain.Used > chain.Capacity ? throw new InvalidDataException("an entry array has more items than room") : chain;
    }

    private void FindTail(ref EntryChain chain, ulong first)
    {
        ulong before = 0;
        for (ulong array = first; array != 0;)
        {
            (chain.Tail, chain.Capacity) = (array, CapacityOf(array));
            ulong next = Word(array + EntryArrayObject.NextAt);
            if (next != 0 && next <= array)
                throw new InvalidDataException("a chain of entry arrays leads back");
            if (next != 0)
                before += chain.Capacity;
            array = next;
        }
        chain.Used = checked((uint)(chain.Count - before));
    }

    private uint CapacityOf(ulong array)
    {
        var header = MemoryMarshal.Read<ObjectHeader>(_file.Slice(array, ObjectHeader.Size));
        if (header.Type != ObjectType.EntryArray || header.Length < EntryArrayObject.Size)
            throw new InvalidDataException("an entry array isn't one");
        return (uint)((header.Length - EntryArrayObject.Size) / (uint)_offsetSize);
    }
}
