using System.Globalization;
using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>ss's rows of netlink sockets: a protocol and who bound it where others have address and port.</summary>
internal sealed class NetlinkRows(SsCells cells, SsOptions options, SsNames names, ByteArena arena, ProcFiles files)
{
    public void Write(in NetlinkRecord socket)
    {
        cells.Begin("nl"u8, TcpState.Close, socket.ReceiveQueue, socket.SendQueue);
        cells.WriteEnd(SsColumn.Local, names.NetlinkProtocolOf(socket.Protocol), ':', PortOf(socket.PortId));
        if (socket.IsConnected)
            cells.WriteEnd(SsColumn.Peer, Number((int)socket.PeerGroups), ':', Number(socket.PeerPortId));
        else
            cells.WriteEnd(SsColumn.Peer, "", '*', "");
        cells.SeekDetails();
        if (options.Extended)
            WriteExtended(socket);
        if (options.Memory && socket.Details != 0)
        {
            cells.Details.Append('\t');
            cells.WriteSocketMemory(AttributeReader.Find(arena[socket.Details], NetlinkDiag.AttributeMemory));
        }
    }

    private void WriteExtended(in NetlinkRecord socket)
    {
        var cell = cells.Details;
        cell.Append(" sk="u8);
        cell.AppendHex(socket.Address);
        cell.Append(" cb="u8);
        cell.AppendHex(socket.Callback);
        cell.Append(" groups=0x"u8);
        cell.AppendHex((uint)socket.Groups, 8);
    }

    // Usually the pid of who opened it, but it may be any number.
    private string PortOf(int port)
    {
        if (port == -1)
            return "*";
        if (options.Numeric)
            return Number(port);
        if (port == 0)
            return "kernel";
        if (port > 0 && Files.TryReadText($"{files.Root}/{port}/stat") is string stat && NameIn(stat) is string name)
            return $"{name}/{port}";
        return Number(port);
    }

    // "PID (name) state": up to the first bracket, as ss reads it.
    private static string? NameIn(string stat)
    {
        int start = stat.IndexOf('(') + 1, end = stat.IndexOf(')', Math.Max(0, start));
        return start > 0 && end > start ? stat[start..end] : null;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
