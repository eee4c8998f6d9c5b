using System.Diagnostics;
using System.Net;
using System.Text;
using Xunit;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>How the host at the other end of the wire behaves on one of its ports.</summary>
internal enum PeerManners
{
    /// <summary>Answers nothing, as if the packets were lost.</summary>
    Silent,
    /// <summary>Does what RFC 9293 asks, but never closes by itself.</summary>
    Polite,
    /// <summary>Acknowledges data but no FIN.</summary>
    IgnoresFin,
    /// <summary>Answers a FIN by its own, which doesn't acknowledge ours: a simultaneous close.</summary>
    ClosesAtOnce,
    /// <summary>Completes the handshake and acknowledges nothing more.</summary>
    AcknowledgesNothing,
    /// <summary>Never has room for data.</summary>
    NoWindow,
}

/// <summary>
/// The other end of a TUN device: a host at 10.77.0.2 and fd77::2 that sends exactly the segments that hold the kernel's
/// sockets in states which two honest kernels only pass through.
/// </summary>
internal sealed class TunPeer : IDisposable
{
    public const string Device = "lab0", Address4 = "10.77.0.2", Address6 = "fd77::2", Our4 = "10.77.0.1", Our6 = "fd77::1";
    private const int O_RDWR = 2, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000, IFF_TUN = 1, IFF_NO_PI = 0x1000;
    private const uint TUNSETIFF = 0x400454CA, InitialSequence = 1000;

    private sealed class Connection(TcpSegment last, PeerManners manners)
    {
        /// <summary>The kernel's last segment: addresses and ports for the way back.</summary>
        public TcpSegment Last = last;
        public readonly PeerManners Manners = manners;
        public uint Next = InitialSequence;
        /// <summary>What we have acknowledged, which is all that we look for.</summary>
        public uint Acknowledged;
        /// <summary>The last packet that we sent of our own accord.</summary>
        public byte[] Said = [];
    }

    private readonly Lock _lock = new();
    private readonly Dictionary<ushort, PeerManners> _manners = [];
    private readonly Dictionary<(IPAddress Peer, ushort PeerPort, ushort OurPort), Connection> _connections = [];
    private readonly int _tun, _wake;
    private readonly Thread _thread;
    private ushort _nextPort = 7000;

    /// <summary>Makes the device in the calling thread's network namespace.</summary>
    public TunPeer()
    {
        _tun = Libc.open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
        Assert.SkipUnless(_tun >= 0, "a peer that misbehaves needs /dev/net/tun");
        byte[] ifreq = new byte[40];
        Encoding.ASCII.GetBytes(Device, ifreq);
        BitConverter.TryWriteBytes(ifreq.AsSpan(16), (short)(IFF_TUN | IFF_NO_PI));
        Libc.Check(Libc.ioctl(_tun, TUNSETIFF, ifreq), "make a TUN device");
        Configure();
        _wake = Libc.Check(Libc.eventfd(0, Libc.SOCK_CLOEXEC), "make an eventfd");
        _thread = new Thread(Answer) { IsBackground = true };
        _thread.Start();
    }

    /// <returns>A port of the peer's where it behaves so.</returns>
    public ushort Port(PeerManners manners)
    {
        lock (_lock)
        {
            _manners[++_nextPort] = manners;
            return _nextPort;
        }
    }

    /// <summary>Connects to a port that the kernel listens on, and lets the kernel wait for the handshake's end.</summary>
    /// <param name="finish">Acknowledge the kernel's SYN: for it the connection is there.</param>
    /// <returns>The port of the peer's.</returns>
    public ushort Connect(string address, ushort ourPort, bool finish)
    {
        ushort port = Port(finish ? PeerManners.Polite : PeerManners.Silent);
        bool v6 = address.Contains(':');
        var kernel = new TcpSegment(IPAddress.Parse(address), ourPort, IPAddress.Parse(v6 ? Address6 : Address4), port, 0, 0, 0, 0, []);
        lock (_lock)
        {
            var connection = new Connection(kernel, _manners[port]);
            _connections[Key(kernel)] = connection;
            connection.Said = Send(connection, TcpFlags.Syn);
            connection.Next++;
        }
        return port;
    }

    /// <summary>Sends data, and a FIN where the peer has nothing more to say, on the one connection to its port.</summary>
    public void Say(ushort peerPort, byte[] data, bool fin)
    {
        lock (_lock)
        {
            var connection = Find(peerPort);
            connection.Said = Send(connection, TcpFlags.Ack | TcpFlags.Push | (fin ? TcpFlags.Fin : 0), data);
            connection.Next += (uint)data.Length + (fin ? 1u : 0);
        }
    }

