using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Scope;

/// <summary>How far away those may be who can reach an address, narrowest first.</summary>
public enum AddressScope { Local, Intranet, Internet }

/// <summary>Puts addresses and sockets into scopes; docs/decisions/0009-scope-of-a-socket.md says why so.</summary>
public static class AddressScopes
{
    /// <summary>LOOPBACK_IFINDEX of the kernel: lo is interface 1 of every network namespace.</summary>
    private const uint LoopbackInterface = 1;

    /// <summary>How far an address can be seen by itself (RFC 6890, multicast scopes), whatever this machine's network is;
    /// the wildcard as far as can be. 6to4 and NAT64 addresses are seen as far as the IPv4 address in them.</summary>
    public static AddressScope Of(InetAddress address)
    {
        address = address.Unmapped;
        if (address.IsAny)
            return AddressScope.Internet;
        return Embedded(address) is { } inner ? Of(inner) : SpecialPurpose.BlockOf(address)?.Scope ?? AddressScope.Internet;
    }

    /// <summary>The widest audience of a socket: of a listening or unconnected one by where it is bound, of a connected one
    /// by where its peer is.</summary>
    public static AddressScope Of(in SocketRecord socket, NetworkFacts network) =>
        socket.RemotePort != 0 || !socket.Remote.IsAny ? OfPeer(socket.Remote, network)
        : OfBound(socket.Local, socket.Interface, !socket.IsIPv4 && socket.IPv6Only is not true, network);

    /// <summary>Whom a socket admits.</summary>
    /// <param name="boundInterface">SO_BINDTODEVICE's interface index, 0 for none: lo admits this machine only.</param>
    /// <param name="dualStack">An IPv6 wildcard that takes IPv4 too.</param>
    public static AddressScope OfBound(InetAddress address, uint boundInterface, bool dualStack, NetworkFacts network)
    {
        if (boundInterface == LoopbackInterface)
            return AddressScope.Local;
        address = address.Unmapped;
        if (address.IsAny)
            return !network.IsKnown ? AddressScope.Internet
                : !dualStack || address.IsIPv4 ? OfWildcard(address.IsIPv4, boundInterface, network)
                : Wider(OfWildcard(true, boundInterface, network), OfWildcard(false, boundInterface, network));
        var scope = Of(address);
        return scope == AddressScope.Internet && network.IsKnown && !network.ReachesInternet(address.IsIPv4) ? AddressScope.Intranet : scope;
    }

    /// <summary>How far away a peer is: here, on a network that needs no public router, or beyond.</summary>
    public static AddressScope OfPeer(InetAddress address, NetworkFacts network)
    {
        var scope = network.IsOwn(address) ? AddressScope.Local : Of(address);
        return scope == AddressScope.Internet && network.IsOnLink(address) ? AddressScope.Intranet : scope;
    }

    /// <summary>An address by itself as this machine sees it: of its own ones, who can reach a service there; of others, how
    /// far away they are.</summary>
    public static AddressScope Of(InetAddress address, NetworkFacts network) => address.IsAny || network.IsOwn(address)
        ? OfBound(address, 0, !address.IsIPv4, network) : OfPeer(address, network);

    public static string Name(this AddressScope scope) => scope switch
    {
        AddressScope.Local => "local",
        AddressScope.Intranet => "intranet",
        AddressScope.Internet => "internet",
    };

    // As far as the machine's own addresses of this family reach. IPv4 with a default route counts as reachable even when
    // all addresses are private: routers and clouds forward to those (NAT). IPv6 has to have a global address (RFC 4864).
    private static AddressScope OfWildcard(bool ipv4, uint boundInterface, NetworkFacts network)
    {
        bool routed = network.ReachesInternet(ipv4, boundInterface);
        var scope = AddressScope.Local;
        foreach (var own in network.Addresses)
        {
            if (own.Address.IsIPv4 != ipv4 || (boundInterface != 0 && own.Interface != boundInterface)
                || network.InterfaceOf(own.Interface) is { IsUp: false } || Of(own.Address) == AddressScope.Local)
                continue;
            if (network.InterfaceOf(own.Interface) is { IsLoopback: true } && Of(own.Address) != AddressScope.Internet)
                continue;
            scope = Wider(scope, routed && (ipv4 || Of(own.Address) == AddressScope.Internet) ? AddressScope.Internet : AddressScope.Intranet);
        }
        return scope;
    }

    private static InetAddress? Embedded(InetAddress address) => address.IsIPv4 ? null
        : address.High >> 48 == 0x2002 ? new(true, 0, (uint)(address.High >> 16)) // RFC 3056
        : address.High == 0x0064_FF9B_0000_0000 && address.Low >> 32 == 0 ? new(true, 0, (uint)address.Low) // RFC 6052
        : null;

    private static AddressScope Wider(AddressScope a, AddressScope b) => a > b ? a : b;
}
