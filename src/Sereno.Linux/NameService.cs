using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What the machine calls things: services, hosts, interfaces (nsswitch.conf(5) decides, as for every other program).</summary>
public static unsafe partial class NameService
{
    private static readonly Lock s_servent = new(); // getservbyport(3) returns static storage

    /// <summary>The service of a port, or null. <paramref name="protocol"/>: "tcp", "udp".</summary>
    public static string? ServiceOf(ushort port, string protocol)
    {
        Span<byte> name = stackalloc byte[16];
        name[Encoding.UTF8.GetBytes(protocol, name[..15])] = 0;
        lock (s_servent)
            fixed (byte* p = name)
            {
                var found = libc.getservbyport(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(port), p);
                return found == null ? null : Text(found->s_name);
            }
    }

    /// <summary>The host of an address of 4 or 16 bytes in network order; the address itself, as text, when it has no name.</summary>
    public static string? HostOf(ReadOnlySpan<byte> address)
    {
        byte* host = stackalloc byte[libc.NI_MAXHOST];
        libc.sockaddr_in6 sockaddr = default;
        uint length;
        if (address.Length == 4)
        {
            var v4 = (libc.sockaddr_in*)&sockaddr;
            v4->sin_family = libc.AF_INET;
            address.CopyTo(new Span<byte>(&v4->sin_addr, 4));
            length = (uint)sizeof(libc.sockaddr_in);
        }
        else
        {
            sockaddr.sin6_family = libc.AF_INET6;
            address.CopyTo(new Span<byte>(&sockaddr.sin6_addr, 16));
            length = (uint)sizeof(libc.sockaddr_in6);
        }
        return libc.getnameinfo(&sockaddr, length, host, libc.NI_MAXHOST, null, 0, 0) == 0 ? Text(host) : null;
    }

    /// <summary>The name of a network interface of this network namespace, or null when there is none of that index.</summary>
    public static string? InterfaceOf(uint index)
    {
        byte* name = stackalloc byte[libc.IF_NAMESIZE];
        return libc.if_indextoname(index, name) == null ? null : Text(name);
    }

    private static string Text(byte* zeroTerminated) =>
        Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(zeroTerminated));
}
