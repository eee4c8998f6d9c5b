using Sereno.Journal.Format;
using Sereno.Linux;

namespace Sereno.Journal.Read;

// From the first object to the last, with what the header says of them all.
public sealed partial class Verifier
{
    private const int TailObjectAt = 136, ObjectCountAt = 144, EntryCountAt = 152, TailSeqnumAt = 160, DataCountAt = 208, FieldCountAt = 216,
        TagCountAt = 224, EntryArrayCountAt = 232;

    private ulong _fields;
    private int _dataHashTables, _fieldHashTables;
    private bool _hasMainArray;
    private EntryObject _last; // of type Unused: none yet

    private void Walk()
    {
        ulong objects = 0;
        _at = _header.HeaderSize;
        for (bool isLast = _header.TailObjectOffset == 0; !isLast;)
        {
            Advance(0, WalkEnd, _at, _header.TailObjectOffset);
            if (Look(_at, ObjectType.Unused, out var header) is var errno && errno != 0)
            {
                complain?.Invoke($"{_at:x6}: Invalid object: {Errno.Text(errno)}");
                throw new Fault(errno);
            }
            if (_at > _header.TailObjectOffset)
                throw Bad(TailObjectAt, $"Invalid tail object pointer ({_at} > {_header.TailObjectOffset})");
            objects++;
            LookInto(_at, header);
            Count(header);
            isLast = _at == _header.TailObjectOffset;
            if (!isLast)
                _at += header.Length + 7 & ~7UL;
        }
        Compare(objects);
    }

    private void Count(in ObjectHeader header)
    {
        switch (header.Type)
        {
            case ObjectType.Data:
                _data.Add(_at);
                break;
            case ObjectType.Field:
                _fields++;
                break;
            case ObjectType.Entry:
                CountEntry();
                break;
            case ObjectType.DataHashTable:
                CheckTable(header, ref _dataHashTables, _header.DataHashTableOffset, _header.DataHashTableSize);
                break;
            case ObjectType.FieldHashTable:
                CheckTable(header, ref _fieldHashTables, _header.FieldHashTableOffset, _header.FieldHashTableSize);
                break;
            case ObjectType.EntryArray:
                _arrays.Add(_at);
                _hasMainArray |= _at == _header.EntryArrayOffset;
                break;
            case ObjectType.Tag:
                throw Bad(_at, "Tag object in file without sealing");
            default:
                break;
        }
    }

    private void CountEntry()
    {
        _entries.Add(_at);
        TryGet(_at, out EntryObject entry);
        bool isFirst = _last.Object.Type == ObjectType.Unused;
        if (isFirst && entry.Seqnum != _header.HeadEntrySeqnum)
            throw Bad(_at, $"Head entry sequence number incorrect ({entry.Seqnum} != {_header.HeadEntrySeqnum})");
        if (!isFirst && _last.Seqnum >= entry.Seqnum)
            throw Bad(_at, $"Entry sequence number out of synchronization ({_last.Seqnum} >= {entry.Seqnum})");
        if (!isFirst && _last.BootId == entry.BootId && _last.Monotonic > entry.Monotonic)
            throw Bad(_at, $"Entry timestamp out of synchronization ({_last.Monotonic} > {entry.Monotonic})");
        if (isFirst && entry.Realtime != _header.HeadEntryRealtime)
            throw Bad(_at, $"Head entry realtime timestamp incorrect ({entry.Realtime} != {_header.HeadEntryRealtime})");
        _last = entry;
    }

    private void CheckTable(in ObjectHeader header, ref int count, ulong offset, ulong size)
    {
        string name = NameOf(header.Type);
        if (count > 1)
            throw Bad(_at, $"More than one {name}: {count}");
        if (offset != _at + ObjectHeader.Size)
            throw Bad(_at, $"Header offset for {name} invalid ({offset} != {_at + ObjectHeader.Size})");
        if (size != header.Length - ObjectHeader.Size)
            throw Bad(_at, $"Header size for {name} invalid ({size} != {header.Length - ObjectHeader.Size})");
        count++;
    }

    private void Compare(ulong objects)
    {
        Expect(ObjectCountAt, "Object", objects, _header.ObjectCount);
        Expect(EntryCountAt, "Entry", (ulong)_entries.Count, _header.EntryCount);
        Expect(DataCountAt, "Data", (ulong)_data.Count, _header.DataCount);
        Expect(FieldCountAt, "Field", _fields, _header.FieldCount);
        Expect(TagCountAt, "Tag", 0, _header.TagCount);
        Expect(EntryArrayCountAt, "Entry array", (ulong)_arrays.Count, _header.EntryArrayCount);
        if (!_hasMainArray && _header.EntryArrayOffset != 0)
            throw Bad(0, "Missing main entry array");
        if (_last.Object.Type == ObjectType.Unused)
            return;
        if (_last.Seqnum != _header.TailEntrySeqnum)
            throw Bad(TailSeqnumAt, $"Tail entry sequence number incorrect ({_last.Seqnum} != {_header.TailEntrySeqnum})");
        if (_last.BootId == _header.BootId && _last.Monotonic != _header.TailEntryMonotonic)
            throw Bad(0, $"Invalid tail monotonic timestamp ({_last.Monotonic} != {_header.TailEntryMonotonic})");
        if (_last.Realtime != _header.TailEntryRealtime)
            throw Bad(0, $"Invalid tail realtime timestamp ({_last.Realtime} != {_header.TailEntryRealtime})");

        void Expect(int at, string what, ulong counted, ulong said)
        {
            if (Has(at + sizeof(ulong)) && counted != said)
                throw Bad((ulong)at, $"{what} number mismatch ({counted} != {said})");
        }
    }
}
