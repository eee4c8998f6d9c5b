using System.Collections.Frozen;

namespace Sereno.Units.Values;

/// <summary>Socket address families by name (address_families(7), bits/socket.h).</summary>
public static class AddressFamilies
{
    /// <summary>One more than the highest that has a name.</summary>
    public const int Count = 46;

    private static readonly FrozenDictionary<string, int> s_numbers = (
        "UNSPEC:0 FILE:1 LOCAL:1 UNIX:1 INET:2 AX25:3 IPX:4 APPLETALK:5 NETROM:6 BRIDGE:7 ATMPVC:8 X25:9 INET6:10 ROSE:11 " +
        "DECnet:12 NETBEUI:13 SECURITY:14 KEY:15 NETLINK:16 ROUTE:16 PACKET:17 ASH:18 ECONET:19 ATMSVC:20 RDS:21 SNA:22 IRDA:23 " +
        "PPPOX:24 WANPIPE:25 LLC:26 IB:27 MPLS:28 CAN:29 TIPC:30 BLUETOOTH:31 IUCV:32 RXRPC:33 ISDN:34 PHONET:35 IEEE802154:36 " +
        "CAIF:37 ALG:38 NFC:39 VSOCK:40 KCM:41 QIPCRTR:42 SMC:43 XDP:44 MCTP:45")
        .Split(' ').Select(f => f.Split(':')).ToFrozenDictionary(f => "AF_" + f[0], f => int.Parse(f[1]));

    public static int? Parse(string name) => s_numbers.TryGetValue(name, out int number) ? number : null;
}
