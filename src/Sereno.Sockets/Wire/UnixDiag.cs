using System.Buffers.Binary;

namespace Sereno.Sockets.Wire;

/// <summary>unix_diag's answers (linux/unix_diag.h).</summary>
public static class UnixDiag
{
    public const ushort AttributeConnectionsWaiting = 3, AttributeMemory = 5;
    private const ushort AttributeName = 0, AttributeFile = 1, AttributePeer = 2, AttributeQueues = 4, AttributeShutdown = 6, AttributeUid = 7;
    private const int Type = 1, State = 2, Inode = 4, Cookie = 8, MessageLength = 16;
    private const byte AfUnix = 1;

    /// <summary>Reads one answer; false when it isn't one. Name and, if wanted, attributes go to <paramref name="arena"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, ByteArena arena, bool keepAttributes, out UnixRecord record)
    {
        record = default;
        if (payload.Length < MessageLength || payload[0] != AfUnix)
            return false;
        record.Kind = (SocketKind)payload[Type];
        record.State = (TcpState)payload[State];
        record.Inode = BinaryPrimitives.ReadUInt32LittleEndian(payload[Inode..]);
        record.Cookie = BinaryPrimitives.ReadUInt64LittleEndian(payload[Cookie..]);
        var attributes = new AttributeReader(payload[MessageLength..]);
        while (attributes.Next(out ushort type, out var value))
            switch (type)
            {
                case AttributeName when value.Length > 0:
                    record.Name = arena.Memory(arena.Add(WithoutEndOfPath(value)));
                    break;
                case AttributeFile when value.Length >= 8:
                    record.FileInode = BinaryPrimitives.ReadUInt32LittleEndian(value);
                    record.FileDevice = BinaryPrimitives.ReadUInt32LittleEndian(value[4..]);
                    break;
                case AttributePeer when value.Length >= 4:
                    record.PeerInode = BinaryPrimitives.ReadUInt32LittleEndian(value);
                    break;
                case AttributeQueues when value.Length >= 8:
                    record.ReceiveQueue = BinaryPrimitives.ReadUInt32LittleEndian(value);
                    record.SendQueue = BinaryPrimitives.ReadUInt32LittleEndian(value[4..]);
                    break;
                case AttributeShutdown when value.Length >= 1:
                    record.Shutdown = value[0];
                    break;
                case AttributeUid when value.Length >= 4:
                    record.Uid = BinaryPrimitives.ReadUInt32LittleEndian(value);
                    break;
            }
        if (keepAttributes)
            record.Details = arena.Add(payload[MessageLength..]);
        return true;
    }

    // A path comes with its zero; an abstract name begins with one and may hold more (unix(7)).
    private static ReadOnlySpan<byte> WithoutEndOfPath(ReadOnlySpan<byte> name)
    {
        int end = name[0] == 0 ? -1 : name.IndexOf((byte)0);
        return end < 0 ? name : name[..end];
    }
}
