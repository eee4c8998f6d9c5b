using static Sereno.Tests.Sockets.Lab.Libc;

namespace Sereno.Tests.Sockets.Lab;

internal static partial class Recipes
{
    // linux/netlink.h
    private const int NETLINK_ROUTE = 0, NETLINK_USERSOCK = 2, NETLINK_SOCK_DIAG = 4, NETLINK_KOBJECT_UEVENT = 15, NETLINK_GENERIC = 16, NETLINK_CRYPTO = 21;
    private const int RTMGRP_LINK = 1, RTMGRP_IPV4_IFADDR = 0x10;

    private static readonly Dictionary<Specimen, Recipe> s_netlink = new()
    {
        [Specimen.NetlinkRoute] = new(lab => lab.Netlink(NETLINK_ROUTE), "-a -f netlink", @"^UNCONN 0 0 rtnl:\S+ \*"),
        [Specimen.NetlinkRouteGroups] = new(lab => lab.Netlink(NETLINK_ROUTE, RTMGRP_LINK | RTMGRP_IPV4_IFADDR), "-ae -f netlink", @"^UNCONN 0 0 rtnl:\S+ \*.* groups=0x00000011|^UNCONN 0 0 rtnl:\S+ \*"),
        [Specimen.NetlinkKobjectUevent] = new(lab => lab.Netlink(NETLINK_KOBJECT_UEVENT, 1), "-a -f netlink", @"^UNCONN 0 0 uevent:\S+ \*"),
        [Specimen.NetlinkGeneric] = new(lab => lab.Netlink(NETLINK_GENERIC), "-a -f netlink", @"^UNCONN 0 0 genl:\S+ \*"),
        [Specimen.NetlinkSockDiag] = new(lab => { lab.Netlink(NETLINK_SOCK_DIAG); lab.Netlink(NETLINK_SOCK_DIAG, port: lab.WidestPort); }, "-a -f netlink", @"^UNCONN 0 0 tcpdiag:\S+ \*"),
        [Specimen.NetlinkConnected] = new(lab => lab.NetlinkConnect(), "-a -f netlink", @"^UNCONN 0 0 rtnl:\S+ \S+"),
        [Specimen.NetlinkUnnamedProtocol] = new(lab => lab.Netlink(NETLINK_USERSOCK), "-a -f netlink", @"^UNCONN 0 0 \S+:\S+ \*"),
    };
}

internal sealed partial class SocketLab
{
    /// <summary>Eleven characters, as many as a port has at most: the columns are then as wide whatever port the kernel gives to who asks.</summary>
    public uint WidestPort => unchecked((uint)int.MinValue) + (uint)_held.Count;

    /// <param name="groups">The first 32 multicast groups, as a mask.</param>
    /// <param name="port">0 lets the kernel choose: our pid, or a negative number where that is taken.</param>
    public int Netlink(int protocol, int groups = 0, uint port = 0)
    {
        int fd = Socket(AF_NETLINK, SOCK_RAW, protocol);
        byte[] address = NetlinkAddress(port, groups);
        Check(bind(fd, address, address.Length), "bind");
        return fd;
    }

    public void NetlinkConnect()
    {
        byte[] address = NetlinkAddress(1, 0);
        Check(connect(Netlink(0), address, address.Length), "connect");
    }

    // struct sockaddr_nl: family, pad, port, groups.
    private static byte[] NetlinkAddress(uint port, int groups) =>
        [AF_NETLINK, 0, 0, 0, .. BitConverter.GetBytes(port), .. BitConverter.GetBytes(groups)];
}
