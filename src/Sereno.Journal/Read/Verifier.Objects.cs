using Sereno.Journal.Format;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journal.Read;

// Single objects: what must be right of them before anything in them is followed, and what can be seen of them alone.
public sealed partial class Verifier
{
    private const int TagSize = 64, TagEpochAt = 24;

    private static string NameOf(ObjectType type) => type switch
    {
        ObjectType.Data => "data",
        ObjectType.Field => "field",
        ObjectType.Entry => "entry",
        ObjectType.DataHashTable => "data hash table",
        ObjectType.FieldHashTable => "field hash table",
        ObjectType.EntryArray => "entry array",
        ObjectType.Tag => "tag",
        _ => "(null)", // as printf(3) has it
    };

    /// <summary>0, EBADMSG, or EADDRNOTAVAIL for what lies beyond the file's end.</summary>
    private int Look(ulong offset, ObjectType type, out ObjectHeader header)
    {
        header = default;
        if (offset % 8 != 0 || offset < _header.HeaderSize)
            return libc.EBADMSG;
        if (!TryGet(offset, out header))
            return libc.EADDRNOTAVAIL;
        if (header.Length < MinSize(header.Type) || header.Type == ObjectType.Unused || type != ObjectType.Unused && header.Type != type)
            return libc.EBADMSG;
        if (offset > file.Size || header.Length > file.Size - offset)
            return libc.EADDRNOTAVAIL;
        return IsSane(offset, header) ? 0 : libc.EBADMSG;
    }

    private ulong MinSize(ObjectType type) => type switch
    {
        ObjectType.Data => (ulong)DataSize,
        ObjectType.Field => FieldObject.Size,
        ObjectType.Entry => EntryObject.Size,
        ObjectType.EntryArray => EntryArrayObject.Size,
        ObjectType.Tag => TagSize,
        _ => ObjectHeader.Size,
    };

    private bool IsSane(ulong offset, in ObjectHeader header)
    {
        ulong length = header.Length;
        switch (header.Type)
        {
            case ObjectType.Data:
                return length > (ulong)DataSize && TryGet<DataObject>(offset, out var data) && data.EntryOffset == 0 == (data.EntryCount == 0)
                    && (data.NextHashOffset | data.NextFieldOffset | data.EntryOffset | data.EntryArrayOffset) % 8 == 0;
            case ObjectType.Field:
                return length > FieldObject.Size && TryGet<FieldObject>(offset, out var field) && (field.NextHashOffset | field.HeadDataOffset) % 8 == 0;
            case ObjectType.Entry:
                ulong itemSize = (ulong)(IsCompact ? EntryObject.CompactItemSize : EntryObject.ItemSize);
                return length > EntryObject.Size && (length - EntryObject.Size) % itemSize == 0 && TryGet<EntryObject>(offset, out var entry)
                    && entry is { Seqnum: > 0, Realtime: > 0 and < EndOfTime, Monotonic: < EndOfTime };
            case ObjectType.DataHashTable or ObjectType.FieldHashTable:
                return length > ObjectHeader.Size && (length - ObjectHeader.Size) % HashItem.Size == 0;
            case ObjectType.EntryArray:
                return length > EntryArrayObject.Size && (length - EntryArrayObject.Size) % (ulong)OffsetSize == 0
                    && TryGet<EntryArrayObject>(offset, out var array) && array.NextOffset % 8 == 0 && (array.NextOffset == 0 || array.NextOffset > offset);
            case ObjectType.Tag:
                return length == TagSize && TryGet<ulong>(offset + TagEpochAt, out ulong epoch) && epoch < EndOfTime;
            default:
                return true; // of a newer systemd
        }
    }

    /// <summary>An object that something leads to; journalctl has no words for what is wrong with it.</summary>
    private T Get<T>(ulong offset, ObjectType type) where T : unmanaged =>
        Look(offset, type, out _) is var errno && errno != 0 || !TryGet(offset, out T value) ? throw new Fault(errno == 0 ? libc.EADDRNOTAVAIL : errno) : value;

    private void LookInto(ulong at, in ObjectHeader header)
    {
        if ((header.Flags & ObjectFlags.CompressionMask) != 0 && header.Type != ObjectType.Data)
            throw BadContents(at, $"Found compressed object of type {NameOf(header.Type)} that isn't of type data, which is not allowed.");
        switch (header.Type)
        {
            case ObjectType.Data:
                TryGet(at, out DataObject data);
                CheckHash(at, data.Object, DataSize, data.Hash);
                CheckCompression(at, header.Flags);
                break;
            case ObjectType.Field:
                TryGet(at, out FieldObject field);
                CheckHash(at, field.Object, FieldObject.Size, field.Hash);
                break;
            case ObjectType.Entry:
                int count = ItemCount(header);
                for (int i = 0; i < count; i++)
                    if (ItemAt(at, i) is var item && (item == 0 || item % 8 != 0))
                        throw BadContents(at, $"Invalid entry item ({i}/{count}) offset: {item:x6}");
                break;
            case ObjectType.DataHashTable or ObjectType.FieldHashTable:
                LookIntoHashTable(at, header);
                break;
            case ObjectType.EntryArray:
                ulong items = ArrayCount(header);
                for (ulong i = 0; i < items; i++)
                    if (ArrayItem(at, i) is var offset && offset % 8 != 0)
                        throw BadContents(at, $"Invalid object entry array item ({i}/{items}): {offset:x6}");
                break;
            default:
                break;
        }
    }

