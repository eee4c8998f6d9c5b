using System.Buffers.Binary;
using System.Text;

namespace Sereno.Bus.Wire;

/// <summary>
/// Reads marshalled values in order (D-Bus specification, "Marshaling"). The caller knows the signature; every read checks
/// bounds, padding and the value itself, and throws <see cref="BusFormatException"/> and nothing else.
/// </summary>
/// <param name="data">Starts at an 8-byte boundary of the message: a body, or a whole message.</param>
public ref struct MessageReader(ReadOnlySpan<byte> data, bool bigEndian = false)
{
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _data = data;
    private readonly bool _bigEndian = bigEndian;

    public int Position { get; private set; }

    public readonly bool AtEnd => Position == _data.Length;

    public byte ReadByte() => Take(1)[0];

    public bool ReadBool() => ReadUInt32() switch
    {
        0 => false,
        1 => true,
        var other => throw new BusFormatException($"{other} is no boolean"),
    };

    public short ReadInt16() => (short)ReadUInt16();

    public ushort ReadUInt16()
    {
        Align(2);
        var bytes = Take(2);
        return _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    public int ReadInt32() => (int)ReadUInt32();

    public uint ReadUInt32()
    {
        Align(4);
        var bytes = Take(4);
        return _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public long ReadInt64() => (long)ReadUInt64();

    public ulong ReadUInt64()
    {
        Align(8);
        var bytes = Take(8);
        return _bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public double ReadDouble() => BitConverter.UInt64BitsToDouble(ReadUInt64());

    /// <summary>An index into the message's descriptors.</summary>
    public uint ReadUnixFd() => ReadUInt32();

    public string ReadString() => Text(ReadUInt32());

    public string ReadObjectPath()
    {
        string path = ReadString();
        return Names.IsObjectPath(path) ? path : throw new BusFormatException($"'{path}' is no object path");
    }

    public string ReadSignature()
    {
        string signature = Text(ReadByte());
        return Signature.IsValid(signature) ? signature : throw new BusFormatException($"'{signature}' is no signature");
    }

    /// <summary>A variant's signature, one complete type; its value is what is read next.</summary>
    public string ReadVariant()
    {
        string signature = ReadSignature();
        return Signature.IsSingleType(signature) ? signature : throw new BusFormatException($"a variant can't hold '{signature}'");
    }

    /// <summary>Fields follow, nothing closes it.</summary>
    public void ReadStruct() => Align(8);

    /// <summary>Key and value follow.</summary>
    public void ReadDictEntry() => Align(8);

    /// <summary>Enters an array; elements follow while <see cref="More"/> says so.</summary>
    /// <param name="elementType">The first character of the element's signature.</param>
    /// <returns>The position after the last element.</returns>
    public int ReadArray(char elementType)
    {
        uint length = ReadUInt32();
        if (length > Limits.ArrayLength)
            throw new BusFormatException($"an array of {length} bytes is too long");
        Align(Signature.AlignmentOf(elementType));
        if (length > (uint)(_data.Length - Position))
            throw new BusFormatException("an array is longer than its message");
        return Position + (int)length;
    }

    /// <summary>Whether the array that ends at <paramref name="end"/> has another element.</summary>
    public readonly bool More(int end) => Position < end ? true
        : Position == end ? false : throw new BusFormatException("an array's last element is longer than the array");

    public ReadOnlySpan<byte> ReadBytes()
    {
        int end = ReadArray('y');
        return Take(end - Position);
    }

    public string[] ReadStringArray()
    {
        var result = new List<string>();
        for (int end = ReadArray('s'); More(end);)
            result.Add(ReadString());
        return [.. result];
    }

    /// <summary>Passes over (and so checks) the values of a valid signature.</summary>
    public void Skip(ReadOnlySpan<char> signature) => Skip(signature, 0);

    private void Skip(ReadOnlySpan<char> signature, int depth)
    {
        while (!signature.IsEmpty)
        {
            var type = Signature.First(signature);
            SkipOne(type, depth);
            signature = signature[type.Length..];
        }
    }

    private void SkipOne(ReadOnlySpan<char> type, int depth)
    {
        if (depth > Limits.TotalDepth)
            throw new BusFormatException("containers are nested too deep");
        switch (type[0])
        {
            case 'b': ReadBool(); break;
            case 's': ReadString(); break;
            case 'o': ReadObjectPath(); break;
            case 'g': ReadSignature(); break;
            case 'v': SkipOne(ReadVariant(), depth + 1); break;
            case '(' or '{':
                Align(8);
                Skip(type[1..^1], depth + 1);
                break;
            case 'a':
                int end = ReadArray(type[1]);
                if (Signature.FixedSizeOf(type[1]) is > 0 and var size)
                {
                    if ((end - Position) % size != 0)
                        throw new BusFormatException("an array holds a part of an element");
                    Position = end;
                }
                else
                    while (More(end))
                        SkipOne(type[1..], depth + 1);
                break;
            case var simple:
                int fixedSize = Signature.FixedSizeOf(simple);
                Align(fixedSize);
                Take(fixedSize);
                break;
        }
    }

    private string Text(uint length)
    {
        if (length >= (uint)(_data.Length - Position))
            throw new BusFormatException("a string is longer than its message");
        var bytes = Take((int)length);
        if (Take(1)[0] != 0)
            throw new BusFormatException("a string does not end in NUL");
        if (bytes.Contains((byte)0))
            throw new BusFormatException("a string holds a NUL");
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (ArgumentException)
        {
            throw new BusFormatException("a string is not UTF-8");
        }
    }

    private void Align(int alignment)
    {
        int padding = -Position & (alignment - 1);
        if (padding > 0 && Take(padding).ContainsAnyExcept((byte)0))
            throw new BusFormatException("padding is not zero");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _data.Length - Position)
            throw new BusFormatException("the message ends inside a value");
        var bytes = _data.Slice(Position, count);
        Position += count;
        return bytes;
    }
}
