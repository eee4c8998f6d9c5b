using System.Buffers.Binary;
using System.Text;

namespace Sereno.Bus.Wire;

/// <summary>
/// Marshals values in order, little-endian. (Not into a pooled buffer: the pool takes longer to begin than a call takes, and keeps what a
/// long list needed once.) What is written must follow the signature that the header
/// carries; <see cref="Message"/> checks it in debug builds.
/// </summary>
public sealed class MessageWriter : IDisposable
{
    private byte[] _buffer = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public void WriteByte(byte value) => Grow(1)[0] = value;

    public void WriteBool(bool value) => WriteUInt32(value ? 1u : 0u);

    public void WriteInt16(short value) => WriteUInt16((ushort)value);

    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Aligned(2), value);

    public void WriteInt32(int value) => WriteUInt32((uint)value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Aligned(4), value);

    public void WriteInt64(long value) => WriteUInt64((ulong)value);

    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Aligned(8), value);

    public void WriteDouble(double value) => WriteUInt64(BitConverter.DoubleToUInt64Bits(value));

    /// <param name="index">Of the descriptor among those sent with the message.</param>
    public void WriteUnixFd(uint index) => WriteUInt32(index);

    /// <summary>What D-Bus can't carry, a NUL or a lone surrogate, becomes U+FFFD: a service's own words (STATUS=) must not break a reply.</summary>
    public void WriteString(string value)
    {
        value = value.Replace('\0', '\uFFFD');
        int length = Encoding.UTF8.GetByteCount(value);
        WriteUInt32((uint)length);
        Encoding.UTF8.GetBytes(value, Grow(length));
        WriteByte(0);
    }

    public void WriteObjectPath(string path)
    {
        if (!Names.IsObjectPath(path))
            throw new ArgumentException($"'{path}' is no object path", nameof(path));
        WriteString(path);
    }

    public void WriteSignature(string signature)
    {
        if (!Signature.IsValid(signature))
            throw new ArgumentException($"'{signature}' is no signature", nameof(signature));
        WriteByte((byte)signature.Length);
        Encoding.ASCII.GetBytes(signature, Grow(signature.Length));
        WriteByte(0);
    }

    /// <summary>The value, of the one complete type named, is what is written next.</summary>
    public void WriteVariant(string signature) => WriteSignature(signature);

    /// <summary>Fields follow; nothing closes a struct.</summary>
    public void WriteStruct() => Align(8);

    /// <summary>Key and value follow.</summary>
    public void WriteDictEntry() => Align(8);

    /// <summary>Elements follow until the result is disposed: <c>using (w.Array('s')) …</c></summary>
    /// <param name="elementType">The first character of the element's signature.</param>
    public ArrayScope Array(char elementType)
    {
        WriteUInt32(0);
        int lengthAt = Length - 4;
        Align(Signature.AlignmentOf(elementType));
        return new(this, lengthAt, Length);
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteUInt32((uint)bytes.Length);
        bytes.CopyTo(Grow(bytes.Length));
    }

    public void WriteStringArray(IEnumerable<string> values)
    {
        using var array = Array('s');
        foreach (string value in values)
            WriteString(value);
    }

    /// <summary>An entry of <c>a{sv}</c>; the value, of type <paramref name="signature"/>, is what is written next.</summary>
    public void WriteEntry(string key, string signature)
    {
        WriteDictEntry();
        WriteString(key);
        WriteVariant(signature);
    }

    public void Dispose()
    {
        _buffer = [];
        Length = 0;
    }

    public void Align(int alignment) => Grow(-Length & (alignment - 1)).Clear();

    internal void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Grow(bytes.Length));

    private Span<byte> Aligned(int size)
    {
        Align(size);
        return Grow(size);
    }

    private Span<byte> Grow(int count)
    {
        if (count > Limits.MessageLength - Length)
            throw new InvalidOperationException("the message is longer than D-Bus allows");
        if (count > _buffer.Length - Length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(2 * _buffer.Length, Length + count));
            Written.CopyTo(larger);
            _buffer = larger;
        }
        var span = _buffer.AsSpan(Length, count);
        Length += count;
        return span;
    }

    private void CloseArray(int lengthAt, int start)
    {
        int length = Length - start;
        if (length > Limits.ArrayLength)
            throw new InvalidOperationException("the array is longer than D-Bus allows");
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(lengthAt), length);
    }

    /// <summary>An open array; disposing it writes the length.</summary>
    public readonly struct ArrayScope(MessageWriter writer, int lengthAt, int start) : IDisposable
    {
        public void Dispose() => writer.CloseArray(lengthAt, start);
    }
}
