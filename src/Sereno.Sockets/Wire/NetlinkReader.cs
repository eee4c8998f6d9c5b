using System.Buffers.Binary;

namespace Sereno.Sockets.Wire;

/// <summary>One netlink message: header fields and what follows it.</summary>
public readonly ref struct NetlinkMessage
{
    public const int HeaderLength = 16;
    public const ushort Noop = 1, Error = 2, Done = 3, Overrun = 4;
    public const ushort FlagDumpInterrupted = 0x10;

    public ushort Type { get; init; }
    public ushort Flags { get; init; }
    public uint Sequence { get; init; }
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>errno of an <see cref="Error"/> or <see cref="Done"/> message, as a positive number; 0 for success.</summary>
    public int ErrorNumber => Payload.Length >= 4 ? -BinaryPrimitives.ReadInt32LittleEndian(Payload) : 0;
}

/// <summary>Takes a datagram apart into messages (netlink(7)). A message that claims more bytes than there are ends the walk.</summary>
public ref struct NetlinkReader(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    /// <summary>The datagram's bytes did not add up to whole messages.</summary>
    public bool Malformed { get; private set; }

    public bool Next(out NetlinkMessage message)
    {
        message = default;
        if (_rest.Length < NetlinkMessage.HeaderLength)
        {
            Malformed |= _rest.Length > 0;
            return false;
        }
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
        if (length < NetlinkMessage.HeaderLength || length > _rest.Length)
        {
            Malformed = true;
            _rest = default;
            return false;
        }
        message = new()
        {
            Type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[4..]),
            Flags = BinaryPrimitives.ReadUInt16LittleEndian(_rest[6..]),
            Sequence = BinaryPrimitives.ReadUInt32LittleEndian(_rest[8..]),
            Payload = _rest[NetlinkMessage.HeaderLength..(int)length],
        };
        _rest = _rest[Math.Min(((int)length + 3) & ~3, _rest.Length)..];
        return true;
    }
}

/// <summary>Walks attributes (struct nlattr: length, type, value, padded to 4).</summary>
public ref struct AttributeReader(ReadOnlySpan<byte> attributes)
{
    private ReadOnlySpan<byte> _rest = attributes;

    /// <summary>The first attribute of a type; false when there is none.</summary>
    public static bool Has(ReadOnlySpan<byte> attributes, int type, out ReadOnlySpan<byte> value)
    {
        var reader = new AttributeReader(attributes);
        while (reader.Next(out ushort found, out value))
            if (found == type)
                return true;
        return false;
    }

    /// <summary>The first attribute of a type; empty when there is none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, int type) => Has(attributes, type, out var value) ? value : default;

    public bool Next(out ushort type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (_rest.Length < 4)
            return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        if (length < 4 || length > _rest.Length)
            return false;
        type = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]) & 0x3FFF); // without NLA_F_NESTED, NLA_F_NET_BYTEORDER
        value = _rest[4..length];
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }
}
