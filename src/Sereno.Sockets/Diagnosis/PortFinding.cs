using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diagnosis;

/// <summary>A port that somebody wants to bind.</summary>
/// <param name="Address">Null when no address was named: any that a service may use.</param>
public sealed record PortQuestion(ushort Port, Transport Transport = Transport.Tcp, InetAddress? Address = null);

/// <summary>A socket unit that would listen at the port, and doesn't.</summary>
/// <param name="State">inactive or failed.</param>
/// <param name="Address">As the manager shows it.</param>
public sealed record IdleSocketUnit(string Unit, string State, string Address);

/// <summary>What stands at a port, or in its way.</summary>
public enum PortFindingKind
{
    /// <summary>A TCP socket listens there.</summary>
    Listener,

    /// <summary>Connections use it as their local port, and nobody listens there any more.</summary>
    Connection,

    /// <summary>As <see cref="Connection"/>, and the port is one that the kernel gives to clients.</summary>
    EphemeralSquatter,

    /// <summary>Closed connections wait out 2 MSL (RFC 9293 3.6.1).</summary>
    TimeWait,

    /// <summary>A socket is bound and does nothing else: ss -a, netstat and lsof -i don't show it.</summary>
    BoundInactive,

    /// <summary>A UDP socket is bound there.</summary>
    UdpSocket,

    /// <summary>The same port is taken in another network namespace: it isn't in the way here.</summary>
    OtherNamespace,

    /// <summary>Below ip_unprivileged_port_start, and we lack CAP_NET_BIND_SERVICE: EACCES.</summary>
    Privileged,

    /// <summary>The address isn't one of this machine's: EADDRNOTAVAIL.</summary>
    NotOwnAddress,

    /// <summary>In ip_local_reserved_ports: kept for who names it.</summary>
    Reserved,

    /// <summary>In ip_local_port_range: the kernel may give it to a client at any time.</summary>
    InEphemeralRange,
}

/// <summary>How the bound address of a socket and the wanted one come together.</summary>
public enum AddressOverlap
{
    /// <summary>No address was named, or it is the same.</summary>
    Same,

    /// <summary>The other socket has every address.</summary>
    TheirWildcard,

    /// <summary>We want every address, and the other has one of them.</summary>
    OurWildcard,

    /// <summary>The other is an IPv6 wildcard that takes IPv4 too (IPV6_V6ONLY off, RFC 3493 5.3).</summary>
    DualStack,
}

/// <summary>Whether SO_REUSEADDR gets past it.</summary>
public enum ReuseAddress
{
    /// <summary>Nothing to get past.</summary>
    NotNeeded,

    /// <summary>Yes, where the socket in the way had it set too, as servers do (inet_csk_bind_conflict in the kernel).</summary>
    Helps,

    /// <summary>No: somebody listens, or it isn't about sockets.</summary>
    DoesNotHelp,
}

/// <summary>One thing found at a port; sockets of one kind, owner and address are one finding.</summary>
public sealed record PortFinding(PortFindingKind Kind)
{
    /// <summary>In the way of a bind(2) here.</summary>
    public bool Blocks { get; init; }

    public ReuseAddress Reuse { get; init; }
    public AddressOverlap Overlap { get; init; }

    /// <summary>Where the sockets are; null for a finding without sockets.</summary>
    public PlacedSockets? Place { get; init; }

    /// <summary>The first of the sockets, the longest to stay for <see cref="PortFindingKind.TimeWait"/>.</summary>
    public SocketRecord? Socket { get; init; }

    /// <summary>Whose it is; for TIME_WAIT, which the kernel keeps without an owner, the listener's that took the connection in,
    /// where it still listens.</summary>
    public SocketOwner? Owner { get; init; }

    /// <summary>How many sockets.</summary>
    public int Count { get; init; }
}

/// <summary>What comes of a bind(2).</summary>
public enum PortVerdict { Free, Busy, Forbidden, NoSuchAddress }

/// <summary>Everything found at a port, what is in the way first.</summary>
public sealed record PortDiagnosis(PortQuestion Question, PortVerdict Verdict, IReadOnlyList<PortFinding> Findings)
{
    /// <summary>The C name of bind(2)'s error; null when it would succeed.</summary>
    public string? ErrorName => Verdict switch
    {
        PortVerdict.Free => null,
        PortVerdict.Busy => "EADDRINUSE",
        PortVerdict.Forbidden => "EACCES",
        PortVerdict.NoSuchAddress => "EADDRNOTAVAIL",
    };

    /// <summary>The port could be bound by a socket with SO_REUSEADDR, where the sockets in the way had it too.</summary>
    public bool ReuseMayHelp { get; init; } = Verdict == PortVerdict.Busy && Findings.Where(f => f.Blocks).All(f => f.Reuse == ReuseAddress.Helps);

    /// <summary>The same verdict, and of the findings about sockets only those about sockets that somebody asked for.</summary>
    public PortDiagnosis Only(SocketSelection selection, PortFacts facts) => selection.IsEverything ? this : this with
    {
        Findings = [.. PortDoctor.Find(Question, facts, selection)],
    };
}
