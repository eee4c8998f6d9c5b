using System.Runtime.InteropServices;
using static Sereno.Tests.Sockets.Lab.Libc;

namespace Sereno.Tests.Sockets.Lab;

internal static partial class Recipes
{
    private static readonly Dictionary<Specimen, Recipe> s_tcpOptions = new()
    {
        [Specimen.ListenOnDevice] = new(lab => lab.Listen("0.0.0.0", 53, prepare: fd => SocketLab.Set(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo\0"u8)), "-tan", @"^LISTEN 0 16 0\.0\.0\.0%lo:53 "),
        [Specimen.ListenPending] = new(lab => lab.Crowd(backlog: 16, clients: 3), "-tan", @"^LISTEN 3 16 127\.0\.0\.1:"),
        [Specimen.ListenOverflowing] = new(lab => lab.Crowd(backlog: 0, clients: 3), "-tanm", @"^LISTEN 1 0 127\.0\.0\.1:.* skmem:\(.*,d[1-9]\d*\)"),
        [Specimen.ListenFastOpen] = new(lab => lab.Listen("127.0.0.1", 853, prepare: fd => SocketLab.Set(fd, IPPROTO_TCP, TCP_FASTOPEN, 5)), "-tan", @"^LISTEN 0 16 127\.0\.0\.1:853 "),
        [Specimen.ListenReusePort] = new(lab => lab.Share("127.0.0.1"), "-tan", @"^LISTEN 0 16 127\.0\.0\.1:\d+ .*(\n.*)*\nLISTEN 0 16 127\.0\.0\.1:"),
        [Specimen.DataWaiting] = new(lab => SocketLab.Send(lab.Pair("127.0.0.1", "127.0.0.1").Client, 1000), "-tan", @"^ESTAB 1000 0 127\.0\.0\.1:"),
        [Specimen.DataBothQueues] = new(lab => lab.FillBothQueues(), "-tan", @"^ESTAB 500 1200 10\.77\.0\.1:"),
        [Specimen.ZeroWindow] = new(lab => SocketLab.Send(lab.ConnectToPeer(false, PeerManners.NoWindow).Fd, 700), "-tano", @"^ESTAB 0 700 10\.77\.0\.1:.* timer:\(persist,"),
        [Specimen.KeepAlive] = new(lab => lab.Pair("127.0.0.1", "127.0.0.1", KeepAlive), "-tano", @"^ESTAB 0 0 127\.0\.0\.1:.* timer:\(keepalive,(19|20)min"),
        [Specimen.CongestionReno] = new(lab => lab.Pair("127.0.0.1", "127.0.0.1", fd => SocketLab.Set(fd, IPPROTO_TCP, TCP_CONGESTION, "reno"u8)), "-tani", @"^ESTAB .* reno "),
        [Specimen.CongestionCubic] = new(lab => lab.Pair("127.0.0.1", "127.0.0.1", fd => SocketLab.Set(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic"u8)), "-tani", @"^ESTAB .* cubic "),
        [Specimen.CongestionBbr] = new(lab => lab.Pair("127.0.0.1", "127.0.0.1", Bbr), "-tani", @"^ESTAB .* bbr .* bbr:\(bw:"),
        [Specimen.TcpMarked] = new(lab => lab.Pair("127.0.0.1", "127.0.0.1", fd => SocketLab.Set(fd, SOL_SOCKET, SO_MARK, 0x2A)), "-tane", @"^ESTAB .* fwmark:0x2a\b"),
        [Specimen.TcpTos] = new(lab => lab.Pair("127.0.0.1", "127.0.0.1", fd => SocketLab.Set(fd, IPPROTO_IP, IP_TOS, 0x20)), "-tan --tos", @"^ESTAB .* tos:0x20\b"),
        [Specimen.TcpTrafficClass] = new(lab => lab.Pair("::1", "::1", fd => SocketLab.Set(fd, IPPROTO_IPV6, IPV6_TCLASS, 0x48)), "-tan --tos", @"^ESTAB .* tclass:0x48\b"),
        [Specimen.TcpTransparentV4] = new(lab => lab.Listen("192.0.2.7", 8443, prepare: fd => SocketLab.Set(fd, IPPROTO_IP, IP_TRANSPARENT, 1)), "-tan --inet-sockopt", @"^LISTEN 0 16 192\.0\.2\.7:8443 .*\btransparent\b"),
        [Specimen.TcpTransparentV6] = new(lab => lab.Listen("2001:db8::7", 8443, prepare: fd => SocketLab.Set(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, 1)), "-tan --inet-sockopt", @"^LISTEN 0 16 \[2001:db8::7\]:8443 .*\btransparent\b"),
        [Specimen.TcpFreebind] = new(lab => lab.Listen("192.0.2.8", 9000, prepare: fd => SocketLab.Set(fd, IPPROTO_IP, IP_FREEBIND, 1)), "-tan --inet-sockopt", @"^LISTEN 0 16 192\.0\.2\.8:9000 .*\bfreebind\b"),
        [Specimen.TcpNoDelay] = new(lab => SocketLab.Send(lab.Pair("127.0.0.1", "127.0.0.1", fd => SocketLab.Set(fd, IPPROTO_TCP, TCP_NODELAY, 1)).Client, 10), "-tani", @"^ESTAB .* bytes_sent:10 "),
        [Specimen.TcpPaced] = new(lab => SocketLab.Send(lab.Pair("127.0.0.1", "127.0.0.1", fd => SocketLab.Set(fd, SOL_SOCKET, SO_MAX_PACING_RATE, 1_000_000)).Client, 10), "-tani", @"^ESTAB .* pacing_rate 8000000bps/8000000bps"),
        [Specimen.TcpMd5] = new(lab => lab.Listen("127.0.0.1", 179, prepare: Md5), "-tani", @"^LISTEN .* md5keys:127\.0\.0\.1/32="),
        [Specimen.TcpInetOptions] = new(lab => lab.Listen("127.0.0.1", 8081, prepare: InetOptions), "-tan --inet-sockopt", @"^LISTEN .* recverr.*bind_addr_no_port"),
        [Specimen.ListenMptcp] = new(lab => lab.Listen("127.0.0.1", 8082, protocol: IPPROTO_MPTCP), "-Man", @"^LISTEN 0 16 127\.0\.0\.1:8082 "),
        [Specimen.EstablishedMptcp] = new(lab => lab.Pair("127.0.0.1", "127.0.0.1", protocol: IPPROTO_MPTCP), "-Man", @"^ESTAB 0 0 127\.0\.0\.1:"),
    };

    private static void KeepAlive(int fd)
    {
        SocketLab.Set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 1200);
        SocketLab.Set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    }

    private static void Bbr(int fd) =>
        Xunit.Assert.SkipUnless(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "bbr"u8.ToArray(), 3) == 0, "this kernel has no BBR");

    private static void InetOptions(int fd)
    {
        SocketLab.Set(fd, IPPROTO_IP, IP_RECVERR, 1);
        SocketLab.Set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
        SocketLab.Set(fd, IPPROTO_IP, IP_MINTTL, 4);
        SocketLab.Set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
    }

    // struct tcp_md5sig: the peer's sockaddr_storage, flags, prefix length, key length, interface, key.
    private static void Md5(int fd)
    {
        byte[] signature = new byte[216];
        Address("127.0.0.1", 0).CopyTo(signature, 0);
        signature[130] = 3;
        "key"u8.CopyTo(signature.AsSpan(136));
        int result = setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, signature, signature.Length);
        Xunit.Assert.SkipWhen(result < 0 && Marshal.GetLastPInvokeError() == ENOPROTOOPT, "this kernel has no TCP MD5 signatures");
        Check(result, "set an MD5 key");
    }
}

internal sealed partial class SocketLab
{
    public static int Send(int fd, int bytes)
    {
        Check(send(fd, new byte[bytes], bytes, 0), "send");
        return fd;
    }

    /// <summary>Connections that nobody accepts; who finds no room stays in SYN-SENT, and is counted as a drop.</summary>
    public void Crowd(int backlog, int clients)
    {
        ushort port = Port(Listen("127.0.0.1", backlog: backlog));
        for (int i = 0; i < clients; i++)
        {
            int client = Connect(Tcp("127.0.0.1", SOCK_STREAM | SOCK_NONBLOCK), "127.0.0.1", port);
            AwaitState(client, i <= backlog ? 1 : 2);
        }
    }

    public void Share(string ip)
    {
        void Prepare(int fd) => Set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
        Listen(ip, Port(Listen(ip, prepare: Prepare)), prepare: Prepare);
    }

    public void FillBothQueues()
    {
        var (fd, peerPort) = ConnectToPeer(false, PeerManners.AcknowledgesNothing);
        Send(fd, 1200);
        Peer.Say(peerPort, new byte[500], fin: false);
        byte[] unread = new byte[4];
        const nuint FIONREAD = 0x541B;
        Await(() => ioctl(fd, FIONREAD, unread) == 0 && BitConverter.ToInt32(unread) == 500, "500 bytes", () => Peer.Repeat(peerPort));
    }
}
