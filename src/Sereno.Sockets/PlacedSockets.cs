using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;

namespace Sereno.Sockets;

/// <summary>The sockets of one network namespace, and what that namespace is like.</summary>
/// <param name="Netns">Its name; null for the only one that was looked into.</param>
public sealed record PlacedSockets(string? Netns, SocketTable Table, NetworkFacts Network)
{
    /// <summary>Its ranges of ports; null for those of the namespace that we are in.</summary>
    public LinuxPorts? Ports { get; init; }
}
