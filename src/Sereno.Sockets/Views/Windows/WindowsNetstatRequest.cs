namespace Sereno.Sockets.Views.Windows;

/// <summary>Which protocols -p names; none for all.</summary>
public enum WindowsProtocol { All, Tcp, Tcpv6, Udp, Udpv6, Ip, Ipv6, Icmp, Icmpv6 }

/// <summary>A command line of Windows' netstat, understood.</summary>
public sealed record WindowsNetstatRequest
{
    /// <summary>-a: also listeners and UDP.</summary>
    public bool All { get; init; }

    /// <summary>-q: also TCP sockets that are bound and nothing else.</summary>
    public bool Bound { get; init; }

    /// <summary>-b: the component and the executable below each row.</summary>
    public bool Executables { get; init; }

    /// <summary>-e: bytes and packets of the interfaces.</summary>
    public bool Ethernet { get; init; }

    /// <summary>-f: whole domain names of foreign addresses.</summary>
    public bool FullNames { get; init; }

    /// <summary>-n: addresses and ports as numbers.</summary>
    public bool Numeric { get; init; }

    /// <summary>-o: the PID column.</summary>
    public bool Pids { get; init; }

    /// <summary>-r: the routing table.</summary>
    public bool Routes { get; init; }

    /// <summary>-s: statistics of each protocol.</summary>
    public bool Statistics { get; init; }

    /// <summary>-t: the offload state column.</summary>
    public bool Offload { get; init; }

    /// <summary>-x: NetworkDirect connections, of which Linux has none.</summary>
    public bool NetworkDirect { get; init; }

    /// <summary>-y: the connection template column.</summary>
    public bool Templates { get; init; }

    public WindowsProtocol Protocol { get; init; }

    /// <summary>Ask again after so long, until stopped.</summary>
    public TimeSpan? Interval { get; init; }
}
