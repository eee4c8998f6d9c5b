using System.Buffers.Binary;
using Sereno.Journal.Format;

namespace Sereno.Journal.Read;

/// <summary>A data object, and where in the file its payload is.</summary>
internal readonly record struct DataRef(ulong Offset, in DataObject Object, ulong Payload, int Length)
{
    public bool IsCompressed => (Object.Object.Flags & ObjectFlags.CompressionMask) != 0;
}

public sealed partial class JournalFile
{
    private byte[] _unpacked = [];

    /// <param name="items">How many fields it has.</param>
    internal bool TryEntry(ulong offset, out EntryObject entry, out int items)
    {
        items = 0;
        if (!IsPlace(offset) || !_bytes.TryGet(offset, out entry))
        {
            entry = default;
            return false;
        }
        ulong length = entry.Object.Length, size = (ulong)ItemSize;
        if (entry.Object.Type != ObjectType.Entry || length < EntryObject.Size || (length - EntryObject.Size) % size != 0 || !Fits(offset, length))
            return false;
        ulong count = (length - EntryObject.Size) / size;
        items = (int)Math.Min(count, int.MaxValue);
        return count > 0 && entry.Seqnum > 0 && entry.Realtime is > 0 and < EndOfTime && entry.Monotonic < EndOfTime;
    }

    /// <summary>Of an entry's data; 0 where it can't be read.</summary>
    internal ulong ItemAt(ulong entry, int index)
    {
        int size = ItemSize;
        if (!_bytes.TryGet(entry + EntryObject.Size + (ulong)index * (ulong)size, IsCompact ? 4 : 8, out var bytes))
            return 0;
        return IsCompact ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private int ItemSize => IsCompact ? EntryObject.CompactItemSize : EntryObject.ItemSize;

    internal int DataSize => IsCompact ? DataObject.CompactSize : DataObject.Size;

    internal bool TryData(ulong offset, out DataRef data)
    {
        data = default;
        if (!IsPlace(offset) || !_bytes.TryGet(offset, out DataObject o))
            return false;
        ulong header = (ulong)DataSize;
        if (o.Object.Type != ObjectType.Data || o.Object.Length <= header || !Fits(offset, o.Object.Length) || o.Object.Length - header > int.MaxValue)
            return false;
        if (o.EntryOffset == 0 != (o.EntryCount == 0) || ((o.NextHashOffset | o.NextFieldOffset | o.EntryOffset | o.EntryArrayOffset) & 7) != 0)
            return false;
        data = new(offset, o, offset + header, (int)(o.Object.Length - header));
        return true;
    }

    /// <summary>FIELD=value; good until the next read.</summary>
    internal bool TryPayload(in DataRef data, out ReadOnlySpan<byte> payload)
    {
        if (!_bytes.TryGet(data.Payload, data.Length, out payload))
            return false;
        if (!data.IsCompressed)
            return true;
        return Unpacker.TryUnpack(data.Object.Object.Flags & ObjectFlags.CompressionMask, payload, ref _unpacked, out payload);
    }

    internal bool TryField(ulong offset, out FieldObject field, out ReadOnlySpan<byte> name)
    {
        name = default;
        field = default;
        return IsPlace(offset) && _bytes.TryGet(offset, out field) && field.Object.Type == ObjectType.Field
            && field.Object.Length is > FieldObject.Size and < 1 << 20
            && _bytes.TryGet(offset + FieldObject.Size, (int)field.Object.Length - FieldObject.Size, out name);
    }

    private bool IsPlace(ulong offset) => (offset & 7) == 0 && offset >= _header.HeaderSize;

    private bool Fits(ulong offset, ulong length) => length <= (ulong)_bytes.Length && offset <= (ulong)_bytes.Length - length;
}
