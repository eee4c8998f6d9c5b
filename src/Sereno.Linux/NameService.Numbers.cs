using System.Buffers.Binary;
using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

public static unsafe partial class NameService
{
    // linux/if.h: ALTIFNAMSIZ.
    private const int MaxAlternativeName = 128;

    private static readonly Lock s_hostent = new(); // gethostbyname2(3) returns static storage

    /// <summary>The port of a service, or null. <paramref name="protocol"/>: "tcp", "udp".</summary>
    public static ushort? PortOf(string service, string protocol)
    {
        lock (s_servent)
            fixed (byte* name = Zero(service), of = Zero(protocol))
            {
                var found = libc.getservbyname(name, of);
                return found == null ? null : BinaryPrimitives.ReverseEndianness((ushort)found->s_port);
            }
    }

    /// <summary>The addresses of a host in the resolver's order, each 4 or 16 bytes in network order; none when it isn't known.</summary>
    /// <param name="family">AF_INET or AF_INET6.</param>
    public static List<byte[]> AddressesOf(string host, int family)
    {
        var addresses = new List<byte[]>();
        lock (s_hostent)
            fixed (byte* name = Zero(host))
            {
                var found = libc.gethostbyname2(name, family);
                for (int i = 0; found != null && found->h_addr_list[i] != null; i++)
                    addresses.Add(new ReadOnlySpan<byte>(found->h_addr_list[i], found->h_length).ToArray());
            }
        return addresses;
    }

    /// <summary>The index of a network interface of this network namespace by its name or an alternative one; 0 when there is none.</summary>
    public static uint IndexOf(string name)
    {
        fixed (byte* p = Zero(name))
            return libc.if_nametoindex(p) is > 0 and var index ? index : IndexOfAlternative(name);
    }

    // Alternative names (ip-link(8), "altname") may be longer than ioctl(2) takes: rtnetlink(7) has to be asked.
    private static uint IndexOfAlternative(string name)
    {
        const ushort RTM_NEWLINK = 16, RTM_GETLINK = 18, NLM_F_REQUEST = 1, IFLA_ALT_IFNAME = 53;
        const int AttributeAt = 32, IndexAt = 20; // nlmsghdr 16, ifinfomsg 16: the index is its third field
        byte[] text = Zero(name);
        if (text.Length < libc.IF_NAMESIZE || text.Length > MaxAlternativeName)
            return 0;
        byte[] request = new byte[AttributeAt + 4 + ((text.Length + 3) & ~3)], answer = new byte[16 * 1024];
        BinaryPrimitives.WriteInt32LittleEndian(request, request.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(4), RTM_GETLINK);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(6), NLM_F_REQUEST);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(AttributeAt), (ushort)(4 + text.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(AttributeAt + 2), IFLA_ALT_IFNAME);
        text.CopyTo(request, AttributeAt + 4);
        using var netlink = new NetlinkSocket(libc.NETLINK_ROUTE);
        netlink.Send(request);
        int length = netlink.Receive(answer, out _);
        return length >= AttributeAt && BinaryPrimitives.ReadUInt16LittleEndian(answer.AsSpan(4)) == RTM_NEWLINK
            ? BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(IndexAt)) : 0;
    }

    private static byte[] Zero(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
