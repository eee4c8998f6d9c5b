using System.Runtime.InteropServices;
using Sereno.Journal.Format;

namespace Sereno.Journal.Write;

// An entry: its fields become items, sorted by where they are and each once; then it is linked into every chain.
public sealed partial class JournalWriter
{
    private struct Item
    {
        public ulong Offset, Hash;
        /// <summary>-1: one that isn't known.</summary>
        public int Known;
    }

    private Item[] _items = new Item[64];
    private int _itemCount;
    private ulong _xorHash;
    private AppendResult _result;

    /// <summary>Begins an entry; one that was begun and not ended is forgotten.</summary>
    public void Begin()
    {
        LinkRun();
        if (_header.State != FileState.Online)
            GoOnline();
        (_itemCount, _xorHash) = (0, 0);
        _result = HasUndoRoom ? AppendResult.Appended : AppendResult.CommitFirst;
    }

    /// <summary>A known field.</summary>
    public void Add(DataHandle handle)
    {
        ref var known = ref _known[handle.Index];
        AddItem(new() { Offset = known.Offset, Hash = known.Hash, Known = handle.Index }, known.XorHash);
    }

    /// <summary>FIELD=value.</summary>
    public void Add(ReadOnlySpan<byte> field)
    {
        int equals = field.IndexOf((byte)'=');
        if (equals < 0)
            Fail(AppendResult.Invalid);
        else
            Add(field[..equals], field[(equals + 1)..]);
    }

    /// <summary>A field's name, of what is allowed there, and its value: any bytes.</summary>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (_result != AppendResult.Appended)
            return;
        if (!HasUndoRoom)
        {
            Fail(AppendResult.CommitFirst);
            return;
        }
        try
        {
            if (FindOrAppendData(name, value, out var item, out ulong xorHash) is var result && result == AppendResult.Appended)
                AddItem(item, xorHash);
            else
                Fail(result);
        }
        catch (Exception e) when (IsDamage(e))
        {
            Fail(AppendResult.Damaged);
        }
    }

    /// <summary>The entry, with what was added since <see cref="Begin"/>.</summary>
    public AppendResult End(in EntryTimes times)
    {
        if (_result != AppendResult.Appended)
            return _result;
        try
        {
            return Append(times);
        }
        catch (Exception e) when (IsDamage(e))
        {
            return AppendResult.Damaged;
        }
    }

    /// <summary>What was followed in the file led beyond its end, back, or to something else.</summary>
    private static bool IsDamage(Exception e) => e is ArgumentOutOfRangeException or InvalidDataException or OverflowException;

    private AppendResult Append(in EntryTimes times)
    {
        if (_itemCount == 0)
            return AppendResult.Invalid;
        if (Judge(times) is var unfit && unfit != AppendResult.Appended)
            return unfit;
        var items = SortedItems();
        ulong size = EntryObject.Size + (ulong)(items.Length * _itemSize);
        if (Reserve(Align(size) + ArraysNeeded(items)) is var result && result != AppendResult.Appended)
            return result;
        ulong entry = Allocate(ObjectType.Entry, size);
        Write(entry, times, items);
        Link(entry, items);
        return AppendResult.Appended;
    }

    private AppendResult Judge(in EntryTimes times)
    {
        if (!times.IsValid)
            return AppendResult.Invalid;
        return _header.EntryCount > 0 && (times.Realtime < _header.TailEntryRealtime
            || times.BootId == _header.BootId && times.Monotonic < _header.TailEntryMonotonic) ? AppendResult.TimeWentBack : AppendResult.Appended;
    }

    private void Fail(AppendResult result)
    {
        if (_result == AppendResult.Appended)
            _result = result;
    }

    private void AddItem(in Item item, ulong xorHash)
    {
        if (_itemCount == _items.Length)
            Array.Resize(ref _items, 2 * _items.Length);
        _items[_itemCount++] = item;
        _xorHash ^= xorHash;
    }

    /// <summary>By insertion: they come nearly sorted, as known ones are old and the message is new.</summary>
    private Span<Item> SortedItems()
    {
        var items = _items.AsSpan(0, _itemCount);
        if (items.Length > 64)
            items.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        else
            for (int i = 1; i < items.Length; i++)
            {
                var item = items[i];
                int j = i;
                for (; j > 0 && items[j - 1].Offset > item.Offset; j--)
                    items[j] = items[j - 1];
                items[j] = item;
            }
        int count = 1;
        for (int i = 1; i < items.Length; i++)
            if (items[i].Offset != items[count - 1].Offset)
                items[count++] = items[i];
        return items[..count];
    }

    /// <returns>Where the items go.</returns>
    private Span<byte> WriteHead(ulong at, in EntryTimes times, ulong xorHash)
    {
        _header.TailEntrySeqnum = Math.Max(_header.TailEntrySeqnum, times.Seqnum) + 1;
        if (_header.EntryCount == 0)
            (_header.HeadEntrySeqnum, _header.HeadEntryRealtime) = (_header.TailEntrySeqnum, times.Realtime);
        (_header.TailEntryRealtime, _header.TailEntryMonotonic, _header.BootId) = (times.Realtime, times.Monotonic, times.BootId);
        var bytes = _file.Slice(at, (int)(_end - at));
        ref var entry = ref MemoryMarshal.AsRef<EntryObject>(bytes);
        entry.Seqnum = _header.TailEntrySeqnum;
        entry.Realtime = times.Realtime;
        entry.Monotonic = times.Monotonic;
        entry.BootId = times.BootId;
        entry.XorHash = xorHash;
        return bytes[EntryObject.Size..];
    }

    private void Write(ulong at, in EntryTimes times, ReadOnlySpan<Item> items)
    {
        var rest = WriteHead(at, times, _xorHash);
        if (IsCompact)
        {
            rest[^4..].Clear(); // of an odd number, what fills up
            var offsets = MemoryMarshal.Cast<byte, uint>(rest);
            for (int i = 0; i < items.Length; i++)
                offsets[i] = (uint)items[i].Offset;
            return;
        }
        var words = MemoryMarshal.Cast<byte, ulong>(rest);
        for (int i = 0; i < items.Length; i++)
            (words[2 * i], words[2 * i + 1]) = (items[i].Offset, items[i].Hash);
    }
}
