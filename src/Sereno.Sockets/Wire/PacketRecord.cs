namespace Sereno.Sockets.Wire;

/// <summary>One AF_PACKET socket as packet_diag or /proc/net/packet describes it.</summary>
public record struct PacketRecord
{
    /// <summary>Raw (with the link's header) or Datagram (without).</summary>
    public SocketKind Kind { get; set; }

    /// <summary>EtherType that it receives, in host order; 3 for all (linux/if_ether.h).</summary>
    public ushort EtherType { get; set; }

    /// <summary>Index of its interface; 0 for every one.</summary>
    public uint Interface { get; set; }

    public uint ReceiveQueue { get; set; }
    public uint Uid { get; set; }
    public uint Inode { get; set; }
    public ulong Cookie { get; set; }

    /// <summary>Where the table's arena has its attributes; 0 for nowhere.</summary>
    public int Details { get; set; }
}
