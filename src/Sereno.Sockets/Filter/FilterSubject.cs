using System.Buffers.Binary;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Filter;

/// <summary>A socket of any family as ss's filter sees it.</summary>
internal readonly ref struct FilterSubject
{
    /// <summary>sun_path and a zero (unix(7)), with room to spare.</summary>
    public const int MaxNameLength = 128;

    public SocketFamily Family { get; private init; }

    /// <summary>Port; inode of a Unix socket, interface of a packet socket, pid of a netlink socket.</summary>
    public int LocalPort { get; private init; }
    public int RemotePort { get; private init; }
    public uint Interface { get; private init; }
    public uint Mark { get; private init; }
    public ulong CgroupId { get; private init; }

    /// <summary>As <see cref="FilterPrefix.Bits"/>.</summary>
    public UInt128 Local { get; private init; }
    public UInt128 Remote { get; private init; }
    public ReadOnlySpan<byte> LocalName { get; private init; }
    public ReadOnlySpan<byte> RemoteName { get; private init; }
    public (int First, int Last) EphemeralPorts { get; init; }

    public bool HasName(FilterSide side) => !(side == FilterSide.Source ? LocalName : RemoteName).IsEmpty;

    public static FilterSubject Of(in SocketRecord record, (int, int) ephemeralPorts) => new()
    {
        Family = record.IsIPv4 ? SocketFamily.Inet : SocketFamily.Inet6,
        LocalPort = record.LocalPort,
        RemotePort = record.RemotePort,
        Interface = record.Interface,
        Mark = record.Mark,
        CgroupId = record.CgroupId,
        Local = Bits(record.Local),
        Remote = Bits(record.Remote),
        EphemeralPorts = ephemeralPorts,
    };

    /// <param name="localName">Where the socket's name is put together; at least <see cref="MaxNameLength"/> bytes.</param>
    /// <param name="numbered">ss takes inodes for ports where the kernel told it of the socket, not where /proc/net/unix did.</param>
    public static FilterSubject Of(in UnixRecord record, Span<byte> localName, ReadOnlySpan<byte> peerName, bool numbered) => new()
    {
        Family = SocketFamily.Unix,
        LocalPort = numbered ? (int)record.Inode : 0,
        RemotePort = numbered ? (int)record.PeerInode : 0,
        LocalName = Shown(record.Name.Span, localName),
        RemoteName = peerName,
    };

    public static FilterSubject Of(in PacketRecord record) => new()
    {
        Family = SocketFamily.Packet,
        LocalPort = (int)record.Interface,
        Interface = record.Interface,
        Local = Number(record.EtherType),
    };

    public static FilterSubject Of(in NetlinkRecord record) => new()
    {
        Family = SocketFamily.Netlink,
        LocalPort = record.PortId,
        RemotePort = -1,
        Local = Number(record.Protocol),
    };

    /// <summary>A number where ss keeps addresses, as its bytes lie in memory: "src 3.0.0.0" finds packet sockets of EtherType 3.</summary>
    internal static UInt128 Number(uint number) => (UInt128)BinaryPrimitives.ReverseEndianness(number) << 96;

    internal static UInt128 Bits(InetAddress address) => address.IsIPv4 ? (UInt128)address.Low << 96 : new UInt128(address.High, address.Low);

    // A path ends at its zero; the zeros of an abstract name are shown as '@'.
    private static ReadOnlySpan<byte> Shown(ReadOnlySpan<byte> name, Span<byte> shown)
    {
        name = name[..Math.Min(name.Length, shown.Length)];
        if (name is not [0, ..])
            return name.IndexOf((byte)0) is >= 0 and var end ? name[..end] : name;
        name.Replace(shown, (byte)0, (byte)'@');
        return shown[..name.Length];
    }
}
