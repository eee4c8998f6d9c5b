namespace Sereno.Sockets.Wire;

/// <summary>One AF_NETLINK socket as netlink_diag or /proc/net/netlink describes it.</summary>
public record struct NetlinkRecord
{
    /// <summary>NETLINK_ROUTE and its siblings (linux/netlink.h).</summary>
    public byte Protocol { get; set; }

    /// <summary>Its address: usually the pid of who opened it; 0 for the kernel's own.</summary>
    public int PortId { get; set; }

    public int PeerPortId { get; set; }
    public uint PeerGroups { get; set; }
    public uint ReceiveQueue { get; set; }
    public uint SendQueue { get; set; }
    public uint Inode { get; set; }
    public ulong Cookie { get; set; }

    /// <summary>A callback (a dump) is under way.</summary>
    public ulong Callback { get; set; }
}
