using System.Globalization;
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

    private const int NetBindService = 10; // linux/capability.h

    /// <summary>Every state that a port can be held in: also bound-inactive, which ss -a doesn't ask for.</summary>
    public const TcpStates States = TcpStates.All | TcpStates.BoundInactive;

    /// <summary>Does this process have CAP_NET_BIND_SERVICE (proc_pid_status(5), CapEff)?</summary>
    public static bool ReadMayBindPrivileged()
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/thread-self/status"))
                if (line.StartsWith("CapEff:", StringComparison.Ordinal))
                    return (ulong.Parse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> NetBindService & 1) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException) { } // no /proc: nothing is promised
        return false;
    }
}
