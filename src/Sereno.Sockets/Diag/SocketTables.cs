namespace Sereno.Sockets.Diag;

/// <summary>The kinds of sockets that are listed separately: ss's tables.</summary>
[Flags]
public enum SocketTables
{
    None = 0,
    Tcp = 1 << 0,
    Mptcp = 1 << 1,
    Dccp = 1 << 2,
    Udp = 1 << 3,
    Raw = 1 << 4,
    UnixDatagram = 1 << 5,
    UnixStream = 1 << 6,
    UnixSeqPacket = 1 << 7,
    PacketDatagram = 1 << 8,
    PacketRaw = 1 << 9,
    Netlink = 1 << 10,
    Sctp = 1 << 11,
    VsockStream = 1 << 12,
    VsockDatagram = 1 << 13,
    Tipc = 1 << 14,
    Xdp = 1 << 15,

    Unix = UnixDatagram | UnixStream | UnixSeqPacket,
    Packet = PacketDatagram | PacketRaw,
    Vsock = VsockStream | VsockDatagram,
    InetTransports = Tcp | Mptcp | Udp | Dccp | Sctp,
    Inet = InetTransports | Raw,

    /// <summary>What "all" means to ss: TIPC isn't in it.</summary>
    Everything = Inet | Unix | Packet | Netlink | Vsock | Xdp,
}
