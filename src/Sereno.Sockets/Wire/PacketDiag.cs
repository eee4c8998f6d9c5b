using System.Buffers.Binary;

namespace Sereno.Sockets.Wire;

/// <summary>packet_diag's answers (linux/packet_diag.h).</summary>
public static class PacketDiag
{
    public const ushort AttributeInformation = 0, AttributeReceiveRing = 2, AttributeSendRing = 3, AttributeFanout = 4, AttributeMemory = 6,
        AttributeFilter = 7;
    private const ushort AttributeUid = 5;
    private const int Type = 1, EtherType = 2, Inode = 4, Cookie = 8, MessageLength = 16;
    private const byte AfPacket = 17;

    /// <summary>Reads one answer; false when it isn't one. Its attributes go to <paramref name="arena"/>, if wanted.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, ByteArena arena, bool keepAttributes, out PacketRecord record)
    {
        record = default;
        if (payload.Length < MessageLength || payload[0] != AfPacket)
            return false;
        record.Kind = (SocketKind)payload[Type];
        record.EtherType = BinaryPrimitives.ReadUInt16LittleEndian(payload[EtherType..]);
        record.Inode = BinaryPrimitives.ReadUInt32LittleEndian(payload[Inode..]);
        record.Cookie = BinaryPrimitives.ReadUInt64LittleEndian(payload[Cookie..]);
        var attributes = new AttributeReader(payload[MessageLength..]);
        while (attributes.Next(out ushort type, out var value))
            switch (type)
            {
                case AttributeInformation when value.Length >= 4: record.Interface = BinaryPrimitives.ReadUInt32LittleEndian(value); break;
                case AttributeUid when value.Length >= 4: record.Uid = BinaryPrimitives.ReadUInt32LittleEndian(value); break;
                case AttributeMemory when value.Length >= 4: record.ReceiveQueue = BinaryPrimitives.ReadUInt32LittleEndian(value); break;
            }
        if (keepAttributes)
            record.Details = arena.Add(payload[MessageLength..]);
        return true;
    }
}
