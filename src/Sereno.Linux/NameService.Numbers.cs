using System.Buffers.Binary;
using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

public static unsafe partial class NameService
{
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
            return libc.if_nametoindex(p);
    }

    private static byte[] Zero(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
