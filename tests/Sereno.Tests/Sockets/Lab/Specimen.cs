namespace Sereno.Tests.Sockets.Lab;

/// <summary>A socket, or the few that belong together, in one state of interest. Recipes say how it is made and how ss shows it.</summary>
internal enum Specimen
{
    // TCP: the eleven states, where both families differ in more than the address both of them
    ListenV4, ListenV6, ListenAnyV4, ListenAnyV6, ListenV6Only, SynSentV4, SynSentV6, SynReceivedV4, SynReceivedV6, SynReceivedDeferred,
    EstablishedV4, EstablishedV6, EstablishedMapped, FinWait1V4, FinWait1V6, FinWait2V4, FinWait2V6, CloseWaitV4, CloseWaitV6, ClosingV4, ClosingV6,
    LastAckV4, LastAckV6, TimeWaitV4, TimeWaitV6, ClosedV4, ClosedV6, BoundInactiveV4, BoundInactiveV6,
    FinWait1Orphaned, FinWait2Orphaned, LastAckOrphaned, HalfClosed,

    // TCP: queues, timers, options
    ListenOnDevice, ListenPending, ListenOverflowing, ListenFastOpen, ListenReusePort, DataWaiting, DataBothQueues, ZeroWindow, KeepAlive,
    CongestionReno, CongestionCubic, CongestionBbr, TcpMarked, TcpTos, TcpTrafficClass, TcpTransparentV4, TcpTransparentV6, TcpFreebind, TcpNoDelay, TcpPaced,
    TcpMd5, TcpInetOptions, ListenMptcp, EstablishedMptcp,

    // Owners
    OwnedByUser, InCgroup, HeldBySeveral,

    // UDP
    UdpV4, UdpV6, UdpV6Only, UdpLoopbackV4, UdpConnectedV4, UdpConnectedV6, UdpMapped, UdpOnDevice, UdpLinkLocal, UdpMulticastV4, UdpMulticastV6,
    UdpBroadcast, UdpReusePort, UdpTransparent, UdpFreebind, UdpMarked, UdpDataWaiting, UdpLiteV4, UdpLiteV6,

    // Raw IP
    RawIcmpV4, RawIcmpV6, RawTcp, RawUdp, RawRaw, RawUnnamedProtocol, RawBound, RawConnectedV4, RawConnectedV6, RawOnDevice, RawDataWaiting,

    // Unix
    UnixListening, UnixListeningPending, UnixConnected, UnixAbstractListening, UnixAbstractConnected, UnixPairStream, UnixPairDatagram,
    UnixPairSeqpacket, UnixDatagramNamed, UnixDatagramConnected, UnixSeqpacketListening, UnixSpace, UnixNewline, UnixAt, UnixOddBytes,
    UnixAbstractNuls, UnixLongestPath, UnixShutRead, UnixShutWrite, UnixShutBoth, UnixDataWaiting, UnixUnbound, UnixRemoved,

    // Packet
    PacketRawAll, PacketDatagramAll, PacketOnLoopback, PacketIPv4, PacketArp, PacketUnnamedType, PacketUnbound, PacketRing, PacketFanout,

    // Netlink
    NetlinkRoute, NetlinkRouteGroups, NetlinkKobjectUevent, NetlinkGeneric, NetlinkSockDiag, NetlinkConnected, NetlinkUnnamedProtocol,
}
