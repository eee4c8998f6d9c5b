using System.Runtime.InteropServices;
using Sereno.Journal.Format;
using Sereno.Units.Values;

namespace Sereno.Journal.Write;

// Data: each FIELD=value once in the file, found by its hash.
public sealed partial class JournalWriter
{
    private const int MaxScratch = 1 << 20;

    private readonly Compression _compression = new();
    private readonly ulong _compressFrom;
    private byte[] _scratch = [];

    private AppendResult FindOrAppendData(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, out Item item, out ulong xorHash, ulong? hash = null)
    {
        (item, xorHash) = (default, 0);
        var field = FindField(name);
        if (field is null && !FieldName.IsValid(name))
            return AppendResult.Invalid;
        // It is put where it goes if it is new: then it needs no buffer, and no second copy.
        int length = name.Length + 1 + value.Length;
        ulong size = (ulong)(_dataSize + length);
        if (Reserve(Align(size) + Align((ulong)(FieldObject.Size + name.Length))) is var result && result != AppendResult.Appended)
            return result;
        var payload = _file.Slice(_end + (uint)_dataSize, (int)Align((uint)length));
        _dirtyEnd = Math.Max(_dirtyEnd, _end + Align(size));
        payload[^Math.Min(8, payload.Length)..].Clear();
        payload = payload[..length];
        name.CopyTo(payload);
        payload[name.Length] = (byte)'=';
        value.CopyTo(payload[(name.Length + 1)..]);

        item.Hash = hash ?? Hash(payload);
        ulong first = Word(BucketOf(item.Hash)); // on its way from memory while the other hash is made
        xorHash = IsKeyed ? JenkinsHash.Hash(payload) : item.Hash;
        item.Offset = FindData(payload, item.Hash, first);
        item.Known = item.Offset != 0 && _knownByOffset.TryGetValue(item.Offset, out int known) ? known : -1;
        if (item.Offset == 0)
            item.Offset = AppendData(payload, item.Hash, field ?? NewField(name));
        return AppendResult.Appended;
    }

    /// <param name="payload">Where the new object's will be.</param>
    private ulong AppendData(Span<byte> payload, ulong hash, Field field)
    {
        bool isCompressed = (ulong)payload.Length >= _compressFrom && Compress(ref payload);
        ulong at = Allocate(ObjectType.Data, (ulong)(_dataSize + payload.Length));
        var bytes = _file.Slice(at, _dataSize);
        bytes[ObjectHeader.Size..].Clear();
        ref var data = ref MemoryMarshal.AsRef<DataObject>(bytes);
        data.Object.Flags = isCompressed ? ObjectFlags.Zstd : ObjectFlags.None;
        data.Hash = hash;
        if (field.Offset == 0)
            AppendField(field);
        data.NextFieldOffset = field.HeadData;
        field.HeadData = at;
        MarkDirty(field);
        LinkHash(BucketOf(hash), at, DataObject.NextHashAt);
        _header.DataCount++;
        return at;
    }

    private ulong Hash(ReadOnlySpan<byte> payload) => IsKeyed ? SipHash.Hash(payload, _header.FileId) : JenkinsHash.Hash(payload);

    private ulong BucketOf(ulong hash) => _header.DataHashTableOffset + hash % (_header.DataHashTableSize / HashItem.Size) * HashItem.Size;

    /// <param name="first">Of the hash's bucket.</param>
    /// <returns>0: there is none.</returns>
    private ulong FindData(ReadOnlySpan<byte> payload, ulong hash, ulong first)
    {
        ulong depth = 0;
        for (ulong at = first; at != 0; depth++)
        {
            var bytes = _file.Slice(at, _dataSize);
            ref readonly var data = ref MemoryMarshal.AsRef<DataObject>(bytes);
            if (data.Object.Type != ObjectType.Data || data.NextHashOffset != 0 && data.NextHashOffset <= at)
                throw new InvalidDataException("a hash chain leads back, or to what isn't data");
            if (data.Hash == hash && IsPayload(at, data.Object, payload))
                return at;
            at = data.NextHashOffset;
            if (at != 0)
                _header.DataHashChainDepth = Math.Max(_header.DataHashChainDepth, depth + 1);
        }
        return 0;
    }

    private bool IsPayload(ulong at, in ObjectHeader data, ReadOnlySpan<byte> payload)
    {
        var there = _file.Slice(at + (uint)_dataSize, checked((int)(data.Length - (uint)_dataSize)));
        if ((data.Flags & ObjectFlags.CompressionMask) == 0)
            return there.SequenceEqual(payload);
        return _compression.TryExpand(data.Flags, there, ref _scratch, out int length) && _scratch.AsSpan(0, length).SequenceEqual(payload);
    }

    /// <summary>In place; false where it gains nothing.</summary>
    private bool Compress(ref Span<byte> payload)
    {
        if (_scratch.Length < payload.Length)
            _scratch = GC.AllocateUninitializedArray<byte>((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)payload.Length));
        if (!_compression.TryCompress(payload, _scratch.AsSpan(0, payload.Length - 1), out int length))
            return false;
        _scratch.AsSpan(0, length).CopyTo(payload);
        payload = payload[..length];
        return true;
    }

    /// <summary>A field of 64 MB that came once needn't cost as much forever.</summary>
    private void DropScratch()
    {
        if (_scratch.Length > MaxScratch)
            _scratch = [];
    }

    /// <summary>To the end of a bucket's chain.</summary>
    private void LinkHash(ulong bucket, ulong at, int nextAt)
    {
        Volatile.WriteBarrier(); // the object, before what leads to it
        ulong tail = Word(bucket + HashItem.TailAt);
        Change(tail == 0 ? bucket : tail + (uint)nextAt, at);
        Change(bucket + HashItem.TailAt, at);
    }
}
