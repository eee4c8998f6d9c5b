using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Scope;

/// <summary>A block of addresses with a purpose of its own.</summary>
/// <param name="Name">As the registry calls it.</param>
/// <param name="Source">The RFC that set it apart.</param>
/// <param name="Scope">How far away those can be who reach an address in it.</param>
public sealed record SpecialPurposeBlock(AddressPrefix Prefix, string Name, string Source, AddressScope Scope);

/// <summary>IANA's IPv4 and IPv6 special-purpose address registries (RFC 6890, updated by RFC 8190) as of 2025, and the
/// multicast scopes. What a registry calls not globally reachable is at most <see cref="AddressScope.Intranet"/>.</summary>
public static class SpecialPurpose
{
    private const AddressScope L = AddressScope.Local, N = AddressScope.Intranet, G = AddressScope.Internet;

    /// <summary>Every block, IPv4 first, in the order of their addresses.</summary>
    public static IReadOnlyList<SpecialPurposeBlock> Blocks { get; } =
    [
        B("0.0.0.0/32", "This host on this network", "RFC 1122, section 3.2.1.3", N),
        B("0.0.0.0/8", "This network", "RFC 791, section 3.2", N),
        B("10.0.0.0/8", "Private-Use", "RFC 1918", N),
        B("100.64.0.0/10", "Shared Address Space (carrier-grade NAT)", "RFC 6598", N),
        B("127.0.0.0/8", "Loopback", "RFC 1122, section 3.2.1.3", L),
        B("169.254.0.0/16", "Link Local", "RFC 3927", N),
        B("172.16.0.0/12", "Private-Use", "RFC 1918", N),
        B("192.0.0.0/24", "IETF Protocol Assignments", "RFC 6890, section 2.1", N),
        B("192.0.0.0/29", "IPv4 Service Continuity Prefix", "RFC 7335", N),
        B("192.0.0.8/32", "IPv4 dummy address", "RFC 7600", N),
        B("192.0.0.9/32", "Port Control Protocol Anycast", "RFC 7723", G),
        B("192.0.0.10/32", "Traversal Using Relays around NAT Anycast", "RFC 8155", G),
        B("192.0.0.170/31", "NAT64/DNS64 Discovery", "RFC 8880", N),
        B("192.0.2.0/24", "Documentation (TEST-NET-1)", "RFC 5737", N),
        B("192.31.196.0/24", "AS112-v4", "RFC 7535", G),
        B("192.52.193.0/24", "AMT", "RFC 7450", G),
        B("192.88.99.0/24", "6to4 Relay Anycast (deprecated)", "RFC 7526", G),
        B("192.168.0.0/16", "Private-Use", "RFC 1918", N),
        B("192.175.48.0/24", "Direct Delegation AS112 Service", "RFC 7534", G),
        B("198.18.0.0/15", "Benchmarking", "RFC 2544", N),
        B("198.51.100.0/24", "Documentation (TEST-NET-2)", "RFC 5737", N),
        B("203.0.113.0/24", "Documentation (TEST-NET-3)", "RFC 5737", N),
        B("224.0.0.0/4", "Multicast", "RFC 5771", G),
        B("224.0.0.0/24", "Local Network Control multicast", "RFC 5771, section 4", N),
        B("239.0.0.0/8", "Administratively scoped multicast", "RFC 2365", N),
        B("240.0.0.0/4", "Reserved", "RFC 1112, section 4", N),
        B("255.255.255.255/32", "Limited Broadcast", "RFC 919, section 7", N),

        B("::/128", "Unspecified Address", "RFC 4291", N),
        B("::1/128", "Loopback Address", "RFC 4291", L),
        B("64:ff9b::/96", "IPv4-IPv6 Translation (NAT64)", "RFC 6052", G),
        B("64:ff9b:1::/48", "IPv4-IPv6 Translation, local use", "RFC 8215", N),
        B("100::/64", "Discard-Only Address Block", "RFC 6666", N),
        B("100:0:0:1::/64", "Dummy IPv6 Prefix", "RFC 9780", N),
        B("2001::/23", "IETF Protocol Assignments", "RFC 2928", N),
        B("2001::/32", "Teredo", "RFC 4380", G),
        B("2001:1::1/128", "Port Control Protocol Anycast", "RFC 7723", G),
        B("2001:1::2/128", "Traversal Using Relays around NAT Anycast", "RFC 8155", G),
        B("2001:1::3/128", "DNS-SD Service Registration Protocol Anycast", "RFC 9665", G),
        B("2001:2::/48", "Benchmarking", "RFC 5180", N),
        B("2001:3::/32", "AMT", "RFC 7450", G),
        B("2001:4:112::/48", "AS112-v6", "RFC 7535", G),
        B("2001:10::/28", "ORCHID (deprecated)", "RFC 4843", N),
        B("2001:20::/28", "ORCHIDv2", "RFC 7343", G),
        B("2001:30::/28", "Drone Remote ID Entity Tags", "RFC 9374", G),
        B("2001:db8::/32", "Documentation", "RFC 3849", N),
        B("2002::/16", "6to4", "RFC 3056", G),
        B("2620:4f:8000::/48", "Direct Delegation AS112 Service", "RFC 7534", G),
        B("3fff::/20", "Documentation", "RFC 9637", N),
        B("5f00::/16", "Segment Routing (SRv6) SIDs", "RFC 9602", N),
        B("fc00::/7", "Unique-Local", "RFC 4193", N),
        B("fe80::/10", "Link-Local Unicast", "RFC 4291", N),
        B("fec0::/10", "Site-Local (deprecated)", "RFC 3879", N),
    ];

    /// <summary>The narrowest block that an address is in; null for an ordinary global unicast address.</summary>
    public static SpecialPurposeBlock? BlockOf(InetAddress address)
    {
        address = address.Unmapped;
        if (!address.IsIPv4 && address.High >> 56 == 0xFF)
            return MulticastBlock((int)(address.High >> 48 & 0xF));
        SpecialPurposeBlock? best = null;
        foreach (var block in Blocks)
            if ((best is null || block.Prefix.Length > best.Prefix.Length) && block.Prefix.Contains(address))
                best = block;
        return best;
    }

    // RFC 4291 2.7 keeps the scope in the second byte's low half; RFC 7346 names the values.
    private static SpecialPurposeBlock MulticastBlock(int scope) => scope switch
    {
        1 => Multicast(scope, "interface-local", L),
        2 => Multicast(scope, "link-local", N),
        3 => Multicast(scope, "realm-local", N),
        4 => Multicast(scope, "admin-local", N),
        5 => Multicast(scope, "site-local", N),
        8 => Multicast(scope, "organization-local", N),
        0xE or 0xF => Multicast(scope, "global", G),
        0 => Multicast(scope, "reserved", L),
        <= 7 => Multicast(scope, "unassigned", N),
        _ => Multicast(scope, "unassigned", G),
    };

    private static SpecialPurposeBlock Multicast(int scope, string name, AddressScope reach) =>
        new(new(new(false, 0xFF00_0000_0000_0000 | (ulong)scope << 48, 0), 16), $"Multicast, {name}", "RFC 7346", reach);

    private static SpecialPurposeBlock B(string prefix, string name, string source, AddressScope scope) =>
        AddressPrefix.TryParse(prefix, out var parsed) ? new(parsed, name, source, scope)
        : throw new FormatException($"cannot read the block {prefix}");
}
