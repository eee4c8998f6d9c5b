using Sereno.Sockets.Scope;

namespace Sereno.Sockets;

/// <summary>The sockets of one network namespace, and what that namespace is like.</summary>
/// <param name="Netns">Its name; null for the only one that was looked into.</param>
public sealed record PlacedSockets(string? Netns, SocketTable Table, NetworkFacts Network);
