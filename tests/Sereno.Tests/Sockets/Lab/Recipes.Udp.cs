using System.Net;
using static Sereno.Tests.Sockets.Lab.Libc;

namespace Sereno.Tests.Sockets.Lab;

internal static partial class Recipes
{
    private static readonly Dictionary<Specimen, Recipe> s_udp = new()
    {
        [Specimen.UdpV4] = new(lab => lab.Udp("0.0.0.0", 123), "-uan", @"^UNCONN 0 0 0\.0\.0\.0:123 0\.0\.0\.0:\*"),
        [Specimen.UdpV6] = new(lab => lab.Udp("::", 546), "-uan", @"^UNCONN 0 0 \*:546 \*:\*"),
        [Specimen.UdpV6Only] = new(lab => lab.Udp("::", 547, fd => SocketLab.Set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)), "-uan", @"^UNCONN 0 0 \[::\]:547 \[::\]:\*"),
        [Specimen.UdpLoopbackV4] = new(lab => lab.Udp("127.0.0.53", 53), "-uan", @"^UNCONN 0 0 127\.0\.0\.53:53 0\.0\.0\.0:\*"),
        [Specimen.UdpConnectedV4] = new(lab => SocketLab.Connect(lab.Udp("127.0.0.1"), "127.0.0.1", 53), "-uan", @"^ESTAB 0 0 127\.0\.0\.1:\d+ 127\.0\.0\.1:53"),
        [Specimen.UdpConnectedV6] = new(lab => SocketLab.Connect(lab.Udp("::1"), "::1", 443), "-uan", @"^ESTAB 0 0 \[::1\]:\d+ \[::1\]:443"),
        [Specimen.UdpMapped] = new(lab => SocketLab.Connect(lab.Udp("::"), "::ffff:127.0.0.1", 514), "-uan", @"^ESTAB 0 0 \[::ffff:127\.0\.0\.1\]:\d+ \[::ffff:127\.0\.0\.1\]:514"),
        [Specimen.UdpOnDevice] = new(lab => lab.Udp("0.0.0.0", 68, fd => SocketLab.Set(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo\0"u8)), "-uan", @"^UNCONN 0 0 0\.0\.0\.0%lo:68 0\.0\.0\.0:\*"),
        [Specimen.UdpLinkLocal] = new(lab => lab.BindLinkLocal(), "-uan", @"^UNCONN 0 0 \[fe80::[\da-f:]+\]%lab0:5353 \[::\]:\*"),
        [Specimen.UdpMulticastV4] = new(lab => lab.JoinV4(), "-uan", @"^UNCONN 0 0 224\.0\.0\.251:5353 0\.0\.0\.0:\*"),
        [Specimen.UdpMulticastV6] = new(lab => lab.JoinV6(), "-uan", @"^UNCONN 0 0 \[ff02::fb\]%lo:5353 \[::\]:\*"),
        [Specimen.UdpBroadcast] = new(lab => lab.Udp("255.255.255.255", 67, fd => SocketLab.Set(fd, SOL_SOCKET, SO_BROADCAST, 1)), "-uan", @"^UNCONN 0 0 255\.255\.255\.255:67 "),
        [Specimen.UdpReusePort] = new(lab => lab.ShareUdp(), "-uan", @"^UNCONN 0 0 127\.0\.0\.1:\d+ .*\nUNCONN 0 0 127\.0\.0\.1:"),
        [Specimen.UdpTransparent] = new(lab => lab.Udp("192.0.2.9", 500, fd => SocketLab.Set(fd, IPPROTO_IP, IP_TRANSPARENT, 1)), "-uan --inet-sockopt", @"^UNCONN 0 0 192\.0\.2\.9:500 .*\btransparent\b"),
        [Specimen.UdpFreebind] = new(lab => lab.Udp("192.0.2.10", 4500, fd => SocketLab.Set(fd, IPPROTO_IP, IP_FREEBIND, 1)), "-uan --inet-sockopt", @"^UNCONN 0 0 192\.0\.2\.10:4500 .*\bfreebind\b"),
        [Specimen.UdpMarked] = new(lab => lab.Udp("0.0.0.0", 1194, fd => SocketLab.Set(fd, SOL_SOCKET, SO_MARK, 0x100)), "-uane", @"^UNCONN .*:1194 .* fwmark:0x100\b"),
        [Specimen.UdpDataWaiting] = new(lab => lab.SendToItself(lab.Udp("127.0.0.1", 69)), "-uan", @"^UNCONN [1-9]\d* 0 127\.0\.0\.1:69 "),
        // ss can't list UDP-Lite: netstat -U does.
        [Specimen.UdpLiteV4] = new(lab => SocketLab.Bind(lab.Socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE), "127.0.0.1", 700), "-uan", null),
        [Specimen.UdpLiteV6] = new(lab => SocketLab.Bind(lab.Socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE), "::1", 700), "-uan", null),
    };
}

internal sealed partial class SocketLab
{
    public int Udp(string ip, int port = 0, Action<int>? prepare = null, int scope = 0)
    {
        int fd = Socket(Family(ip), SOCK_DGRAM, IPPROTO_UDP);
        prepare?.Invoke(fd);
        return Bind(fd, ip, port, scope);
    }

    /// <summary>Binds to the peer's link: it is the kernel that gives the address.</summary>
    public void BindLinkLocal()
    {
        _ = Peer;
        string? address = null;
        Await(() => (address = File.ReadLines("/proc/thread-self/net/if_inet6").FirstOrDefault(IsReady)) is not null, "a link-local address");
        Udp(new IPAddress(Convert.FromHexString(address![..32])).ToString(), 5353, scope: (int)if_nametoindex(TunPeer.Device));
    }

    // Address, interface, prefix length, scope, flags, name: not while the address is tentative (0x40).
    private static bool IsReady(string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [['f', 'e', '8', '0', ..], _, _, _, var flags, TunPeer.Device] && (Convert.ToInt32(flags, 16) & 0x40) == 0;

    public void JoinV4()
    {
        // struct ip_mreq: group, interface.
        byte[] membership = [224, 0, 0, 251, 127, 0, 0, 1];
        Udp("224.0.0.251", 5353, fd => Set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, membership));
    }

    public void JoinV6()
    {
        // struct ipv6_mreq: group, interface.
        byte[] membership = [.. IPAddress.Parse("ff02::fb").GetAddressBytes(), 1, 0, 0, 0];
        Udp("ff02::fb", 5353, fd => Set(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, membership), scope: 1);
    }

    public void ShareUdp()
    {
        void Prepare(int fd) => Set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
        Udp("127.0.0.1", Port(Udp("127.0.0.1", 0, Prepare)), Prepare);
    }

    public void SendToItself(int fd)
    {
        byte[] address = Address("127.0.0.1", Port(fd));
        Check(sendto(fd, new byte[100], 100, 0, address, address.Length), "send");
    }
}
