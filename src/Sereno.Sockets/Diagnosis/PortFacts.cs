using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diagnosis;

/// <summary>What a port is judged by: one snapshot of the machine.</summary>
/// <param name="Here">Every TCP or UDP socket of this namespace, with bound-inactive ones named so (<see cref="SocketTable.WithBoundInactive"/>).</param>
/// <param name="Elsewhere">The other network namespaces that may be looked into.</param>
/// <param name="MayBindPrivileged">CAP_NET_BIND_SERVICE.</param>
public sealed record PortFacts(PlacedSockets Here, IReadOnlyList<PlacedSockets> Elsewhere, LinuxPorts Ports, bool MayBindPrivileged)
{
    /// <summary>How many network namespaces could not be looked into.</summary>
    public int HiddenNamespaces { get; init; }

    /// <summary>How many processes whose namespace may not be read: there may be more of them.</summary>
    public int HiddenProcesses { get; init; }

    /// <summary>Every state that a port can be held in: also bound-inactive, which ss -a doesn't ask for.</summary>
    public const TcpStates States = TcpStates.All | TcpStates.BoundInactive;

    /// <summary>Does this process have CAP_NET_BIND_SERVICE?</summary>
    public static bool ReadMayBindPrivileged() => Self.HasCapability(libc.CAP_NET_BIND_SERVICE);
}
