using System.Buffers.Binary;
using Sereno.Journal.Format;

namespace Sereno.Journal.Read;

public enum Direction { Down, Up }

/// <summary>What ascends from entry to entry.</summary>
internal enum Measure { Offset, Seqnum, Realtime, Monotonic }

/// <summary>The entries of a file, or of one of its data objects, in the order of their offsets: one that the object holds itself, then a
/// chain of arrays, each behind the one before it.</summary>
/// <param name="extra">0 where there are only arrays.</param>
/// <param name="count">With the extra one.</param>
/// <param name="tail">The chain's last array, where the file tells of it: the last entries are found without going along the chain.</param>
internal sealed class EntryList(JournalFile file, ulong extra, ulong firstArray, ulong count, CompactTail tail)
{
    // 4 MiB of what is known of a chain; a hostile one may be longer, and ends here.
    private const int MostArrays = 1 << 18;

    private readonly List<(ulong Array, ulong First)> _arrays = [];
    private ulong _known, _nextArray = firstArray;
    private int _lastArray;
    private ulong? _tailFirst;
    private ulong _lastIndex = ulong.MaxValue, _lastOffset;

    private ulong Extra => extra != 0 ? 1UL : 0;

    public ulong Count => count;

    /// <summary>The first that the last array has; beyond all where there is no such array, or it isn't what is said of it.</summary>
    private ulong TailFirst => _tailFirst ??= IsTail() ? count - tail.EntryCount : ulong.MaxValue;

    private bool IsTail() => tail.EntryCount > 0 && tail.EntryCount + Extra <= count
        && file.TryArray(tail.ArrayOffset, out ulong length, out ulong next) && next == 0 && tail.EntryCount <= length && Item(tail.ArrayOffset, tail.EntryCount - 1) != 0
        // More in it than that: it grew between two reads.
        && (tail.EntryCount == length || Item(tail.ArrayOffset, tail.EntryCount) == 0);

    /// <summary>0 where the chain is broken.</summary>
    public ulong OffsetAt(ulong index)
    {
        if (index >= count)
            return 0;
        if (index < Extra)
            return extra;
        if (index >= TailFirst)
            return Item(tail.ArrayOffset, index - TailFirst);
        int array = ArrayOf(index - Extra);
        return array < 0 ? 0 : Item(_arrays[array].Array, index - Extra - _arrays[array].First);
    }

    /// <summary>The nearest entry that can be read from an index on.</summary>
    public bool TryFrom(ulong index, Direction direction, out EntryPlace place)
    {
        // Many in a row that can't be read: nothing more is to be had here.
        const int Patience = 1 << 16;
        if (direction == Direction.Up && index < count)
            index = Math.Min(index, LastIndex(index)); // a count may say too much
        for (int bad = 0; index < count && bad < Patience; bad++, index = direction == Direction.Down ? index + 1 : index - 1)
            if (OffsetAt(index) is > 0 and var offset && file.TryEntry(offset, out var entry, out _))
            {
                (_lastIndex, _lastOffset) = (index, offset);
                place = new(offset, entry);
                return true;
            }
        place = default;
        return false;
    }

    /// <summary>How far the chain goes, if it doesn't go as far as an index.</summary>
    private ulong LastIndex(ulong index)
    {
        if (index >= TailFirst)
            return index;
        while (index >= Extra + _known)
            if (!Learn())
                return Extra + _known - 1;
        return index;
    }

    /// <summary>By offset: the first at or after it, or the last at or before it.</summary>
    public bool TryOffset(ulong offset, Direction direction, out ulong found)
    {
        found = 0;
        if (!TryIndex(offset, direction, out ulong index))
            return false;
        found = OffsetAt(index);
        (_lastIndex, _lastOffset) = (index, found);
        // A list that doesn't ascend would lead back.
        return found != 0 && (direction == Direction.Down ? found >= offset : found <= offset);
    }

    /// <summary>The one after, or before, an entry of this list.</summary>
    public bool TryNext(ulong offset, Direction direction, out EntryPlace place)
    {
        place = default;
        ulong beyond = direction == Direction.Down ? offset + 1 : offset - 1;
        return TryIndex(beyond, direction, out ulong index) && TryFrom(index, direction, out place)
            // A chain that doesn't ascend would go round and round.
            && (direction == Direction.Down ? place.Offset > offset : place.Offset < offset);
    }

    private bool TryIndex(ulong offset, Direction direction, out ulong index)
    {
        // Mostly it is the one asked for last, or the next.
        if (_lastIndex < count && _lastOffset != 0)
        {
            if (direction == Direction.Down && _lastOffset < offset && _lastIndex + 1 < count && OffsetAt(_lastIndex + 1) >= offset)
            {
                index = _lastIndex + 1;
                return true;
            }
            if (direction == Direction.Up && _lastOffset > offset && _lastIndex > 0 && OffsetAt(_lastIndex - 1) is > 0 and var before && before <= offset)
            {
                index = _lastIndex - 1;
                return true;
            }
            if (_lastOffset == offset)
            {
                index = _lastIndex;
                return true;
            }
        }
        return TrySearch(direction, Measure.Offset, offset, out index);
    }