    /// <summary>Repeats what it said last, as any host does: the kernel's backlog may have been full.</summary>
    public void Repeat(ushort peerPort)
    {
        lock (_lock)
            Write(Find(peerPort).Said);
    }

    public void Dispose()
    {
        Libc.Check(Libc.write(_wake, BitConverter.GetBytes(1L), 8), "wake the peer");
        _thread.Join();
        _ = Libc.close(_wake);
        _ = Libc.close(_tun);
    }

    // The kernel's own route to its IPv6 address comes from a work queue of the whole machine, on a busy one after many seconds: without
    // it, what the peer sends to that address is dropped.
    private static void Configure()
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", "-batch -") { RedirectStandardInput = true, RedirectStandardError = true })!;
        ip.StandardInput.Write($"""
            addr add {Our4}/24 dev {Device}
            addr add {Our6}/64 dev {Device} nodad
            link set {Device} up
            route replace local {Our6} dev {Device} table local

            """);
        ip.StandardInput.Close();
        string errors = ip.StandardError.ReadToEnd();
        ip.WaitForExit();
        Assert.True(ip.ExitCode == 0, errors);
    }

    private void Answer()
    {
        byte[] packet = new byte[65536];
        Libc.PollFd[] waits = [new() { Fd = _tun, Events = Libc.POLLIN }, new() { Fd = _wake, Events = Libc.POLLIN }];
        while (Libc.poll(waits, 2, -1) < 0 || waits[1].Returned == 0)
        {
            nint length = Libc.read(_tun, packet, packet.Length);
            if (length > 0 && TcpSegment.Read(packet.AsSpan(0, (int)length)) is { } segment)
                lock (_lock)
                    Answer(segment);
        }
    }

    private void Answer(TcpSegment segment)
    {
        if (segment.Flags.HasFlag(TcpFlags.Reset))
            _connections.Remove(Key(segment));
        else if (segment.Flags.HasFlag(TcpFlags.Syn))
            AnswerSyn(segment);
        else if (_connections.TryGetValue(Key(segment), out var connection))
            AnswerData(connection, segment);
    }

    private void AnswerSyn(TcpSegment segment)
    {
        bool ours = _connections.TryGetValue(Key(segment), out var connection);
        if (!ours && _manners.TryGetValue(segment.DestinationPort, out var manners))
            _connections[Key(segment)] = connection = new(segment, manners);
        if (connection is null || connection.Manners == PeerManners.Silent)
            return;
        connection.Acknowledged = segment.Sequence + 1;
        if (segment.Flags.HasFlag(TcpFlags.Ack))
            Send(connection, TcpFlags.Ack);
        else
        {
            connection.Next = InitialSequence;
            Send(connection, TcpFlags.Syn | TcpFlags.Ack);
            connection.Next++;
        }
    }

    private void AnswerData(Connection connection, TcpSegment segment)
    {
        connection.Last = segment;
        bool known = segment.Sequence == connection.Acknowledged - 1 || (segment.Length > 0 && (int)(segment.Sequence - connection.Acknowledged) < 0); // a probe, a repetition
        bool expected = segment.Sequence == connection.Acknowledged && segment.Length > 0;
        if (connection.Manners == PeerManners.AcknowledgesNothing || !(known || expected))
            return;
        if (expected && connection.Manners != PeerManners.NoWindow)
            connection.Acknowledged += (uint)segment.Payload.Length;
        bool fin = expected && segment.Flags.HasFlag(TcpFlags.Fin);
        if (fin && connection.Manners is not (PeerManners.IgnoresFin or PeerManners.ClosesAtOnce))
            connection.Acknowledged++;
        Send(connection, TcpFlags.Ack | (fin && connection.Manners == PeerManners.ClosesAtOnce ? TcpFlags.Fin : 0));
    }

    private byte[] Send(Connection connection, TcpFlags flags, byte[]? data = null)
    {
        var kernel = connection.Last;
        return Write(new TcpSegment(kernel.Destination, kernel.DestinationPort, kernel.Source, kernel.SourcePort, connection.Next,
            flags == TcpFlags.Syn ? 0 : connection.Acknowledged, flags, (ushort)(connection.Manners == PeerManners.NoWindow ? 0 : 65535), data ?? []).Write());
    }

    private byte[] Write(byte[] packet)
    {
        Libc.Check(Libc.write(_tun, packet, packet.Length), "send a segment");
        return packet;
    }

    private Connection Find(ushort peerPort) => _connections.Single(c => c.Key.PeerPort == peerPort).Value;

    private static (IPAddress Peer, ushort PeerPort, ushort OurPort) Key(TcpSegment kernels) =>
        (kernels.Destination, kernels.DestinationPort, kernels.SourcePort);
}
