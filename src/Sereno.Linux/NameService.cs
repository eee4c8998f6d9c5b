using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What the machine calls things: services, hosts, interfaces (nsswitch.conf(5) decides, as for every other program).</summary>
public static unsafe partial class NameService
{
    private static readonly Lock s_servent = new(); // getservbyport(3) and its like return static storage

    /// <summary>The service of a port, or null. <paramref name="protocol"/>: "tcp", "udp"; null for any.</summary>
    public static string? ServiceOf(ushort port, string? protocol)
    {
        Span<byte> name = stackalloc byte[16];
        name[Encoding.UTF8.GetBytes(protocol ?? "", name[..15])] = 0;
        lock (s_servent)
            fixed (byte* p = name)
            {
                var found = libc.getservbyport(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(port), protocol is null ? null : p);
                return found == null ? null : Text(found->s_name);
            }
    }

    /// <summary>The name of an IP protocol (protocols(5)), or null.</summary>
    public static string? ProtocolOf(int number)
    {
        lock (s_servent)
        {
            var found = libc.getprotobynumber(number);
            return found == null ? null : Text(found->p_name);
        }
    }

    /// <summary>Every service that getservent(3) lists, in its order: a port may come more than once.</summary>
    public static List<(string Name, ushort Port, string Protocol)> Services()
    {
        var services = new List<(string, ushort, string)>();
        lock (s_servent)
        {
            libc.setservent(1);
            for (libc.servent* s; (s = libc.getservent()) != null;)
                services.Add((Text(s->s_name), System.Buffers.Binary.BinaryPrimitives.ReverseEndianness((ushort)s->s_port), Text(s->s_proto)));
            libc.endservent();
        }
        return services;
    }

    /// <summary>Every IP protocol that getprotoent(3) lists, in its order.</summary>
    public static List<(string Name, int Number)> Protocols()
    {
        var protocols = new List<(string, int)>();
        lock (s_servent)
        {
            libc.setprotoent(1);
            for (libc.protoent* p; (p = libc.getprotoent()) != null;)
                protocols.Add((Text(p->p_name), p->p_proto));
            libc.endprotoent();
        }
        return protocols;
    }

    /// <summary>The network of an IPv4 address in host order (/etc/networks), or null.</summary>
    public static string? NetworkOf(uint address)
    {
        lock (s_servent)
        {
            var found = libc.getnetbyaddr(address, libc.AF_INET);
            return found == null ? null : Text(found->n_name);
        }
    }

    /// <summary>The login name of a user, or null.</summary>
    public static string? UserOf(uint uid)
    {
        lock (s_servent)
        {
            var found = libc.getpwuid(uid);
            return found == null ? null : Text(found->pw_name);
        }
    }

    /// <summary>The host of an address of 4 or 16 bytes in network order; the address itself, as text, when it has no name.</summary>
    public static string? HostOf(ReadOnlySpan<byte> address) => HostOf(address, 0);

    /// <summary>The host of an address of 4 or 16 bytes in network order, or null when it has no name.</summary>
    public static string? HostNameOf(ReadOnlySpan<byte> address) => HostOf(address, libc.NI_NAMEREQD);

    private static string? HostOf(ReadOnlySpan<byte> address, int flags)
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
        return libc.getnameinfo(&sockaddr, length, host, libc.NI_MAXHOST, null, 0, flags) == 0 ? Text(host) : null;
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
