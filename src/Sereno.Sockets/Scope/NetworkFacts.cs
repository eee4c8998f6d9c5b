using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Scope;

/// <param name="Index">The kernel's number of it; lo is 1 in every network namespace.</param>
/// <param name="IsUp">IFF_UP: its addresses are reachable.</param>
public sealed record NetworkInterface(uint Index, string Name, bool IsUp, bool IsLoopback);

/// <summary>An address of this machine, and the prefix that is on the link behind its interface.</summary>
/// <param name="Peer">The other end of a point-to-point link, which the prefix is then of; null elsewhere.</param>
public readonly record struct InterfaceAddress(uint Interface, InetAddress Address, int PrefixLength, InetAddress? Peer = null)
{
    public AddressPrefix Link => new(Peer ?? Address, PrefixLength);
}

/// <summary>A unicast route.</summary>
/// <param name="Interface">Where it leads out; 0 when it doesn't (unreachable, blackhole) or has several hops.</param>
/// <param name="IsOnLink">The kernel made it, for an address of ours or by a router's word: no router lies between.</param>
public readonly record struct NetworkRoute(AddressPrefix Destination, uint Interface, bool IsOnLink = false);

/// <summary>One snapshot of a network namespace's interfaces, addresses and routes: what decides how far a socket reaches.</summary>
public sealed record NetworkFacts
{
    /// <summary>Nothing is known: a wildcard then counts as reachable from the internet.</summary>
    public static NetworkFacts Unknown { get; } = new() { IsKnown = false };

    public bool IsKnown { get; init; } = true;
    public IReadOnlyList<NetworkInterface> Interfaces { get; init; } = [];
    public IReadOnlyList<InterfaceAddress> Addresses { get; init; } = [];
    public IReadOnlyList<NetworkRoute> Routes { get; init; } = [];

    /// <summary>net.ipv4.ip_nonlocal_bind, net.ipv6.ip_nonlocal_bind: sockets may be bound to addresses that aren't ours.</summary>
    public bool NonLocalBind { get; init; }

    /// <summary>Is the address one of this machine's (all of 127.0.0.0/8 is)?</summary>
    public bool IsOwn(InetAddress address)
    {
        address = address.Unmapped;
        if (address.IsIPv4 && (uint)address.Low >> 24 == 127 || address is { IsIPv4: false, High: 0, Low: 1 })
            return true;
        foreach (var own in Addresses)
            if (own.Address == address)
                return true;
        return false;
    }

    public NetworkInterface? InterfaceOf(uint index)
    {
        foreach (var candidate in Interfaces)
            if (candidate.Index == index)
                return candidate;
        return null;
    }

    /// <summary>The interface that has an address, or null.</summary>
    public NetworkInterface? InterfaceOf(InetAddress address)
    {
        foreach (var own in Addresses)
            if (own.Address == address.Unmapped)
                return InterfaceOf(own.Interface);
        return null;
    }

    /// <summary>The networks on the links of the interfaces that are up, loopback's aside: those of their addresses, and those that a router has told to be there
    /// (IPv6 by DHCP has an address without its network).</summary>
    public IEnumerable<(AddressPrefix Network, uint Interface)> Links => Addresses.Where(a => a.PrefixLength > 0).Select(a => (a.Link, a.Interface))
        .Concat(Routes.Where(r => r.IsOnLink).Select(r => (r.Destination, r.Interface)))
        .Where(l => InterfaceOf(l.Item2) is { IsUp: true, IsLoopback: false });

    /// <summary>On the same link as an interface that is up: no router lies between.</summary>
    public bool IsOnLink(InetAddress address)
    {
        foreach (var (network, _) in Links)
            if (network.Contains(address))
                return true;
        return false;
    }

    /// <summary>A route to the internet: the default route, or one so wide that it stands for it (VPNs split the default
    /// into 0.0.0.0/1 and 128.0.0.0/1; IPv6 has 2000::/3).</summary>
    /// <param name="boundInterface">Out of this interface only; 0 for any.</param>
    public bool ReachesInternet(bool ipv4, uint boundInterface = 0)
    {
        foreach (var route in Routes)
            if (route.Destination.Address.IsIPv4 == ipv4 && route.Destination.Length <= (ipv4 ? 1 : 3)
                && (boundInterface == 0 || route.Interface == boundInterface))
                return true;
        return false;
    }
}
