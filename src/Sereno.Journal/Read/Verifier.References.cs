using System.Runtime.InteropServices;
using Sereno.Journal.Format;
using Sereno.Linux.Headers;

namespace Sereno.Journal.Read;

// What leads where: from the main entry array to entries, their data and back, from the hash table to data and its entries.
public sealed partial class Verifier
{
    /// <summary>How far a data object's list of entries was followed: entries ask for themselves in ascending order.</summary>
    private struct Cursor
    {
        /// <summary>The last entry in what was looked at.</summary>
        public ulong Last;
        /// <summary>The array after it, and how many entries are left for it and those behind it.</summary>
        public ulong Array, Left;
    }

    /// <summary>Data that an entry led to.</summary>
    private readonly Dictionary<ulong, Cursor> _cursors = [];

    private void FollowEntryArray()
    {
        ulong count = _header.EntryCount, i = 0, last = 0;
        for (ulong array = _header.EntryArrayOffset; i < count;)
        {
            Advance(EntriesBegin, PartLength, i, count);
            if (array == 0)
                throw Bad(0, $"Array chain too short at {i} of {count}");
            if (!_arrays.Contains(array))
                throw Bad(array, $"Invalid array {i} of {count}");
            var o = Get<EntryArrayObject>(array, ObjectType.EntryArray);
            ulong items = ArrayCount(o.Object);
            for (ulong j = 0; i < count && j < items; i++, j++)
            {
                ulong entry = ArrayItem(array, j);
                if (entry <= last)
                    throw Bad(array, $"Entry array not sorted at {i} of {count}");
                last = entry;
                if (!_entries.Contains(entry))
                    throw Bad(array, $"Invalid array entry at {i} of {count}");
                FollowEntry(entry, isLast: i + 1 == count);
            }
            array = o.NextOffset;
        }
    }

    private void FollowEntry(ulong at, bool isLast)
    {
        int count = ItemCount(Get<EntryObject>(at, ObjectType.Entry).Object);
        for (int i = 0; i < count; i++)
        {
            ulong item = ItemAt(at, i);
            ref var cursor = ref CollectionsMarshal.GetValueRefOrAddDefault(_cursors, item, out bool isKnown);
            if (!isKnown)
            {
                if (!_data.Contains(item))
                    throw Bad(at, "Invalid data object of entry");
                var data = Get<DataObject>(item, ObjectType.Data);
                if (!IsInHashTable(data.Hash, item))
                    throw Bad(at, "Data object missing from hash table");
                cursor = new() { Last = data.EntryOffset, Array = data.EntryCount > 1 ? data.EntryArrayOffset : 0, Left = data.EntryCount - 1 };
            }
            while (cursor.Last < at && cursor.Array != 0)
                Advance(ref cursor);
            // The last one often ran out of space while it was linked.
            if (cursor.Last < at && !isLast)
                throw Bad(at, $"Entry object not referenced by linked data object at {item:x6}");
        }
    }

    /// <summary>One array onwards. Items that are still zero are none.</summary>
    private void Advance(ref Cursor cursor)
    {
        ulong array = cursor.Array;
        var o = Get<EntryArrayObject>(array, ObjectType.EntryArray);
        ulong items = ArrayCount(o.Object), taken = Math.Min(items, cursor.Left);
        while (taken > 0 && ArrayItem(array, taken - 1) == 0)
            cursor.Left = --taken;
        if (taken > 0)
            cursor.Last = ArrayItem(array, taken - 1);
        bool isEnd = items >= cursor.Left;
        cursor.Left -= Math.Min(items, cursor.Left);
        cursor.Array = isEnd ? 0 : o.NextOffset;
    }

    private bool IsInHashTable(ulong hash, ulong at)
    {
        ulong n = _header.DataHashTableSize / HashItem.Size;
        if (n == 0)
            return false;
        TryGet(_header.DataHashTableOffset + hash % n * HashItem.Size, out ulong data);
        for (ulong next; data != 0 && data != at; data = next)
            if ((next = Get<DataObject>(data, ObjectType.Data).NextHashOffset) != 0 && next <= data)
                throw new Fault(libc.EBADMSG);
        return data == at;
    }

    private void FollowDataHashTable()
    {
        ulong n = _header.DataHashTableSize / HashItem.Size;
        for (ulong i = 0; i < n; i++)
        {
            Advance(TablesBegin, PartLength, i, n);
            if (!TryGet(_header.DataHashTableOffset + i * HashItem.Size, out HashItem item))
                throw new Fault(libc.EADDRNOTAVAIL);
            ulong last = 0;
            for (ulong at = item.HeadOffset, next; at != 0; (last, at) = (at, next))
            {
                if (!_data.Contains(at))
                    throw Bad(at, $"Invalid data object at hash entry {i} of {n}");
                var data = Get<DataObject>(at, ObjectType.Data);
                next = data.NextHashOffset;
                if (next != 0 && next <= at)
                    throw Bad(at, $"Hash chain has a cycle in hash entry {i} of {n}");
                if (data.Hash % n != i)
                    throw Bad(at, $"Hash value mismatch in hash entry {i} of {n}");
                FollowData(at, data);
            }
            if (last != item.TailOffset)
                throw Bad(0, $"Tail hash pointer mismatch in hash table ({last} != {item.TailOffset})");
        }
    }

    private void FollowData(ulong at, in DataObject data)
    {
        ulong count = data.EntryCount, array = data.EntryArrayOffset, last = data.EntryOffset, i = 1;
        if (array != 0 && count < 2)
            throw Bad(at, $"Entry array present (entry_array_offset={array:x6}, but n_entries={count})");
        if (count == 0)
            return;
        if (!_entries.Contains(last))
            throw Bad(at, $"Data object references invalid entry at {last:x6}");
        while (i < count)
        {
            if (array == 0)
                throw Bad(at, "Array chain too short");
            if (!_arrays.Contains(array))
                throw Bad(at, $"Invalid array offset {array:x6}");
            var o = Get<EntryArrayObject>(array, ObjectType.EntryArray);
            ulong items = ArrayCount(o.Object);
            for (ulong j = 0; i < count && j < items; i++, j++)
            {
                ulong entry = ArrayItem(array, j);
                if (entry <= last)
                    throw Bad(at, $"Data object's entry array not sorted ({entry} <= {last})");
                last = entry;
                if (!_entries.Contains(entry))
                    throw Bad(at, $"Data object references invalid entry at {entry:x6}");
            }
            array = o.NextOffset;
        }
    }
}
