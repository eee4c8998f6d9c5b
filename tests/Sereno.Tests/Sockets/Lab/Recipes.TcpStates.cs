using static Sereno.Tests.Sockets.Lab.Libc;

namespace Sereno.Tests.Sockets.Lab;

internal static partial class Recipes
{
    // net/tcp_states.h
    private const int Established = 1, SynSent = 2, SynReceived = 3, FinWait1 = 4, FinWait2 = 5, TimeWait = 6, Close = 7, CloseWait = 8, LastAck = 9,
        Closing = 11;

    private static readonly Dictionary<Specimen, Recipe> s_tcpStates = new()
    {
        [Specimen.ListenV4] = new(lab => lab.Listen("127.0.0.1", 22), "-tan", @"^LISTEN 0 16 127\.0\.0\.1:22 0\.0\.0\.0:\*"),
        [Specimen.ListenV6] = new(lab => lab.Listen("::1", 631), "-tan", @"^LISTEN 0 16 \[::1\]:631 \[::\]:\*"),
        [Specimen.ListenAnyV4] = new(lab => lab.Listen("0.0.0.0", 80), "-tan", @"^LISTEN 0 16 0\.0\.0\.0:80 0\.0\.0\.0:\*"),
        [Specimen.ListenAnyV6] = new(lab => lab.Listen("::", 443), "-tan", @"^LISTEN 0 16 \*:443 \*:\*"),
        [Specimen.ListenV6Only] = new(lab => lab.Listen("::", 8080, prepare: fd => SocketLab.Set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)), "-tan", @"^LISTEN 0 16 \[::\]:8080 \[::\]:\*"),
        [Specimen.SynSentV4] = new(lab => lab.HoldIn(SynSent, false), "-tan", @"^SYN-SENT 0 1 10\.77\.0\.1:\d+ 10\.77\.0\.2:70\d\d"),
        [Specimen.SynSentV6] = new(lab => lab.HoldIn(SynSent, true), "-tan", @"^SYN-SENT 0 1 \[fd77::1\]:\d+ \[fd77::2\]:70\d\d"),
        [Specimen.SynReceivedV4] = new(lab => lab.HoldHalfOpen(false, deferred: false), "-tan", @"^SYN-RECV 0 0 10\.77\.0\.1:\d+ 10\.77\.0\.2:70\d\d"),
        [Specimen.SynReceivedV6] = new(lab => lab.HoldHalfOpen(true, deferred: false), "-tan", @"^SYN-RECV 0 0 \[fd77::1\]:\d+ \[fd77::2\]:70\d\d"),
        [Specimen.SynReceivedDeferred] = new(lab => lab.HoldHalfOpen(false, deferred: true), "-tan", @"^SYN-RECV 0 0 10\.77\.0\.1:\d+ 10\.77\.0\.2:70\d\d"),
        [Specimen.EstablishedV4] = new(lab => lab.Pair("127.0.0.1", "127.0.0.1"), "-tan", @"^ESTAB 0 0 127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+"),
        [Specimen.EstablishedV6] = new(lab => lab.Pair("::1", "::1"), "-tan", @"^ESTAB 0 0 \[::1\]:\d+ \[::1\]:\d+"),
        [Specimen.EstablishedMapped] = new(lab => lab.Pair("::", "127.0.0.1"), "-tan", @"^ESTAB 0 0 \[::ffff:127\.0\.0\.1\]:\d+ \[::ffff:127\.0\.0\.1\]:\d+"),
        [Specimen.FinWait1V4] = new(lab => lab.HoldIn(FinWait1, false), "-tan", @"^FIN-WAIT-1 0 1 10\.77\.0\.1:"),
        [Specimen.FinWait1V6] = new(lab => lab.HoldIn(FinWait1, true), "-tan", @"^FIN-WAIT-1 0 1 \[fd77::1\]:"),
        [Specimen.FinWait2V4] = new(lab => lab.HoldIn(FinWait2, false), "-tan", @"^FIN-WAIT-2 0 0 10\.77\.0\.1:"),
        [Specimen.FinWait2V6] = new(lab => lab.HoldIn(FinWait2, true), "-tan", @"^FIN-WAIT-2 0 0 \[fd77::1\]:"),
        [Specimen.CloseWaitV4] = new(lab => lab.HoldIn(CloseWait, false), "-tan", @"^CLOSE-WAIT 1 0 10\.77\.0\.1:"),
        [Specimen.CloseWaitV6] = new(lab => lab.HoldIn(CloseWait, true), "-tan", @"^CLOSE-WAIT 1 0 \[fd77::1\]:"),
        [Specimen.ClosingV4] = new(lab => lab.HoldIn(Closing, false), "-tan", @"^CLOSING 1 1 10\.77\.0\.1:"),
        [Specimen.ClosingV6] = new(lab => lab.HoldIn(Closing, true), "-tan", @"^CLOSING 1 1 \[fd77::1\]:"),
        [Specimen.LastAckV4] = new(lab => lab.HoldIn(LastAck, false), "-tan", @"^LAST-ACK 1 1 10\.77\.0\.1:"),
        [Specimen.LastAckV6] = new(lab => lab.HoldIn(LastAck, true), "-tan", @"^LAST-ACK 1 1 \[fd77::1\]:"),
        [Specimen.TimeWaitV4] = new(lab => lab.LeaveTimeWait("127.0.0.1"), "-tan", @"^TIME-WAIT 0 0 127\.0\.0\.1:"),
        [Specimen.TimeWaitV6] = new(lab => lab.LeaveTimeWait("::1"), "-tan", @"^TIME-WAIT 0 0 \[::1\]:"),
        // In no table of the kernel: neither ss nor /proc can show what was never bound.
        [Specimen.ClosedV4] = new(lab => SocketLab.AwaitState(lab.Tcp("0.0.0.0"), Close), "-tan", null),
        [Specimen.ClosedV6] = new(lab => SocketLab.AwaitState(lab.Tcp("::"), Close), "-tan", null),
        // Listed since Linux 6.8 to who asks for state 13: iproute2 6.1 doesn't know it.
        [Specimen.BoundInactiveV4] = new(lab => SocketLab.Bind(lab.Tcp("127.0.0.1"), "127.0.0.1", 25), "-tan", null),
        [Specimen.BoundInactiveV6] = new(lab => SocketLab.Bind(lab.Tcp("::1"), "::1", 25), "-tan", null),
        [Specimen.FinWait1Orphaned] = new(lab => lab.HoldOrphan(FinWait1), "-tane", @"^FIN-WAIT-1 0 1 10\.77\.0\.1:.* ino:0 "),
        [Specimen.FinWait2Orphaned] = new(lab => lab.HoldOrphan(FinWait2), "-tane", @"^FIN-WAIT-2 0 0 10\.77\.0\.1:.* timer:\(timewait,\S+,0\) ino:0 "),
        [Specimen.LastAckOrphaned] = new(lab => lab.HoldOrphan(LastAck), "-tane", @"^LAST-ACK 0 1 10\.77\.0\.1:.* ino:0 "),
        [Specimen.HalfClosed] = new(lab => Check(shutdown(lab.Pair("127.0.0.1", "127.0.0.1").Client, SHUT_WR), "shut down"), "-tan", @"^CLOSE-WAIT 1 0 127\.0\.0\.1:"),
    };
}

