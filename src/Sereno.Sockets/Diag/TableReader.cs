using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>Reads the tables of a query in ss's order, each from the kernel, or from text where the kernel doesn't tell it by
/// sock_diag(7) or <paramref name="files"/> names a copy.</summary>
/// <param name="complain">Takes what is to be said of failures: iproute2's words, line end included.</param>
public sealed class TableReader(SocketQuery query, ProcFiles files, Action<string> complain)
{
    private readonly bool _keepsDetails = query.Details != SocketDetails.None;

    /// <summary>Takes the Internet sockets instead of the dump's list.</summary>
    public IRowSink? Rows { get; init; }

    public SocketDump Dump => field ??= new(query.Details) { Rows = Rows };

    /// <summary>The families to show from text: ss's kernel dumps follow the family named last, its text tables don't.</summary>
    public bool TextIPv4 { get; init; } = query.IPv4;
    public bool TextIPv6 { get; init; } = query.IPv6;

    private TextTables Text => new(files, Dump, _keepsDetails);

    public void ReadAll()
    {
        if (query.Has(SocketTables.Netlink) && query.States.Has(TcpState.Close))
            Read("NETLINK", Dump.AddNetlink, () => Text.AddNetlink());
        if (query.Has(SocketTables.Packet) && query.States.Has(TcpState.Close))
            Read("PACKET", Dump.AddPacket, () => Text.AddPacket());
        if (query.Has(SocketTables.Unix))
        {
            Read("UNIX", () => Dump.AddUnix(query.States), () => Text.AddUnix(query.States));
            Dump.Unix.Filter(Wanted);
        }
        ReadInet(SocketTables.Raw, SocketProtocol.Raw, hasText: true);
        ReadInet(SocketTables.Udp, SocketProtocol.Udp, hasText: true);
        if (query.Has(SocketTables.Tcp) && files.RecordedDump is string recorded)
            RecordedDump.Read(recorded, Dump, complain);
        else
            ReadInet(SocketTables.Tcp, SocketProtocol.Tcp, hasText: true);
        ReadInet(SocketTables.Dccp, SocketProtocol.Dccp, hasText: false);
        ReadInet(SocketTables.Sctp, SocketProtocol.Sctp, hasText: false);
        ReadInet(SocketTables.Mptcp, SocketProtocol.Mptcp, hasText: false);
    }

    private void ReadInet(SocketTables table, SocketProtocol protocol, bool hasText)
    {
        if (!query.Has(table))
            return;
        int start = Dump.Inet.Count;
        bool old = protocol is SocketProtocol.Tcp or SocketProtocol.Dccp;
        Read(protocol.ToString().ToUpperInvariant(), () =>
        {
            if (query is { IPv4: true, IPv6: true })
                Dump.AddBoth(protocol, query.States, query.Bytecode);
            else if (query.IPv4)
                Dump.Add(ipv4: true, protocol, query.States, query.Bytecode);
            else if (query.IPv6)
                Dump.Add(ipv4: false, protocol, query.States, query.Bytecode);
        }, () =>
        {
            Dump.Inet.Cut(start);
            if (hasText)
                Text.AddInet(protocol, TextIPv4, TextIPv6, query.States);
        }, old ? () => Dump.AddOld(protocol, query.States, query.Bytecode) : null, quiet: protocol == SocketProtocol.Mptcp); // older kernels don't know its number
    }

    private void Read(string table, Action fromKernel, Action fromText, Action? asOfOld = null, bool quiet = false)
    {
        if (!files.IsNamed(table) && (Try(fromKernel, quiet) || (asOfOld is not null && Try(asOfOld, quiet))))
            return;
        try
        {
            fromText();
        }
        catch (LinuxException) { } // no such table on this machine, or in the copy: none of its sockets are shown, as by ss
    }

    private bool Try(Action ask, bool quiet)
    {
        try
        {
            ask();
            return true;
        }
        catch (LinuxException e)
        {
            // Kernels are built without a table's module: nothing to speak of.
            if (!quiet && e.Number is not (libc.ENOENT or libc.EOPNOTSUPP))
                complain($"RTNETLINK answers: {Errno.Text(e.Number)}\n");
            return false;
        }
    }

    private bool Wanted(in UnixRecord socket) => socket.Kind switch
    {
        SocketKind.Stream => query.Has(SocketTables.UnixStream),
        SocketKind.Datagram => query.Has(SocketTables.UnixDatagram),
        SocketKind.SeqPacket => query.Has(SocketTables.UnixSeqPacket),
        _ => true,
    };
}
