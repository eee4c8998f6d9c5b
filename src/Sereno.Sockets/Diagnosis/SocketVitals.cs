using System.Buffers.Binary;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diagnosis;

/// <summary>What the kernel counts of one socket.</summary>
/// <param name="IdleMilliseconds">Since the last data or acknowledgment in either direction; null where it isn't counted.</param>
/// <param name="Drops">Segments or datagrams dropped at it since it was made (sk_drops).</param>
public readonly record struct Vitals(uint? IdleMilliseconds, uint Drops);

/// <summary>Idle times and drops of sockets by their cookies (INET_DIAG_INFO and INET_DIAG_SKMEMINFO, sock_diag(7)).</summary>
public sealed class SocketVitals
{
    private const ushort Info = 2, MemoryInfo = 7;
    private const int DropsAt = 8 * sizeof(uint); // SK_MEMINFO_DROPS
    private const int LastDataSent = 44, LastAckReceived = 56; // struct tcp_info: four consecutive ages in ms
    private const int ExtensionsAt = NetlinkMessage.HeaderLength + 2, CookieAt = 44;
    private const int BufferSize = 32 * 1024;

    private readonly Dictionary<ulong, Vitals> _byCookie = [];

    /// <summary>What is known of a socket; nothing is of one that came later.</summary>
    public Vitals Of(in SocketRecord socket) => _byCookie.GetValueOrDefault(socket.Cookie);

    /// <summary>Nothing is known.</summary>
    public static SocketVitals Unknown { get; } = new();

    /// <summary>For tables of given records.</summary>
    public static SocketVitals From(IEnumerable<(ulong Cookie, Vitals Vitals)> known)
    {
        var vitals = new SocketVitals();
        foreach (var (cookie, value) in known)
            vitals._byCookie[cookie] = value;
        return vitals;
    }

    /// <summary>What either knows.</summary>
    public SocketVitals And(SocketVitals other) =>
        From(_byCookie.Concat(other._byCookie).Select(v => (v.Key, v.Value)));

    /// <summary>Asks for the sockets of one protocol in these states.</summary>
    public static SocketVitals Read(SocketProtocol protocol, TcpStates states)
    {
        var vitals = new SocketVitals();
        byte[] buffer = new byte[BufferSize];
        foreach (byte family in (ReadOnlySpan<byte>)[InetDiag.AfInet, InetDiag.AfInet6])
            try
            {
                vitals.Dump(buffer, family, protocol, states);
            }
            catch (LinuxException e) when (e.Number == libc.ENOENT) { } // no such sockets here
        return vitals;
    }

    private void Dump(byte[] buffer, byte family, SocketProtocol protocol, TcpStates states)
    {
        Span<byte> request = stackalloc byte[InetDiag.RequestLength];
        InetDiag.WriteDumpRequest(request, family, protocol, states, sequence: 1);
        request[ExtensionsAt] = 1 << (Info - 1) | 1 << (MemoryInfo - 1);
        using var netlink = new NetlinkSocket(libc.NETLINK_SOCK_DIAG);
        netlink.Send(request);
        while (true)
        {
            int length = netlink.Receive(buffer, out _);
            var reader = new NetlinkReader(buffer.AsSpan(0, length));
            while (reader.Next(out var message))
                if (message.Type == InetDiag.SockDiagByFamily)
                    Add(message.Payload);
                else if (message.Type is NetlinkMessage.Done or NetlinkMessage.Error)
                    return;
            if (reader.Malformed)
                return;
        }
    }

    private void Add(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < InetDiag.MessageLength)
            return;
        uint? idle = null;
        uint drops = 0;
        var attributes = new AttributeReader(payload[InetDiag.MessageLength..]);
        while (attributes.Next(out ushort type, out var value))
            if (type == Info && value.Length >= LastAckReceived + 4)
                for (int at = LastDataSent; at <= LastAckReceived; at += 4)
                    idle = Math.Min(idle ?? uint.MaxValue, at == LastDataSent + 4 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(value[at..])); // last_ack_sent isn't kept
            else if (type == MemoryInfo && value.Length >= DropsAt + 4)
                drops = BinaryPrimitives.ReadUInt32LittleEndian(value[DropsAt..]);
        _byCookie[BinaryPrimitives.ReadUInt64LittleEndian(payload[CookieAt..])] = new(idle, drops);
    }
}
