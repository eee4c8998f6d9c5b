using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Scope;

/// <summary>How far away those may be who can reach an address, narrowest first.</summary>
public enum AddressScope { Local, Intranet, Internet }

/// <summary>Puts addresses into scopes by the IANA special-purpose registries (RFC 6890) and multicast scopes.</summary>
public static class AddressScopes
{
    /// <summary>LOOPBACK_IFINDEX of the kernel: lo is interface 1 of every network namespace.</summary>
    private const uint LoopbackInterface = 1;

    /// <summary>Whom a socket admits that is bound to <paramref name="address"/>. A wildcard address admits everyone who
    /// can route to any address of the machine; routers and firewalls may say no, but nothing here does: internet.</summary>
    /// <param name="boundInterface">SO_BINDTODEVICE's interface index, 0 for none: lo admits this machine only.</param>
    public static AddressScope Of(InetAddress address, uint boundInterface = 0)
    {
        if (boundInterface == LoopbackInterface)
            return AddressScope.Local;
        address = address.Unmapped;
        return address.IsAny ? AddressScope.Internet : address.IsIPv4 ? OfIPv4((uint)address.Low) : OfIPv6(address);
    }

    public static string Name(this AddressScope scope) => scope switch
    {
        AddressScope.Local => "local",
        AddressScope.Intranet => "intranet",
        AddressScope.Internet => "internet",
    };

    private static AddressScope OfIPv4(uint a) => (a >> 24, a) switch
    {
        (127, _) => AddressScope.Local,
        (10, _) => AddressScope.Intranet, // RFC 1918
        (172, _) when a >> 20 == 0xAC1 => AddressScope.Intranet,
        (192, _) when a >> 16 == 0xC0A8 => AddressScope.Intranet,
        (169, _) when a >> 16 == 0xA9FE => AddressScope.Intranet, // link-local, RFC 3927
        (100, _) when a >> 22 == 0x191 => AddressScope.Intranet, // 100.64/10, carrier-grade NAT, RFC 6598
        (224, _) when a >> 8 == 0xE00000 => AddressScope.Intranet, // this link, RFC 5771
        (239, _) => AddressScope.Intranet, // administratively scoped, RFC 2365
        (_, uint.MaxValue) => AddressScope.Intranet, // this link's broadcast
        _ => AddressScope.Internet,
    };

    private static AddressScope OfIPv6(InetAddress address) => (address.High >> 56) switch
    {
        0 when address is { High: 0, Low: 1 } => AddressScope.Local,
        0xFE when address.High >> 54 is 0x3FA or 0x3FB => AddressScope.Intranet, // fe80::/10 and the old fec0::/10
        0xFC or 0xFD => AddressScope.Intranet, // unique local, RFC 4193
        0xFF => (address.High >> 48 & 0xF) switch // multicast scope, RFC 7346
        {
            0 or 1 => AddressScope.Local,
            <= 8 => AddressScope.Intranet,
            _ => AddressScope.Internet,
        },
        _ => AddressScope.Internet,
    };
}
