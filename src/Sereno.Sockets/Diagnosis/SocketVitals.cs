using System.Buffers.Binary;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diagnosis;

/// <summary>What the kernel counts of one socket.</summary>
/// <param name="IdleMilliseconds">Since the last data or acknowledgment in either direction; null where it isn't counted.</param>
/// <param name="Drops">Segments or datagrams dropped at it since it was made (sk_drops).</param>
/// <param name="DataIdleMilliseconds">Since the last data in either direction, acknowledgments apart.</param>
public readonly record struct Vitals(uint? IdleMilliseconds, uint Drops, uint? DataIdleMilliseconds = null);

/// <summary>Idle times and drops of sockets by their cookies.</summary>
public sealed class SocketVitals
{
    /// <summary>What a table has to be captured with.</summary>
    public const SocketDetails Details = SocketDetails.Memory | SocketDetails.Information;

    private const int DropsAt = 8 * sizeof(uint); // SK_MEMINFO_DROPS
    private const int LastDataSent = 44, LastDataReceived = 52, LastAckReceived = 56; // struct tcp_info; its last_ack_sent isn't kept

    private readonly Dictionary<ulong, Vitals> _byCookie = [];

    /// <summary>Nothing is known.</summary>
    public static SocketVitals Unknown { get; } = new();

    /// <summary>Of every socket of a table that was captured with <see cref="Details"/>.</summary>
    public static SocketVitals Of(SocketTable table)
    {
        var vitals = new SocketVitals();
        foreach (ref readonly var socket in table.Records)
            if (socket.Details != 0)
                vitals._byCookie[socket.Cookie] = Read(table.Details[socket.Details], HasTimes(socket.State));
        return vitals;
    }

    /// <summary>For tables of given records.</summary>
    public static SocketVitals From(IEnumerable<(ulong Cookie, Vitals Vitals)> known)
    {
        var vitals = new SocketVitals();
        foreach (var (cookie, value) in known)
            vitals._byCookie[cookie] = value;
        return vitals;
    }

    /// <summary>What is known of a socket.</summary>
    public Vitals Of(in SocketRecord socket) => _byCookie.GetValueOrDefault(socket.Cookie);

    private static Vitals Read(ReadOnlySpan<byte> attributes, bool hasTimes)
    {
        var information = AttributeReader.Find(attributes, InetDiag.AttributeInformation);
        var memory = AttributeReader.Find(attributes, InetDiag.AttributeSocketMemory);
        uint drops = memory.Length < DropsAt + sizeof(uint) ? 0 : At(memory, DropsAt);
        if (!hasTimes || information.Length < LastAckReceived + sizeof(uint))
            return new(null, drops);
        uint data = Math.Min(At(information, LastDataSent), At(information, LastDataReceived));
        return new(Math.Min(data, At(information, LastAckReceived)), drops, data);
    }

    // Before the handshake is over the kernel's times are unset: they count from its start.
    private static bool HasTimes(TcpState state) => state is not (TcpState.SynSent or TcpState.SynReceived or TcpState.Listen or TcpState.Close or TcpState.BoundInactive);

    private static uint At(ReadOnlySpan<byte> value, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(value[offset..]);
}
