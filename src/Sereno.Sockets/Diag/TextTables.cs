using Sereno.Linux;
using Sereno.Sockets.Proc;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>The tables of /proc/net: for kinds of sockets that this kernel doesn't tell by sock_diag(7), and for copies of them.</summary>
public sealed class TextTables(ProcFiles files, SocketDump into, bool keepLines)
{
    /// <summary>Longest line that iproute2 reads whole.</summary>
    private const int MaxLine = 255;

    private delegate bool LineReader(ReadOnlySpan<byte> line);

    /// <summary>Adds an Internet table: tcp, udp, raw.</summary>
    /// <exception cref="LinuxException">The IPv4 table can't be read; that of IPv6 needn't be there.</exception>
    public void AddInet(SocketProtocol protocol, bool ipv4, bool ipv6, TcpStates states)
    {
        string table = protocol switch { SocketProtocol.Tcp => "tcp", SocketProtocol.Udp => "udp", _ => "raw" };
        if (ipv4)
            Read(table, line => AddInetLine(line, protocol, states), required: true);
        if (ipv6)
            Read(table + "6", line => AddInetLine(line, protocol, states), required: false);
    }

    /// <exception cref="LinuxException">The table can't be read.</exception>
    public void AddPacket() => Read("packet", line =>
    {
        if (ProcPacket.TryRead(line, out var record))
            into.Packet.Add(record);
        return true;
    }, required: true);

    /// <exception cref="LinuxException">The table can't be read.</exception>
    public void AddNetlink() => Read("netlink", line =>
    {
        if (ProcNetlink.TryRead(line, out var record, out uint groups))
            into.Netlink.Add(record with { Groups = groups });
        return true;
    }, required: true);

    /// <summary>Adds the unix table in ss's order of it: by type, then inode.</summary>
    /// <exception cref="LinuxException">The table can't be read.</exception>
    public void AddUnix(TcpStates states)
    {
        var found = new List<UnixRecord>();
        Read("unix", line =>
        {
            if (ProcUnix.TryRead(line, out var record, out _, out uint socketState, out var path))
            {
                record.State = StateOf(record, socketState, line);
                record.IsFromText = true;
                // A name with a blank is cut there: ss reads it as a word.
                int blank = path.IndexOfAny(" \t\v\f\r"u8);
                if (!path.IsEmpty)
                    record.Name = into.Arena.Memory(into.Arena.Add(blank < 0 ? path : path[..blank]));
                if (states.Has(record.State))
                    found.Add(record);
            }
            return true;
        }, required: true);
        foreach (var record in found.OrderBy(r => r.Kind).ThenBy(r => r.Inode))
            into.Unix.Add(record);
    }

    // A datagram socket whose address the kernel shows counts as connected: ss's reading of an older format, kept.
    private static TcpState StateOf(in UnixRecord record, uint socketState, ReadOnlySpan<byte> line)
    {
        if (record.State == TcpState.Listen)
            return TcpState.Listen;
        bool addressShown = line[Math.Max(0, line.IndexOf((byte)':') - 8)..line.IndexOf((byte)':')].IndexOfAnyExcept((byte)'0') >= 0;
        return socketState switch
        {
            1 when record.Kind == SocketKind.Datagram && addressShown => TcpState.Established,
            1 => TcpState.Close,
            2 => TcpState.SynSent,
            3 => TcpState.Established,
            4 => TcpState.Closing,
            _ => (TcpState)socketState,
        };
    }

    private bool AddInetLine(ReadOnlySpan<byte> line, SocketProtocol protocol, TcpStates states)
    {
        if (!ProcInet.TryRead(line, protocol, out var record, out _))
            return false;
        if (!states.Has(record.State))
            return true;
        record.IsFromText = true;
        if (keepLines)
            record.Details = into.Arena.Add(line);
        into.AddInet(record);
        return true;
    }

    private void Read(string table, LineReader take, bool required)
    {
        string path = files.PathOf(table);
        using var lines = ProcLines.TryOpen(path, out int errno);
        if (lines is null)
        {
            if (required)
                throw new LinuxException(errno, $"read {path}");
            return;
        }
        lines.Next(out _); // the heading
        while (lines.Next(out var line) && line.Length <= MaxLine && take(line)) ;
    }
}
