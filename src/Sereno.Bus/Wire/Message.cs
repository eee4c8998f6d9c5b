using System.Diagnostics;

namespace Sereno.Bus.Wire;

/// <summary>A received message: header and body, both already checked against each other.</summary>
public sealed record Message(MessageHeader Header, ReadOnlyMemory<byte> Body, bool BigEndian)
{
    // The record's own would print the reader, which a ref struct can't be.
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append(Header);
        return true;
    }

    /// <summary>What must be read before <see cref="TotalLength"/> can tell how much belongs to the message.</summary>
    public const int FixedLength = 16;

    /// <summary>A reader at the body's start; reads that follow <see cref="MessageHeader.Signature"/> can't fail.</summary>
    public MessageReader Reader => new(Body.Span, BigEndian);

    /// <summary>How long the message is that starts with these (at least <see cref="FixedLength"/>) bytes.</summary>
    /// <exception cref="BusFormatException">No message starts so, or it exceeds <paramref name="limit"/>.</exception>
    public static int TotalLength(ReadOnlySpan<byte> start, int limit = Limits.MessageLength)
    {
        bool bigEndian = IsBigEndian(start[0]);
        if (start[1] == 0)
            throw new BusFormatException("the message type is 0");
        if (start[3] != 1)
            throw new BusFormatException($"protocol version {start[3]} is not 1");
        var reader = new MessageReader(start[..FixedLength], bigEndian);
        reader.ReadUInt32();
        ulong body = reader.ReadUInt32();
        reader.ReadUInt32();
        ulong fields = reader.ReadUInt32();
        if (fields > Limits.ArrayLength)
            throw new BusFormatException("the header is too long");
        ulong total = FixedLength + ((fields + 7) & ~7ul) + body;
        return total <= (ulong)limit ? (int)total : throw new BusFormatException($"a message of {total} bytes exceeds the limit of {limit}");
    }

    /// <summary>Takes one whole message apart; header fields of unknown code are ignored, as the specification asks.</summary>
    /// <exception cref="BusFormatException">Anything about it is malformed, its body included.</exception>
    public static Message Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < FixedLength)
            throw new BusFormatException("the message is shorter than its header");
        var span = bytes.Span;
        if (TotalLength(span) != bytes.Length)
            throw new BusFormatException("the message has another length than it says");
        bool bigEndian = IsBigEndian(span[0]);
        var reader = new MessageReader(span, bigEndian);
        reader.ReadByte();
        var header = new MessageHeader { Type = (MessageType)reader.ReadByte(), Flags = (MessageFlags)reader.ReadByte() };
        reader.ReadByte();
        reader.ReadUInt32();
        header = header with { Serial = reader.ReadUInt32() };
        for (int end = reader.ReadArray('('); reader.More(end);)
        {
            reader.ReadStruct();
            header = ReadField(header, ref reader);
        }
        reader.ReadStruct(); // the body starts at a multiple of 8
        if (header.Fault() is { } fault)
            throw new BusFormatException($"the message header is wrong: {fault}");
        var message = new Message(header, bytes[reader.Position..], bigEndian);
        message.CheckBody();
        return message;
    }

    /// <summary>The bytes of a message.</summary>
    /// <exception cref="ArgumentException">The header lacks what its type requires.</exception>
    public static byte[] Encode(MessageHeader header, ReadOnlySpan<byte> body)
    {
        if (header.Fault() is { } fault)
            throw new ArgumentException($"cannot send the message: {fault}", nameof(header));
        using var writer = new MessageWriter();
        writer.WriteByte((byte)'l');
        writer.WriteByte((byte)header.Type);
        writer.WriteByte((byte)header.Flags);
        writer.WriteByte(1);
        writer.WriteUInt32((uint)body.Length);
        writer.WriteUInt32(header.Serial);
        using (writer.Array('('))
        {
            WriteField(writer, HeaderField.Path, "o", header.Path);
            WriteField(writer, HeaderField.Interface, "s", header.Interface);
            WriteField(writer, HeaderField.Member, "s", header.Member);
            WriteField(writer, HeaderField.ErrorName, "s", header.ErrorName);
            WriteField(writer, HeaderField.ReplySerial, header.ReplySerial);
            WriteField(writer, HeaderField.Destination, "s", header.Destination);
            WriteField(writer, HeaderField.Sender, "s", header.Sender);
            WriteField(writer, HeaderField.Signature, "g", header.Signature is "" ? null : header.Signature);
            WriteField(writer, HeaderField.UnixFds, header.UnixFds);
        }
        writer.Align(8);
        writer.WriteRaw(body);
        Debug.Assert(Follows(body, header.Signature), $"a body of {header.Member ?? header.ErrorName} does not follow '{header.Signature}'");
        return writer.Written.ToArray();
    }

    private static bool Follows(ReadOnlySpan<byte> body, string signature)
    {
        var reader = new MessageReader(body);
        reader.Skip(signature);
        return reader.AtEnd;
    }

    private void CheckBody()
    {
        var reader = Reader;
        reader.Skip(Header.Signature);
        if (!reader.AtEnd)
            throw new BusFormatException("the body is longer than its signature");
    }

    private static bool IsBigEndian(byte mark) => mark switch
    {
        (byte)'l' => false,
        (byte)'B' => true,
        _ => throw new BusFormatException($"{mark} is no byte order"),
    };

    private static MessageHeader ReadField(MessageHeader header, ref MessageReader reader)
    {
        var field = (HeaderField)reader.ReadByte();
        string signature = reader.ReadVariant();
        string expected = field switch
        {
            HeaderField.Path => "o",
            HeaderField.Interface or HeaderField.Member or HeaderField.ErrorName or HeaderField.Destination or HeaderField.Sender => "s",
            HeaderField.ReplySerial or HeaderField.UnixFds => "u",
            HeaderField.Signature => "g",
            _ => signature,
        };
        if (signature != expected)
            throw new BusFormatException($"header field {field} has type '{signature}'");
        switch (field)
        {
            case HeaderField.Path: return header with { Path = reader.ReadObjectPath() };
            case HeaderField.Interface: return header with { Interface = reader.ReadString() };
            case HeaderField.Member: return header with { Member = reader.ReadString() };
            case HeaderField.ErrorName: return header with { ErrorName = reader.ReadString() };
            case HeaderField.ReplySerial: return header with { ReplySerial = reader.ReadUInt32() };
            case HeaderField.Destination: return header with { Destination = reader.ReadString() };
            case HeaderField.Sender: return header with { Sender = reader.ReadString() };
            case HeaderField.Signature: return header with { Signature = reader.ReadSignature() };
            case HeaderField.UnixFds: return header with { UnixFds = reader.ReadUInt32() };
            case 0: throw new BusFormatException("header field 0 is not allowed");
            default: reader.Skip(signature); return header;
        }
    }

    private static void WriteField(MessageWriter writer, HeaderField field, string signature, string? value)
    {
        if (value is null)
            return;
        writer.WriteStruct();
        writer.WriteByte((byte)field);
        writer.WriteVariant(signature);
        if (signature == "g")
            writer.WriteSignature(value);
        else
            writer.WriteString(value);
    }

    private static void WriteField(MessageWriter writer, HeaderField field, uint value)
    {
        if (value == 0)
            return;
        writer.WriteStruct();
        writer.WriteByte((byte)field);
        writer.WriteVariant("u");
        writer.WriteUInt32(value);
    }
}
