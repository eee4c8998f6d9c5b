using System.Buffers.Binary;
using System.Text;

namespace Sereno.Keeper.Wire;

/// <summary>Builds one packet: little-endian numbers, blobs with a length before them.</summary>
internal ref struct PacketWriter(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];
    private int _length;

    public readonly byte[] Bytes => _length == _bytes.Length ? _bytes : throw new InvalidOperationException("packet of another size than announced");

    public void U8(byte value) => _bytes[_length++] = value;

    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_length), value);
        _length += 4;
    }

    public void I32(int value) => U32((uint)value);

    public void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(_length), value);
        _length += 8;
    }

    public void Blob(ReadOnlySpan<byte> value)
    {
        I32(value.Length);
        value.CopyTo(_bytes.AsSpan(_length));
        _length += value.Length;
    }

    public void Text(string value) => Blob(Encoding.UTF8.GetBytes(value));
}

/// <summary>Takes one packet apart. Past the end everything is zero, and <see cref="Complete"/> says so.</summary>
internal ref struct PacketReader(ReadOnlySpan<byte> packet)
{
    private ReadOnlySpan<byte> _rest = packet;
    private bool _short;

    /// <summary>Everything was there, and nothing is left.</summary>
    public readonly bool Complete => !_short && _rest.IsEmpty;

    public byte U8() => Take(1) is [var b] ? b : (byte)0;

    public uint U32() => Take(4) is { Length: 4 } b ? BinaryPrimitives.ReadUInt32LittleEndian(b) : 0;

    public int I32() => (int)U32();

    public ulong U64() => Take(8) is { Length: 8 } b ? BinaryPrimitives.ReadUInt64LittleEndian(b) : 0;

    public byte[] Blob() => Take(I32()).ToArray();

    public string Text() => Encoding.UTF8.GetString(Take(I32()));

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _rest.Length)
        {
            _short = true;
            _rest = [];
            return [];
        }
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
