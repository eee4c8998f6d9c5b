using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What the interface ioctls of netdevice(7) say about one network interface or alias.</summary>
public sealed unsafe record InterfaceConfiguration
{
    public required string Name { get; init; }

    /// <summary>As the kernel numbers it; 0 when unknown.</summary>
    public int Index { get; init; }

    /// <summary>IFF_*: the sixteen of them that struct ifreq has room for.</summary>
    public short Flags { get; init; }

    /// <summary>ARPHRD_* (linux/if_arp.h).</summary>
    public ushort HardwareType { get; init; }

    /// <summary>The first 14 bytes of the link's address; zeros when it has none.</summary>
    public byte[] HardwareAddress { get; init; } = new byte[14];

    public int Mtu { get; init; }

    /// <summary>Packets; -1 when unknown.</summary>
    public int QueueLength { get; init; } = -1;

    public (ulong MemoryStart, ulong MemoryEnd, ushort Base, byte Interrupt, byte Dma, byte Port) Map { get; init; }

    /// <summary>IPv4, 4 bytes in network order; empty when it has none.</summary>
    public byte[] Address { get; init; } = [];
    public byte[] Destination { get; init; } = [];
    public byte[] Broadcast { get; init; } = [];
    public byte[] Netmask { get; init; } = [];

    /// <summary>Null, and why, when there is no such interface.</summary>
    public static InterfaceConfiguration? TryRead(string name, out int errno)
    {
        using var socket = Open();
        libc.ifreq request;
        if (!Ask(socket, name, libc.SIOCGIFFLAGS, &request, out errno))
            return null;
        var found = new InterfaceConfiguration { Name = name, Flags = *(short*)&request.ifr_ifru };
        if (Ask(socket, name, libc.SIOCGIFINDEX, &request, out _))
            found = found with { Index = *(int*)&request.ifr_ifru };
        if (Ask(socket, name, libc.SIOCGIFHWADDR, &request, out _))
            found = found with { HardwareType = *(ushort*)&request.ifr_ifru, HardwareAddress = Data(&request, 0, 14) };
        if (Ask(socket, name, libc.SIOCGIFMTU, &request, out _))
            found = found with { Mtu = *(int*)&request.ifr_ifru };
        if (Ask(socket, name, libc.SIOCGIFTXQLEN, &request, out _))
            found = found with { QueueLength = *(int*)&request.ifr_ifru };
        if (Ask(socket, name, libc.SIOCGIFMAP, &request, out _))
            found = found with { Map = (request.ifr_ifru.mem_start, request.ifr_ifru.mem_end, request.ifr_ifru.base_addr, request.ifr_ifru.irq, request.ifr_ifru.dma, request.ifr_ifru.port) };
        return found with
        {
            Address = Address4(socket, name, libc.SIOCGIFADDR),
            Destination = Address4(socket, name, libc.SIOCGIFDSTADDR),
            Broadcast = Address4(socket, name, libc.SIOCGIFBRDADDR),
            Netmask = Address4(socket, name, libc.SIOCGIFNETMASK),
        };
    }

    /// <summary>Interfaces and aliases that have an IPv4 address (SIOCGIFCONF).</summary>
    /// <exception cref="LinuxException">No sockets.</exception>
    public static List<string> NamesWithAddress()
    {
        using var socket = Open();
        for (int room = 32; ; room *= 2)
        {
            var requests = new libc.ifreq[room];
            fixed (libc.ifreq* p = requests)
            {
                var list = new libc.ifconf { ifc_len = room * sizeof(libc.ifreq), ifc_buf = (byte*)p };
                Errno.Check(libc.ioctl(socket.Number, libc.SIOCGIFCONF, &list), "list network interfaces");
                int count = list.ifc_len / sizeof(libc.ifreq);
                if (count == room)
                    continue; // there may be more
                var names = new List<string>(count);
                for (int i = 0; i < count; i++)
                    names.Add(NameOf(p + i));
                return names;
            }
        }
    }

    /// <summary>0, or why the interface couldn't be brought up.</summary>
    public static int BringUp(string name)
    {
        int fd = libc.socket(libc.AF_INET, libc.SOCK_DGRAM | libc.SOCK_CLOEXEC, 0);
        if (fd == -1)
            return Errno.Last;
        using var socket = new Fd(fd);
        libc.ifreq request;
        if (!Ask(socket, name, libc.SIOCGIFFLAGS, &request, out int errno))
            return errno;
        *(short*)&request.ifr_ifru |= libc.IFF_UP;
        return libc.ioctl(socket.Number, libc.SIOCSIFFLAGS, &request) == -1 ? Errno.Last : 0;
    }

    private static Fd Open() => new(Errno.Check(libc.socket(libc.AF_INET, libc.SOCK_DGRAM | libc.SOCK_CLOEXEC, 0), "open a socket"));

    private static bool Ask(Fd socket, string name, nuint what, libc.ifreq* request, out int errno)
    {
        *request = default;
        Encoding.UTF8.TryGetBytes(name, new Span<byte>(request->ifr_name, libc.IF_NAMESIZE - 1), out _);
        errno = libc.ioctl(socket.Number, what, request) == -1 ? Errno.Last : 0;
        return errno == 0;
    }

    private static byte[] Address4(Fd socket, string name, nuint what)
    {
        libc.ifreq request;
        return Ask(socket, name, what, &request, out _) && *(ushort*)&request.ifr_ifru == libc.AF_INET ? Data(&request, 2, 4) : [];
    }

    // sockaddr.sa_data, behind the family.
    private static byte[] Data(libc.ifreq* request, int from, int length) => new ReadOnlySpan<byte>((byte*)&request->ifr_ifru + 2 + from, length).ToArray();

    private static string NameOf(libc.ifreq* request)
    {
        var name = new ReadOnlySpan<byte>(request->ifr_name, libc.IF_NAMESIZE);
        int end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}
