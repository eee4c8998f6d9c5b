using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Proc;

/// <summary>Lines of /proc/net/netlink to records (netlink_native_seq_show in the kernel).</summary>
public static class ProcNetlink
{
    /// <summary>One line; false when it isn't one, as the heading isn't.</summary>
    /// <param name="groups">Multicast groups that it has joined, the first 32.</param>
    public static bool TryRead(ReadOnlySpan<byte> line, out NetlinkRecord record, out uint groups)
    {
        record = default;
        var fields = new ProcFields(line);
        record.Address = fields.Hex(fields.Next());
        record.Protocol = (byte)fields.Decimal(fields.Next());
        record.PortId = (int)fields.Signed(fields.Next());
        groups = (uint)fields.Hex(fields.Next());
        record.ReceiveQueue = fields.Signed(fields.Next());
        record.SendQueue = fields.Signed(fields.Next());
        record.Callback = fields.Hex(fields.Next());
        fields.Signed(fields.Next()); // references
        fields.Decimal(fields.Next()); // drops
        record.Inode = (uint)fields.Decimal(fields.Next());
        return !fields.Malformed;
    }
}
