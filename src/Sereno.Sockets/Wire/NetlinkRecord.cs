namespace Sereno.Sockets.Wire;

/// <summary>One AF_NETLINK socket as netlink_diag or /proc/net/netlink describes it.</summary>
public record struct NetlinkRecord
{
    /// <summary>NETLINK_ROUTE and its siblings (linux/netlink.h).</summary>
    public byte Protocol { get; set; }

    /// <summary>Its address: usually the pid of who opened it; 0 for the kernel's own.</summary>
    public int PortId { get; set; }

    /// <summary>It has a peer: <see cref="PeerPortId"/> and <see cref="PeerGroups"/> are set.</summary>
    public bool IsConnected { get; set; }

    public int PeerPortId { get; set; }
    public uint PeerGroups { get; set; }
    public uint ReceiveQueue { get; set; }
    public uint SendQueue { get; set; }
    public uint Inode { get; set; }
    public ulong Cookie { get; set; }

    /// <summary>The first groups that it listens to, as bits: bit n is group n + 1.</summary>
    public ulong Groups { get; set; }

    /// <summary>The kernel's address of it, hashed; only from /proc/net/netlink.</summary>
    public ulong Address { get; set; }

    /// <summary>Where the table's arena has its attributes; 0 for nowhere.</summary>
    public int Details { get; set; }

    /// <summary>A callback (a dump) is under way.</summary>
    public ulong Callback { get; set; }
}
