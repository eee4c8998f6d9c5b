using System.Buffers.Binary;
using System.Text;

namespace Sereno.Sockets.Wire;

/// <summary>The rtnetlink(7) messages that tell a network namespace's interfaces, addresses and routes.</summary>
public static class RouteNetlink
{
    public const ushort NewLink = 16, GetLink = 18, NewAddress = 20, GetAddress = 22, NewRoute = 24, DeleteRoute = 25, GetRoute = 26;

    private const int LinkHeader = 16, AddressHeader = 8, RouteHeader = 12;
    private const ushort LinkName = 3, AddressAddress = 1, AddressLocal = 2, RouteDestination = 1, RouteInterface = 4, RouteGateway = 5, RouteVia = 18, RouteNextHop = 30;
    private const byte TableLocal = 255;
    private const ushort FlagsRequestDump = 0x301;
    private const uint RouteCloned = 0x200; // RTM_F_CLONED: a cached copy

    /// <summary>IFF_UP and IFF_LOOPBACK (netdevice(7)).</summary>
    public const uint FlagUp = 1, FlagLoopback = 8;

    /// <summary>RTPROT_KERNEL and RTPROT_RA: routes that come with an interface's address, and with a router's advertisement.</summary>
    public const byte FromKernel = 2, FromAdvertisement = 9;

    /// <summary>RTN_UNICAST.</summary>
    public const byte Unicast = 1;

    /// <summary>Asks for all there are, of both families. A kernel that looks closely (NETLINK_GET_STRICT_CHK) wants no byte more than that.</summary>
    public static byte[] DumpRequest(ushort type, uint sequence)
    {
        int length = NetlinkMessage.HeaderLength + type switch { GetLink => LinkHeader, GetAddress => AddressHeader, _ => RouteHeader };
        byte[] request = new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(request, length);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(6), FlagsRequestDump);
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(8), sequence);
        return request;
    }

    /// <summary>Asks for the routes that one protocol has made; a kernel that doesn't look closely tells all.</summary>
    public static byte[] RouteRequest(byte family, byte protocol, uint sequence)
    {
        byte[] request = DumpRequest(GetRoute, sequence);
        request[NetlinkMessage.HeaderLength] = family;
        request[NetlinkMessage.HeaderLength + 5] = protocol;
        return request;
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

    /// <param name="address">Of our end.</param>
    /// <param name="link">Whose network is on the link: IFA_ADDRESS, which on a point-to-point link is the other end.</param>
    public static bool TryReadAddress(ReadOnlySpan<byte> payload, out uint index, out AddressPrefix address, out InetAddress link)
    {
        (index, address, link) = (0, default, default);
        if (payload.Length < AddressHeader || LengthOf(payload[0]) is not (> 0 and var length))
            return false;
        index = BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]);
        var attributes = new AttributeReader(payload[AddressHeader..]);
        InetAddress? local = null, far = null;
        while (attributes.Next(out ushort type, out var value))
            if (value.Length == length && type == AddressLocal)
                local = InetAddress.FromBytes(value);
            else if (value.Length == length && type == AddressAddress)
                far = InetAddress.FromBytes(value);
        if ((local ?? far) is not { } own)
            return false;
        (address, link) = (new(own, payload[1]), far ?? own);
        return true;
    }

    /// <summary>A unicast route that isn't a cached copy; false for any other.</summary>
    /// <param name="isOnLink">It leads to a network that is on the link itself, as the kernel knows by an address of ours or a router's word (RFC 4861 6.3.4).
    /// Who writes a route by hand may mean by it the whole world behind a tunnel.</param>
    public static bool TryReadRoute(ReadOnlySpan<byte> payload, out uint index, out AddressPrefix destination, out bool isOnLink)
    {
        (index, destination, isOnLink) = (0, default, false);
        if (payload.Length < RouteHeader || LengthOf(payload[0]) is not (> 0 and var length) || payload[7] != Unicast
            || (BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]) & RouteCloned) != 0)
            return false;
        destination = new(new(length == 4, 0, 0), payload[1]);
        bool isRouted = false;
        var attributes = new AttributeReader(payload[RouteHeader..]);
        while (attributes.Next(out ushort type, out var value))
            if (type == RouteDestination && value.Length == length)
                destination = destination with { Address = InetAddress.FromBytes(value) };
            else if (type == RouteInterface && value.Length == 4)
                index = BinaryPrimitives.ReadUInt32LittleEndian(value);
            else if (type is RouteGateway or RouteVia or RouteNextHop)
                isRouted = true;
        isOnLink = !isRouted && index != 0 && destination.Length > 0 && payload[5] is FromKernel or FromAdvertisement && payload[4] != TableLocal;
        return true;
    }

    private static int LengthOf(byte family) => family switch { InetDiag.AfInet => 4, InetDiag.AfInet6 => 16, _ => 0 };
}
