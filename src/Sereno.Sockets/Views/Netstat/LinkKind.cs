namespace Sereno.Sockets.Views.Netstat;

/// <summary>What net-tools calls a kind of link, and how it writes its address.</summary>
/// <param name="Length">Bytes of an address.</param>
/// <param name="Format">Null when addresses aren't shown.</param>
/// <param name="HidesZeros">An address of zeros isn't shown.</param>
internal sealed record LinkKind(string Name, string Title, int Length = 0, Func<byte[], string>? Format = null, bool HidesZeros = false)
{
    // sa_data's 14 bytes and two more: of what the kernel says net-tools keeps eight.
    private static readonly LinkKind s_unknown = new("unspec", "UNSPEC", 0, address => string.Join('-', Kept(address, 16)));

    // ARPHRD_* of linux/if_arp.h.
    private static readonly Dictionary<ushort, LinkKind> s_kinds = new()
    {
        [1] = new("ether", "Ethernet", 6, address => string.Join(':', Kept(address, 6)).ToLowerInvariant()),
        [6] = new("tr", "16/4 Mbps Token Ring", 6, Colons(6)),
        [7] = new("arcnet", "ARCnet", 1, address => address[0].ToString("X2")),
        [27] = new("eui64", "Generic EUI-64", 8, Colons(8)),
        [256] = new("slip", "Serial Line IP"),
        [257] = new("cslip", "VJ Serial Line IP"),
        [258] = new("slip6", "6-bit Serial Line IP"),
        [259] = new("cslip6", "VJ 6-bit Serial Line IP"),
        [264] = new("adaptive", "Adaptive Serial Line IP"),
        [512] = new("ppp", "Point-to-Point Protocol"),
        [513] = new("hdlc", "(Cisco)-HDLC"),
        [516] = new("lapb", "LAPB"),
        [768] = new("tunnel", "IPIP Tunnel", 0, _ => ""),
        [770] = new("frad", "Frame Relay Access Device"),
        [772] = new("loop", "Local Loopback"),
        [774] = new("fddi", "Fiber Distributed Data Interface", 6, address => string.Join('-', Kept(address, 6))),
        [776] = new("sit", "IPv6-in-IPv4"),
        [780] = new("hippi", "HIPPI", 6, Colons(6)),
    };

    public static LinkKind Of(ushort hardwareType) => s_kinds.GetValueOrDefault(hardwareType, s_unknown);

    private static Func<byte[], string> Colons(int length) => address => string.Join(':', Kept(address, length));

    private static IEnumerable<string> Kept(byte[] address, int length) =>
        Enumerable.Range(0, length).Select(i => (i < 8 ? address[i] : 0).ToString("X2"));
}