internal sealed partial class SocketLab
{
    /// <summary>Brings a connection to the peer into a state, by what this end and the other do about the end of it.</summary>
    public int HoldIn(int state, bool v6)
    {
        var (manners, peerCloses, weClose) = state switch
        {
            1 => (PeerManners.Polite, false, false),
            2 => (PeerManners.Silent, false, false),
            4 => (PeerManners.IgnoresFin, false, true),
            5 => (PeerManners.Polite, false, true),
            8 => (PeerManners.Polite, true, false),
            9 => (PeerManners.IgnoresFin, true, true),
            11 => (PeerManners.ClosesAtOnce, false, true),
            _ => throw new ArgumentOutOfRangeException(nameof(state)),
        };
        var (fd, peerPort) = ConnectToPeer(v6, manners);
        if (peerCloses)
        {
            Peer.Say(peerPort, [], fin: true);
            AwaitState(fd, 8, () => Peer.Repeat(peerPort)); // CLOSE-WAIT
        }
        if (weClose)
            Check(shutdown(fd, SHUT_WR), "shut down");
        AwaitState(fd, state);
        return fd;
    }

    /// <summary>The same with nobody left who holds it: with its data read, since what is unread at close makes a reset (RFC 1122 4.2.2.13).</summary>
    public void HoldOrphan(int state)
    {
        int fd = HoldIn(state, v6: false);
        ushort port = Port(fd);
        if (state == 9)
            Check(read(fd, new byte[1], 1), "read the end of the stream");
        Orphan(fd);
        AwaitRow(v6: false, state, port);
    }

    /// <summary>A connection that waits for the handshake's last segment; or for data, where the listener wants those before it accepts.</summary>
    public void HoldHalfOpen(bool v6, bool deferred)
    {
        // Per namespace; the default gives up after a minute.
        File.WriteAllText("/proc/sys/net/ipv4/tcp_synack_retries", "8");
        string address = v6 ? TunPeer.Our6 : TunPeer.Our4;
        _ = Peer; // the address is its device's
        ushort port = Port(Listen(address, prepare: deferred ? fd => Set(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 300) : null));
        ushort peerPort = Peer.Connect(address, port, finish: deferred);
        AwaitRow(v6, 3, port, () => Peer.Repeat(peerPort));
    }

    public void LeaveTimeWait(string ip)
    {
        var (client, server) = Pair(ip, ip);
        ushort port = Port(client);
        Check(shutdown(client, SHUT_WR), "shut down");
        Orphan(server);
        Orphan(client);
        AwaitRow(ip.Contains(':'), 6, port);
    }
}
