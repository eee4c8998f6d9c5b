using Sereno.Sockets.Diag;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Wire;

namespace Sereno.Verbs;

/// <summary>Which tables, families and states a listing is of, as the options of ss choose them: each option widens the states to
/// what its table shows by default, unless states were asked for.</summary>
internal sealed record SsSelection
{
    /// <summary>ss's default: neither listening nor closed, nor in a state that is kept in a small structure of its own.</summary>
    public const TcpStates Connected = TcpStates.All & ~(TcpStates.Listen | TcpStates.Close | TcpStates.TimeWait | TcpStates.SynReceived);

    private const TcpStates TipcStates = TcpStates.Established | TcpStates.Listen | TcpStates.Close;

    private static readonly (SocketTables Table, string[] Names, TcpStates States, SocketFamily[] Families)[] s_tables =
    [
        (SocketTables.Tcp, ["tcp"], Connected, [SocketFamily.Inet, SocketFamily.Inet6]),
        (SocketTables.Mptcp, ["mptcp"], Connected, [SocketFamily.Inet, SocketFamily.Inet6]),
        (SocketTables.Dccp, ["dccp"], Connected, [SocketFamily.Inet, SocketFamily.Inet6]),
        (SocketTables.Udp, ["udp"], TcpStates.Established, [SocketFamily.Inet, SocketFamily.Inet6]),
        (SocketTables.Raw, ["raw"], TcpStates.Established, [SocketFamily.Inet, SocketFamily.Inet6]),
        (SocketTables.Sctp, ["sctp"], Connected, [SocketFamily.Inet, SocketFamily.Inet6]),
        (SocketTables.UnixDatagram, ["unix_dgram", "u_dgr"], TcpStates.Close, [SocketFamily.Unix]),
        (SocketTables.UnixStream, ["unix_stream", "u_str"], Connected, [SocketFamily.Unix]),
        (SocketTables.UnixSeqPacket, ["unix_seqpacket", "u_seq"], Connected, [SocketFamily.Unix]),
        (SocketTables.PacketDatagram, ["packet_dgram", "p_dgr"], TcpStates.Close, [SocketFamily.Packet]),
        (SocketTables.PacketRaw, ["packet_raw", "p_raw"], TcpStates.Close, [SocketFamily.Packet]),
        (SocketTables.Netlink, ["netlink"], TcpStates.Close, [SocketFamily.Netlink]),
        (SocketTables.VsockStream, ["vsock_stream", "v_str"], Connected, [SocketFamily.Vsock]),
        (SocketTables.VsockDatagram, ["vsock_dgram", "v_dgr"], Connected, [SocketFamily.Vsock]),
        (SocketTables.Tipc, ["tipc"], TipcStates, [SocketFamily.Tipc]),
        (SocketTables.Xdp, ["xdp"], TcpStates.Close, [SocketFamily.Xdp]),
    ];

    private static readonly (SocketFamily Family, SocketTables Tables, TcpStates States)[] s_families =
    [
        (SocketFamily.Inet, SocketTables.Inet, Connected), (SocketFamily.Inet6, SocketTables.Inet, Connected),
        (SocketFamily.Unix, SocketTables.Unix, Connected), (SocketFamily.Packet, SocketTables.Packet, TcpStates.Close),
        (SocketFamily.Netlink, SocketTables.Netlink, TcpStates.Close), (SocketFamily.Vsock, SocketTables.Vsock, Connected),
        (SocketFamily.Tipc, SocketTables.Tipc, TipcStates), (SocketFamily.Xdp, SocketTables.Xdp, TcpStates.Close),
    ];

    public static SsSelection Nothing { get; } = new();

    public SocketTables Tables { get; private init; }
    public TcpStates States { get; private init; }

    /// <summary>Bit n is family n.</summary>
    public ulong Families { get; private init; }

    /// <summary>The family named last, by option or filter: IPv6 or IPv4 alone is asked of the kernel then.</summary>
    public SocketFamily PreferredFamily { get; private init; }

    /// <summary>An option named a table or family, be it to take it away.</summary>
    public bool IsChosen { get; private init; }

    public bool Has(SocketTables tables) => (Tables & tables) != 0;

    public bool Has(SocketFamily family) => (Families & Bit(family)) != 0;

    /// <summary>-t, -u and the like.</summary>
    public SsSelection With(SocketTables tables)
    {
        var states = States;
        foreach (var table in s_tables)
            if (tables.HasFlag(table.Table))
                states |= table.States;
        return this with { Tables = Tables | tables, States = states, IsChosen = true };
    }

    /// <summary>-4, -6, -x, -0, -f.</summary>
    public SsSelection With(SocketFamily family) => this with
    {
        Families = Families | Bit(family),
        States = States | Array.Find(s_families, f => f.Family == family).States,
        PreferredFamily = family,
        IsChosen = true,
    };

    /// <summary>-A: tables by name; '!' before one takes it away. Null for a name that ss doesn't know.</summary>
    public SsSelection? WithQuery(string name)
    {
        bool without = name.StartsWith('!');
        return Named(without ? name[1..] : name) is not SocketTables tables ? null
            : without ? this with { Tables = Tables & ~tables, IsChosen = true } : With(tables);
    }

    /// <summary>The first -A forgets the tables of the options before it.</summary>
    public SsSelection WithoutTables() => this with { Tables = SocketTables.None, IsChosen = true };

    /// <summary>What is missing comes from what is there: states asked for replace all others; a table brings its families, a family its tables.</summary>
    /// <param name="asked">States by -a, -l, -A, "state" and "exclude"; None when nobody asked.</param>
    public SsSelection Settled(TcpStates asked)
    {
        var settled = this;
        if (!IsChosen)
        {
            asked = asked == TcpStates.None ? Connected : asked;
            settled = settled.With(SocketTables.Everything);
        }
        var (tables, families) = (settled.Tables, settled.Families);
        foreach (var table in s_tables)
            if ((tables & table.Table) != 0 && (families & Bits(table.Families)) == 0)
                families |= Bits(table.Families);
        foreach (var family in s_families)
            if ((families & Bit(family.Family)) != 0 && (tables & family.Tables) == 0)
                tables |= family.Tables;
        return settled with { Tables = tables, Families = families, States = asked != TcpStates.None ? asked : settled.States };
    }

    /// <summary>A filter named a family: no other is shown. Tables and states stay.</summary>
    public SsSelection Narrowed(SocketFamily family) => this with { Families = Bit(family), PreferredFamily = family };

    /// <summary>No other tables than these.</summary>
    public SsSelection Within(SocketTables tables) => this with { Tables = Tables & tables };

    private static SocketTables? Named(string name)
    {
        foreach (var table in s_tables)
            if (table.Names.Contains(name))
                return table.Table;
        return name switch
        {
            "all" => SocketTables.Everything,
            "inet" => SocketTables.Inet,
            "unix" => SocketTables.Unix,
            "packet" => SocketTables.Packet,
            "vsock" => SocketTables.Vsock,
            _ => null,
        };
    }

    private static ulong Bit(SocketFamily family) => 1ul << (int)family;

    private static ulong Bits(SocketFamily[] families) => families.Aggregate(0ul, (bits, family) => bits | Bit(family));
}
