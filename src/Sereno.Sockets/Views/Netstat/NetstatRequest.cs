namespace Sereno.Sockets.Views.Netstat;

/// <summary>What netstat is asked for. Later ones win over earlier ones when several are set.</summary>
public enum NetstatMode { Sockets, Interfaces, Routes, Statistics, Masquerade }

/// <summary>Tables that netstat's options name one by one.</summary>
[Flags]
public enum NetstatTables
{
    None = 0, Tcp = 1, Sctp = 2, Udp = 4, UdpLite = 8, Raw = 0x10, Groups = 0x20, Unix = 0x40, Ipx = 0x80, Ax25 = 0x100, X25 = 0x200,
    NetRom = 0x400, Rose = 0x800, L2cap = 0x1000, Rfcomm = 0x2000,
    Internet = Tcp | Sctp | Udp | UdpLite | Raw,
    Bluetooth = L2cap | Rfcomm,
}

/// <summary>A command line of net-tools' netstat, understood.</summary>
public sealed record NetstatRequest
{
    public NetstatMode Mode { get; init; }

    /// <summary>None: every table that there is, and no complaint about the others.</summary>
    public NetstatTables Tables { get; init; }

    public bool IPv4 { get; init; }
    public bool IPv6 { get; init; }

    /// <summary>The transports are shown because a family was asked for: one that the kernel lacks isn't worth a word.</summary>
    public bool TransportsImplied { get; init; }

    /// <summary>Address families in the order of the command line, by net-tools' names: inet, inet6, ddp, ...</summary>
    public IReadOnlyList<string> Families { get; init; } = [];

    public bool All { get; init; }
    public bool Listening { get; init; }
    public bool Continuous { get; init; }

    /// <summary>How often -e was given.</summary>
    public int Extended { get; init; }

    public bool Timers { get; init; }
    public bool Programs { get; init; }
    public bool Wide { get; init; }
    public bool Verbose { get; init; }
    public bool NumericHosts { get; init; }
    public bool NumericPorts { get; init; }
    public bool NumericUsers { get; init; }
    public bool Symbolic { get; init; }
    public bool RouteCache { get; init; }
    public bool RouteTable { get; init; }

    public bool Shows(NetstatTables table) => Tables == NetstatTables.None || (Tables & table) != 0;

    /// <summary>Something was asked for by name.</summary>
    public bool IsSelective => Tables != NetstatTables.None;
}
