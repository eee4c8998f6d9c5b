using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Proc;

/// <summary>Lines of /proc/net/packet to records (packet_seq_show in the kernel).</summary>
public static class ProcPacket
{
    /// <summary>One line; false when it isn't one, as the heading isn't.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out PacketRecord record)
    {
        record = default;
        var fields = new ProcFields(line);
        fields.Hex(fields.Next()); // the socket's address
        fields.Signed(fields.Next()); // references
        record.Kind = (SocketKind)fields.Decimal(fields.Next());
        record.EtherType = (ushort)fields.Hex(fields.Next());
        record.Interface = fields.Signed(fields.Next());
        fields.Decimal(fields.Next()); // running
        record.ReceiveQueue = (uint)fields.Decimal(fields.Next());
        record.Uid = (uint)fields.Decimal(fields.Next());
        record.Inode = (uint)fields.Decimal(fields.Next());
        return !fields.Malformed;
    }
}
