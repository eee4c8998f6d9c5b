using System.Buffers.Binary;

namespace Sereno.Sockets.Wire;

/// <summary>netlink_diag's answers (linux/netlink_diag.h).</summary>
public static class NetlinkDiag
{
    public const ushort AttributeMemory = 0;
    private const ushort AttributeGroups = 1;
    private const int Protocol = 2, State = 3, PortId = 4, PeerPortId = 8, PeerGroups = 12, Inode = 16, Cookie = 20, MessageLength = 28;
    private const byte AfNetlink = 16, Connected = 1;

    // SK_MEMINFO_RMEM_ALLOC and SK_MEMINFO_WMEM_ALLOC, by 4 bytes.
    private const int MemoryReceive = 0, MemorySend = 8;

    /// <summary>Reads one answer; false when it isn't one. Its attributes go to <paramref name="arena"/>, if wanted.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, ByteArena arena, bool keepAttributes, out NetlinkRecord record)
    {
        record = default;
        if (payload.Length < MessageLength || payload[0] != AfNetlink)
            return false;
        record.Protocol = payload[Protocol];
        record.IsConnected = payload[State] == Connected;
        record.PortId = BinaryPrimitives.ReadInt32LittleEndian(payload[PortId..]);
        record.PeerPortId = BinaryPrimitives.ReadInt32LittleEndian(payload[PeerPortId..]);
        record.PeerGroups = BinaryPrimitives.ReadUInt32LittleEndian(payload[PeerGroups..]);
        record.Inode = BinaryPrimitives.ReadUInt32LittleEndian(payload[Inode..]);
        record.Cookie = BinaryPrimitives.ReadUInt64LittleEndian(payload[Cookie..]);
        var attributes = new AttributeReader(payload[MessageLength..]);
        while (attributes.Next(out ushort type, out var value))
            switch (type)
            {
                case AttributeGroups when value.Length >= 8: record.Groups = BinaryPrimitives.ReadUInt64LittleEndian(value); break;
                case AttributeGroups when value.Length >= 4: record.Groups = BinaryPrimitives.ReadUInt32LittleEndian(value); break;
                case AttributeMemory when value.Length >= MemorySend + 4:
                    record.ReceiveQueue = BinaryPrimitives.ReadUInt32LittleEndian(value[MemoryReceive..]);
                    record.SendQueue = BinaryPrimitives.ReadUInt32LittleEndian(value[MemorySend..]);
                    break;
            }
        if (keepAttributes)
            record.Details = arena.Add(payload[MessageLength..]);
        return true;
    }
}
