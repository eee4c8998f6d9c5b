using System.Buffers.Binary;
using System.Text;

namespace Sereno.Sockets.Wire;

/// <summary>The rtnetlink(7) messages that tell a network namespace's interfaces, addresses and routes.</summary>
public static class RouteNetlink
{
    public const ushort NewLink = 16, GetLink = 18, NewAddress = 20, GetAddress = 22, NewRoute = 24, GetRoute = 26;

    /// <summary>nlmsghdr and the longest of the headers that follow it (ifinfomsg).</summary>
    public const int RequestLength = NetlinkMessage.HeaderLength + 16;

    private const int LinkHeader = 16, AddressHeader = 8, RouteHeader = 12;
    private const ushort LinkName = 3, AddressAddress = 1, AddressLocal = 2, RouteDestination = 1, RouteInterface = 4;
    private const ushort FlagsRequestDump = 0x301;
    private const uint RouteCloned = 0x200; // RTM_F_CLONED: a cached copy

    /// <summary>IFF_UP and IFF_LOOPBACK (netdevice(7)).</summary>
    public const uint FlagUp = 1, FlagLoopback = 8;

    /// <summary>RTN_UNICAST.</summary>
    public const byte Unicast = 1;

    /// <summary>Asks for all there are, of both families.</summary>
    public static void WriteDumpRequest(Span<byte> request, ushort type, uint sequence)
    {
        request[..RequestLength].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(request, RequestLength);
        BinaryPrimitives.WriteUInt16LittleEndian(request[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], FlagsRequestDump);
        BinaryPrimitives.WriteUInt32LittleEndian(request[8..], sequence);
    }

    public static bool TryReadLink(ReadOnlySpan<byte> payload, out uint index, out uint flags, out string name)
    {
        (index, flags, name) = (0, 0, "");
        if (payload.Length < LinkHeader)
            return false;
        index = BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]);
        flags = BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]);
        var attributes = new AttributeReader(payload[LinkHeader..]);
        while (attributes.Next(out ushort type, out var value))
            if (type == LinkName)
                name = Encoding.UTF8.GetString(value.TrimEnd((byte)0));
        return true;
    }

    /// <summary>The address of our end: on a point-to-point link IFA_ADDRESS is the other's.</summary>
    public static bool TryReadAddress(ReadOnlySpan<byte> payload, out uint index, out AddressPrefix address)
    {
        (index, address) = (0, default);
        if (payload.Length < AddressHeader || LengthOf(payload[0]) is not (> 0 and var length))
            return false;
        index = BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]);
        var attributes = new AttributeReader(payload[AddressHeader..]);
        bool found = false, local = false;
        while (attributes.Next(out ushort type, out var value))
            if (value.Length == length && (type == AddressLocal || type == AddressAddress && !local))
            {
                address = new(InetAddress.FromBytes(value), payload[1]);
                (found, local) = (true, local || type == AddressLocal);
            }
        return found;
    }

    /// <summary>A unicast route that isn't a cached copy; false for any other.</summary>
    public static bool TryReadRoute(ReadOnlySpan<byte> payload, out uint index, out AddressPrefix destination)
    {
        (index, destination) = (0, default);
        if (payload.Length < RouteHeader || LengthOf(payload[0]) is not (> 0 and var length) || payload[7] != Unicast
            || (BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]) & RouteCloned) != 0)
            return false;
        destination = new(new(length == 4, 0, 0), payload[1]);
        var attributes = new AttributeReader(payload[RouteHeader..]);
        while (attributes.Next(out ushort type, out var value))
            if (type == RouteDestination && value.Length == length)
                destination = destination with { Address = InetAddress.FromBytes(value) };
            else if (type == RouteInterface && value.Length == 4)
                index = BinaryPrimitives.ReadUInt32LittleEndian(value);
        return true;
    }

    private static int LengthOf(byte family) => family switch { InetDiag.AfInet => 4, InetDiag.AfInet6 => 16, _ => 0 };
}
