using System.Buffers.Binary;

namespace Sereno.Tests.Sockets.Wire;

/// <summary>An attribute as netlink(7) has it; written here by nothing of ours.</summary>
internal sealed record Attribute(ushort Type, byte[] Value)
{
    public byte[] Write()
    {
        byte[] bytes = new byte[(4 + Value.Length + 3) & ~3];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(4 + Value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), Type);
        Value.CopyTo(bytes.AsSpan(4));
        return bytes;
    }
}

/// <summary>A message: its header's fields, a fixed part, attributes.</summary>
internal sealed record Message(ushort Type, ushort Flags, uint Sequence, byte[] Fixed, Attribute[] Attributes)
{
    public byte[] Payload => [.. Fixed, .. Attributes.SelectMany(a => a.Write())];

    public byte[] Write()
    {
        byte[] payload = Payload, bytes = new byte[(16 + payload.Length + 3) & ~3];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, 16 + payload.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), Type);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Sequence);
        payload.CopyTo(bytes.AsSpan(16));
        return bytes;
    }

    public static byte[] Write(IEnumerable<Message> messages) => [.. messages.SelectMany(m => m.Write())];
}