    private void LookIntoHashTable(ulong at, in ObjectHeader header)
    {
        string name = NameOf(header.Type);
        ulong count = (header.Length - ObjectHeader.Size) / HashItem.Size;
        for (ulong i = 0; i < count; i++)
        {
            TryGet(at + ObjectHeader.Size + i * HashItem.Size, out HashItem item);
            if (item.HeadOffset % 8 != 0)
                throw BadContents(at, $"Invalid {name} hash table item ({i}/{count}) head_hash_offset: {item.HeadOffset:x6}");
            if (item.TailOffset % 8 != 0)
                throw BadContents(at, $"Invalid {name} hash table item ({i}/{count}) tail_hash_offset: {item.TailOffset:x6}");
            if (item.HeadOffset != 0 != (item.TailOffset != 0))
                throw BadContents(at, $"Invalid {name} hash table item ({i}/{count}): head_hash_offset={item.HeadOffset:x6} tail_hash_offset={item.TailOffset:x6}");
        }
    }

    private void CheckHash(ulong at, in ObjectHeader header, int payloadAt, ulong hash)
    {
        ulong length = header.Length - (ulong)payloadAt;
        if (length > int.MaxValue || !file.TryGet(at + (ulong)payloadAt, (int)length, out var payload))
            throw BadContents(at, null);
        var how = header.Flags & ObjectFlags.CompressionMask;
        if (how != 0)
        {
            if (!_compression.TryExpand(how, payload, ref _expanded, out int expanded))
                throw BadContents(at, $"{NameOf(how)} decompression failed: {Errno.Text(libc.EBADMSG)}");
            payload = _expanded.AsSpan(0, expanded);
        }
        ulong right = (_header.Incompatible & Incompatible.KeyedHash) != 0 ? SipHash.Hash(payload, _header.FileId) : JenkinsHash.Hash(payload);
        if (hash != right)
            throw BadContents(at, $"Invalid hash ({hash:x8} vs. {right:x8})");
    }

    private void CheckCompression(ulong at, ObjectFlags flags)
    {
        var allowed = ((_header.Incompatible & Incompatible.Xz) != 0 ? ObjectFlags.Xz : 0) | ((_header.Incompatible & Incompatible.Lz4) != 0 ? ObjectFlags.Lz4 : 0)
            | ((_header.Incompatible & Incompatible.Zstd) != 0 ? ObjectFlags.Zstd : 0);
        if ((flags & ObjectFlags.CompressionMask & ~allowed) is var how && how != 0)
            throw Bad(at, $"{NameOf(how)} compressed object in file without {NameOf(how)} compression");
    }

    private static string NameOf(ObjectFlags how) => how switch { ObjectFlags.Xz => "XZ", ObjectFlags.Lz4 => "LZ4", _ => "ZSTD" };

    private Fault BadContents(ulong at, string? text)
    {
        if (text is not null)
            complain?.Invoke($"{at:x6}: {text}");
        return Bad(at, $"Invalid object contents: {Errno.Text(libc.EBADMSG)}");
    }

    private int ItemCount(in ObjectHeader entry) => (int)((entry.Length - EntryObject.Size) / (ulong)(IsCompact ? EntryObject.CompactItemSize : EntryObject.ItemSize));

    private ulong ItemAt(ulong entry, int index) => IsCompact
        ? TryGet(entry + EntryObject.Size + (ulong)index * EntryObject.CompactItemSize, out uint offset) ? offset : 0
        : TryGet(entry + EntryObject.Size + (ulong)index * EntryObject.ItemSize, out ulong wide) ? wide : 0;

    private ulong ArrayCount(in ObjectHeader array) => (array.Length - EntryArrayObject.Size) / (ulong)OffsetSize;

    private ulong ArrayItem(ulong array, ulong index) => IsCompact
        ? TryGet(array + EntryArrayObject.Size + index * sizeof(uint), out uint offset) ? offset : 0
        : TryGet(array + EntryArrayObject.Size + index * sizeof(ulong), out ulong wide) ? wide : 0;
}
