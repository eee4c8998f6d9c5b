using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Scope;

/// <param name="Index">The kernel's number of it; lo is 1 in every network namespace.</param>
/// <param name="IsUp">IFF_UP: its addresses are reachable.</param>
public sealed record NetworkInterface(uint Index, string Name, bool IsUp, bool IsLoopback);

/// <summary>An address of this machine, and the prefix that is on the link behind its interface.</summary>
public readonly record struct InterfaceAddress(uint Interface, InetAddress Address, int PrefixLength)
{
    public AddressPrefix Link => new(Address, PrefixLength);
}

/// <summary>A unicast route.</summary>
/// <param name="Interface">Where it leads out; 0 when it doesn't (unreachable, blackhole) or has several hops.</param>
public readonly record struct NetworkRoute(AddressPrefix Destination, uint Interface);

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

    /// <summary>On the same link as an interface that is up: no router lies between.</summary>
    public bool IsOnLink(InetAddress address)
    {
        foreach (var own in Addresses)
            if (own.PrefixLength > 0 && own.Link.Contains(address))
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
