using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;
using Sereno.Journal.Format;

namespace Sereno.Journal.Write;

// Fields: each name once in the file; the head of its list of values stays here until Flush.
public sealed partial class JournalWriter
{
    private sealed class Field(ulong offset, ulong headData)
    {
        public required byte[] Name { get; init; }
        public ulong Offset = offset, HeadData = headData;
        public bool IsDirty;
    }

    private sealed class NameComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);
        public int GetHashCode([DisallowNull] byte[] name) => GetHashCode(name.AsSpan());
        public byte[] Create(ReadOnlySpan<byte> name) => name.ToArray();
        public bool Equals(ReadOnlySpan<byte> x, byte[] y) => x.SequenceEqual(y);

        /// <summary>Names are few, and those of one program differ in length or at an end.</summary>
        public int GetHashCode(ReadOnlySpan<byte> name)
        {
            if (name.Length < sizeof(ulong))
            {
                int hash = name.Length;
                foreach (byte b in name)
                    hash = 31 * hash + b;
                return hash;
            }
            ulong ends = BinaryPrimitives.ReadUInt64LittleEndian(name) ^ BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]), 29);
            return (ends * 0x9E3779B97F4A7C15 >> 32).GetHashCode() + name.Length;
        }
    }

    private readonly Dictionary<byte[], Field> _fields = new(new NameComparer());
    private readonly List<Field> _dirtyFields = [];
    private Field? _recent;

    /// <summary>Null: the file has none of this name.</summary>
    private Field? FindField(ReadOnlySpan<byte> name)
    {
        if (_recent is { } recent && name.SequenceEqual(recent.Name))
            return recent;
        var known = _fields.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (known.TryGetValue(name, out var field))
            return _recent = field;
        ulong at = FieldAt(name);
        return at == 0 ? null : _fields[name.ToArray()] = new(at, Word(at + FieldObject.HeadDataAt)) { Name = name.ToArray() };
    }

    private ulong FieldAt(ReadOnlySpan<byte> name)
    {
        ulong hash = Hash(name), depth = 0;
        for (ulong at = Word(FieldBucketOf(hash)); at != 0; depth++)
        {
            ref readonly var field = ref MemoryMarshal.AsRef<FieldObject>(_file.Slice(at, FieldObject.Size));
            if (field.Object.Type != ObjectType.Field || field.NextHashOffset != 0 && field.NextHashOffset <= at)
                throw new InvalidDataException("a hash chain leads back, or to what isn't a field");
            if (field.Hash == hash && field.Object.Length == (ulong)(FieldObject.Size + name.Length)
                && _file.Slice(at + FieldObject.Size, name.Length).SequenceEqual(name))
                return at;
            at = field.NextHashOffset;
            if (at != 0)
                _header.FieldHashChainDepth = Math.Max(_header.FieldHashChainDepth, depth + 1);
        }
        return 0;
    }

    /// <summary>Not in the file yet.</summary>
    private Field NewField(ReadOnlySpan<byte> name)
    {
        byte[] bytes = name.ToArray();
        return _fields[bytes] = new(0, 0) { Name = bytes };
    }

    private void AppendField(Field field)
    {
        field.Offset = Allocate(ObjectType.Field, (ulong)(FieldObject.Size + field.Name.Length));
        var bytes = _file.Slice(field.Offset, (int)(_end - field.Offset));
        bytes[ObjectHeader.Size..].Clear();
        ulong hash = Hash(field.Name);
        MemoryMarshal.AsRef<FieldObject>(bytes).Hash = hash;
        field.Name.CopyTo(bytes[FieldObject.Size..]);
        LinkHash(FieldBucketOf(hash), field.Offset, FieldObject.NextHashAt);
        _header.FieldCount++;
    }

    private ulong FieldBucketOf(ulong hash) => _header.FieldHashTableOffset + hash % (_header.FieldHashTableSize / HashItem.Size) * HashItem.Size;

    private void MarkDirty(Field field)
    {
        if (field.IsDirty)
            return;
        field.IsDirty = true;
        _dirtyFields.Add(field);
    }

    private void FlushFields()
    {
        foreach (var field in _dirtyFields)
        {
            Change(field.Offset + FieldObject.HeadDataAt, field.HeadData);
            field.IsDirty = false;
        }
        _dirtyFields.Clear();
    }
}
