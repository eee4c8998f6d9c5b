namespace Sereno.Sockets.Wire;

/// <summary>IP protocol numbers of the sockets that we list (linux/in.h). Raw stands for raw sockets of any protocol.</summary>
public enum SocketProtocol : ushort { Tcp = 6, Udp = 17, Dccp = 33, Sctp = 132, UdpLite = 136, Raw = 255, Mptcp = 262 }

/// <summary>tcp_diag's idiag_timer.</summary>
public enum SocketTimer : byte { Off, Retransmit, KeepAlive, TimeWait, ZeroWindowProbe, DelayedAck }

/// <summary>One socket as the kernel's sock_diag(7) describes it. TIME_WAIT and SYN_RECV sockets have no inode, uid or cgroup.</summary>
public record struct SocketRecord
{
    public SocketProtocol Protocol { get; set; }
    public TcpState State { get; set; }
    public SocketTimer Timer { get; set; }

    /// <summary>Retransmissions or probes so far, as <see cref="Timer"/> says.</summary>
    public byte Retransmits { get; set; }

    /// <summary>RCV_SHUTDOWN 1, SEND_SHUTDOWN 2; null where the kernel says nothing.</summary>
    public byte? Shutdown { get; set; }

    /// <summary>IPV6_V6ONLY of a listening or unconnected IPv6 socket; null for any other.</summary>
    public bool? IPv6Only { get; set; }

    public bool IsIPv4 { get; set; }
    public ushort LocalPort { get; set; }
    public ushort RemotePort { get; set; }
    public InetAddress Local { get; set; }
    public InetAddress Remote { get; set; }

    /// <summary>Index of the interface that the socket is bound to; 0 for none.</summary>
    public uint Interface { get; set; }

    /// <summary>Time until <see cref="Timer"/> expires, in milliseconds.</summary>
    public uint Expires { get; set; }

    /// <summary>Bytes to be read; on a listening socket, connections to be accepted.</summary>
    public uint ReceiveQueue { get; set; }

    /// <summary>Bytes not acknowledged (TCP) or not sent (UDP); on a listening socket, how many connections may wait.</summary>
    public uint SendQueue { get; set; }

    public uint Uid { get; set; }
    public uint Inode { get; set; }

    /// <summary>SO_MARK; the kernel tells it to CAP_NET_ADMIN only.</summary>
    public uint Mark { get; set; }

    /// <summary>The kernel's identity of the socket, never reused while the machine runs.</summary>
    public ulong Cookie { get; set; }

    /// <summary>cgroup v2 id of the process that created it, at that time; 0 when unknown.</summary>
    public ulong CgroupId { get; set; }

    /// <summary>INET_DIAG_PROTOCOL: a raw socket's IP protocol; null where the kernel doesn't say.</summary>
    public byte? IpProtocol { get; set; }

    /// <summary>Read from /proc/net's text, which knows less: no cookie, no cgroup, no details.</summary>
    public bool IsFromText { get; set; }

    /// <summary>Where the table's arena has its other attributes, or the end of its line of text; 0 for nowhere.</summary>
    public int Details { get; set; }

    public readonly bool IsListening => State == TcpState.Listen;
}
