using Sereno.Linux;
using Sereno.Units.Values;

namespace Sereno.Roles.Scope;

/// <summary>Somewhere that peers may come from.</summary>
/// <param name="Zone">The interface that a link-local network is behind: each link has its own (RFC 4007). 0 for any.</param>
internal readonly record struct PeerNetwork(AddressPrefix Prefix, uint Zone = 0)
{
    public bool Contains(in SocketEnd peer) => peer.Ip is { } ip && (Zone == 0 || Zone == peer.Zone) && Prefix.Contains(ip);
}
