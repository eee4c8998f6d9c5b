using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int IF_NAMESIZE = 16;
    public const int IFF_UP = 1, IFF_BROADCAST = 2, IFF_DEBUG = 4, IFF_LOOPBACK = 8, IFF_POINTOPOINT = 0x10, IFF_NOTRAILERS = 0x20,
        IFF_RUNNING = 0x40, IFF_NOARP = 0x80, IFF_PROMISC = 0x100, IFF_ALLMULTI = 0x200, IFF_MASTER = 0x400, IFF_SLAVE = 0x800,
        IFF_MULTICAST = 0x1000, IFF_PORTSEL = 0x2000, IFF_AUTOMEDIA = 0x4000, IFF_DYNAMIC = 0x8000;

    /// <summary>ifr_ifru is a union: an int, a short, a struct sockaddr, a struct ifmap.</summary>
    public struct ifreq { public fixed byte ifr_name[IF_NAMESIZE]; public ifmap ifr_ifru; }

    public struct ifmap
    {
        public nuint mem_start; public nuint mem_end;
        public ushort base_addr; public byte irq; public byte dma; public byte port;
        private fixed byte _spare[3];
    }

    public struct ifconf { public int ifc_len; public byte* ifc_buf; }

    [LibraryImport(lib, SetLastError = true)] public static partial byte* if_indextoname(uint ifindex, byte* ifname);
    [LibraryImport(lib, SetLastError = true)] public static partial uint if_nametoindex(byte* ifname);
}