    /// <summary>By what ascends with the entries: the first at or after what is sought, or the last at or before it.</summary>
    public bool TryMeasure(Direction direction, Measure measure, ulong sought, out EntryPlace place)
    {
        place = default;
        return TrySearch(direction, measure, sought, out ulong index) && TryFrom(index, direction, out place);
    }

    private bool TrySearch(Direction direction, Measure measure, ulong sought, out ulong index)
    {
        index = 0;
        if (count == 0)
            return false;
        ulong left = 0, right = Extra;
        if (measure is Measure.Offset or Measure.Seqnum)
            (left, right) = TailFirst < count && IsBefore(TailFirst) ? (TailFirst + 1, count) : (0, LastIndex(count - 1) + 1); // these always ascend
        else if (Extra == 1 && IsBefore(0))
        {
            left = right;
            right = FindArray(ref left);
        }
        else if (Extra == 0)
            right = FindArray(ref left);
        while (left < right)
        {
            ulong middle = left + (right - left) / 2;
            if (IsBefore(middle))
                left = middle + 1;
            else
                right = middle;
        }
        index = direction == Direction.Down ? left : left - 1;
        return index < count;

        // Array by array first: where a measure doesn't quite ascend, this finds what journalctl finds.
        ulong FindArray(ref ulong left)
        {
            for (int array = 0; left < count && Length(array) is > 0 and var length; array++)
            {
                ulong last = Math.Min(count, Extra + _arrays[array].First + length) - 1;
                if (!IsBefore(last))
                    return last;
                left = last + 1;
            }
            return left;
        }

        // Whether what is sought is behind it.
        bool IsBefore(ulong at)
        {
            if (OffsetAt(at) is not (> 0 and var offset) || !TryMeasureOf(measure, offset, out ulong value))
                return false;
            return value < sought || (value == sought && direction == Direction.Up);
        }
    }

    private bool TryMeasureOf(Measure measure, ulong offset, out ulong value)
    {
        value = offset;
        if (measure == Measure.Offset)
            return true;
        bool there = file.TryEntry(offset, out var entry, out _);
        value = measure switch { Measure.Seqnum => entry.Seqnum, Measure.Realtime => entry.Realtime, _ => entry.Monotonic };
        return there;
    }

    private ulong Length(int array)
    {
        while (array >= _arrays.Count)
            if (!Learn())
                return 0;
        return (array + 1 < _arrays.Count ? _arrays[array + 1].First : _known) - _arrays[array].First;
    }

    private int ArrayOf(ulong index)
    {
        while (index >= _known)
            if (!Learn())
                return -1;
        if (_lastArray < _arrays.Count && _arrays[_lastArray].First <= index && index < _arrays[_lastArray].First + Length(_lastArray))
            return _lastArray;
        int low = 0, high = _arrays.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_arrays[middle].First <= index)
                low = middle;
            else
                high = middle - 1;
        }
        return _lastArray = low;
    }

    /// <summary>Takes one array more of the chain.</summary>
    private bool Learn()
    {
        if (_nextArray == 0 || _arrays.Count == MostArrays || _known + Extra >= count
            || !file.TryArray(_nextArray, out ulong length, out ulong next) || (_arrays.Count > 0 && _nextArray <= _arrays[^1].Array))
            return false;
        _arrays.Add((_nextArray, _known));
        _known += length;
        _nextArray = next;
        return true;
    }

    private ulong Item(ulong array, ulong index)
    {
        int size = file.IsCompact ? 4 : 8;
        if (!file.Bytes.TryGet(array + EntryArrayObject.Size + index * (ulong)size, size, out var bytes))
            return 0;
        return size == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}

/// <summary>An entry, and where it is in its file.</summary>
internal readonly record struct EntryPlace(ulong Offset, in EntryObject Entry);

public sealed partial class JournalFile
{
    /// <summary>All entries.</summary>
    internal EntryList Entries() => new(this, 0, _header.EntryArrayOffset, _header.EntryCount,
        new() { ArrayOffset = _header.TailEntryArrayOffset, EntryCount = _header.TailEntryArrayEntryCount });

    /// <summary>Those that have it.</summary>
    internal EntryList EntriesOf(in DataRef data)
    {
        if (!IsCompact || !_bytes.TryGet(data.Offset + DataObject.CompactTailAt, out CompactTail tail))
            tail = default;
        return new(this, data.Object.EntryOffset, data.Object.EntryArrayOffset, data.Object.EntryCount, tail);
    }

    internal bool TryArray(ulong offset, out ulong length, out ulong next)
    {
        length = next = 0;
        if (!IsPlace(offset) || !_bytes.TryGet(offset, out EntryArrayObject array) || array.Object.Type != ObjectType.EntryArray)
            return false;
        ulong size = IsCompact ? 4UL : 8;
        if (array.Object.Length <= EntryArrayObject.Size || (array.Object.Length - EntryArrayObject.Size) % size != 0 || !Fits(offset, array.Object.Length))
            return false;
        (length, next) = ((array.Object.Length - EntryArrayObject.Size) / size, array.NextOffset);
        return (next & 7) == 0 && (next == 0 || next > offset);
    }
}
