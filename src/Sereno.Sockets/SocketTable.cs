using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets;

/// <summary>One snapshot of the TCP and UDP sockets of this network namespace, with who holds them.</summary>
/// <remarks>Rows are in the kernel's order: UDP before TCP, IPv4 before IPv6, then hash order. Owners are read after the
/// sockets: one that was closed in between has none.</remarks>
public sealed class SocketTable
{
    private static readonly ByteArena s_nothing = new();

    private readonly ReadOnlyMemory<SocketRecord> _records;
    private readonly SocketDump? _dump;
    private readonly IUnitResolver? _units;
    private (bool Asked, string? Unit, bool IsManager)[]? _processUnits;

    /// <summary>A table of given records: for tests and recorded dumps.</summary>
    public SocketTable(SocketRecord[] records, OwnerIndex owners, IUnitResolver? units = null, bool inconsistent = false)
        : this(records, null, owners, units, inconsistent) { }

    /// <summary>A table of everything that was dumped.</summary>
    public SocketTable(SocketDump dump, OwnerIndex owners, IUnitResolver? units = null)
        : this(dump.Inet.Memory, dump, owners, units, dump.Inconsistent) { }

    private SocketTable(ReadOnlyMemory<SocketRecord> records, SocketDump? dump, OwnerIndex owners, IUnitResolver? units, bool inconsistent)
    {
        (_records, _dump, _units) = (records, dump, units);
        Owners = owners;
        Inconsistent = inconsistent;
        Whole = this;
    }

    /// <summary>The table that this one's rows were chosen from; itself where none were left out.</summary>
    public SocketTable Whole { get; private init; }

    /// <summary>The Internet sockets.</summary>
    public ReadOnlySpan<SocketRecord> Records => _records.Span;

    public ReadOnlySpan<UnixRecord> Unix => _dump is null ? [] : _dump.Unix.Items;
    public ReadOnlySpan<PacketRecord> Packet => _dump is null ? [] : _dump.Packet.Items;
    public ReadOnlySpan<NetlinkRecord> Netlink => _dump is null ? [] : _dump.Netlink.Items;

    /// <summary>What the records' Details refer to: attributes as the kernel sent them.</summary>
    public ByteArena Details => _dump?.Arena ?? s_nothing;

    public OwnerIndex Owners { get; }

    /// <summary>Sockets came and went while the kernel listed them, on every attempt: some may be missing.</summary>
    public bool Inconsistent { get; }

    /// <summary>Takes a snapshot.</summary>
    /// <param name="query">Which sockets; all of them, with owners, when null.</param>
    /// <param name="units">Names the units of owners; none are named when null.</param>
    /// <param name="owners">Who holds what, when that is known already.</param>
    /// <exception cref="LinuxException">The kernel has no sock_diag, or /proc isn't mounted.</exception>
    public static SocketTable Capture(SocketQuery? query = null, IUnitResolver? units = null, OwnerIndex? owners = null)
    {
        query ??= SocketQuery.Everything;
        var dump = new SocketDump(query.Details);
        if (query.Has(SocketTables.Netlink))
            dump.AddNetlink();
        if (query.Has(SocketTables.Packet))
            dump.AddPacket();
        if (query.Has(SocketTables.Unix))
            dump.AddUnix(query.States);
        foreach (var protocol in (ReadOnlySpan<SocketProtocol>)[SocketProtocol.Udp, SocketProtocol.Tcp])
        {
            if (!(protocol == SocketProtocol.Udp ? query.Udp : query.Tcp))
                continue;
            if (query.IPv4)
                dump.Add(ipv4: true, protocol, query.States, query.Bytecode);
            if (query.IPv6)
                dump.Add(ipv4: false, protocol, query.States, query.Bytecode);
        }
        return new(dump, owners ?? (query.Owners ? ScanOwners(query) : OwnerIndex.Empty), units);
    }

    internal static OwnerIndex ScanOwners(SocketQuery query) =>
        OwnerIndex.Scan(new OwnerQuery { Only = query.Processes, Threads = query.Threads, BeyondProc = query.BeyondProc });

    /// <summary>A table of other records with the same owners.</summary>
    internal SocketTable With(SocketRecord[] records) => new(records, _dump, Owners, _units, Inconsistent);

    /// <summary>Some of this table's records, in a table that still knows the others.</summary>
    internal SocketTable Only(SocketRecord[] records) => new(records, _dump, Owners, _units, Inconsistent) { Whole = Whole };

    /// <summary>The same sockets with other owners.</summary>
    public SocketTable WithOwners(OwnerIndex owners) => new(_records, _dump, owners, _units, Inconsistent);

    /// <summary>The same table with TCP_BOUND_INACTIVE where it is meant: asked for that state, the kernel answers with sockets
    /// that it says to be in CLOSE, and a TCP socket in CLOSE that has a port is nothing else.</summary>
    public SocketTable WithBoundInactive() => With(Array.ConvertAll(_records.ToArray(), r =>
        r is { Protocol: SocketProtocol.Tcp, State: TcpState.Close, LocalPort: > 0 } ? r with { State = TcpState.BoundInactive } : r));

    /// <summary>The same table with the rows that <paramref name="wanted"/> says; owners stay whole.</summary>
    public SocketTable Where(Func<SocketRecord, bool> wanted) => Only(Array.FindAll(_records.ToArray(), r => wanted(r)));

    /// <summary>Whose a socket is. Allocates: for the rows that a person reads, not for a hundred thousand.</summary>
    public SocketOwner OwnerOf(in SocketRecord socket)
    {
        if (socket.Inode == 0)
            return new(OwnerKind.None, null, []);
        var holders = Owners.HoldersOf(socket.Inode);
        string? unit = UnitOf(socket);
        return new(holders.Count > 0 ? OwnerKind.Exact
            : unit is not null ? OwnerKind.ByCgroup
            : Owners.MayHide ? OwnerKind.Hidden : OwnerKind.Elsewhere, unit, holders);
    }

    /// <summary>The unit of a socket: of the processes that hold it, else of the cgroup that created it; null when it has none.</summary>
    /// <remarks>A manager holds the sockets of its socket units too: it counts only where no other process has the socket,
    /// and not even then when the cgroup that it was made in tells the unit.</remarks>
    public string? UnitOf(in SocketRecord socket)
    {
        if (_units is null || socket.Inode == 0)
            return null;
        string? managers = null;
        bool others = false;
        for (int i = Owners.LastOf(socket.Inode); i >= 0; i = Owners[i].Next)
        {
            var (unit, isManager) = UnitOfProcess(Owners[i].Process);
            if (unit is not null && !isManager)
                return unit;
            others |= !isManager;
            managers ??= unit;
        }
        return others ? managers : UnitOfOrigin(socket, managers) ?? managers;
    }

    // Who passes a listener on makes it in the cgroup of the unit that it is for, if it can.
    private string? UnitOfOrigin(in SocketRecord socket, string? managers) =>
        socket.CgroupId != 0 && _units!.UnitOfCgroup(socket.CgroupId) is string unit && unit != managers ? unit : null;

    private (string? Unit, bool IsManager) UnitOfProcess(int process)
    {
        _processUnits ??= new (bool, string?, bool)[Owners.Processes.Count];
        ref var known = ref _processUnits[process];
        if (!known.Asked)
            known = (true, _units!.UnitOf(Owners.Processes[process].Pid), _units.IsManager(Owners.Processes[process].Pid));
        return (known.Unit, known.IsManager);
    }
}
