using Sereno.Sockets.Owners;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>The cells that sockets of every family have alike: state, queues, two ends, processes, memory.</summary>
internal sealed class SsCells(SsColumns columns, SsOptions options, OwnerIndex owners)
{
    /// <summary>The details' cell, after <see cref="SeekDetails"/>.</summary>
    public Utf8Buffer Details => columns.Cell();

    /// <summary>ss's name of a state.</summary>
    public static ReadOnlySpan<byte> NameOf(TcpState state) => state switch
    {
        TcpState.Established => "ESTAB"u8,
        TcpState.SynSent => "SYN-SENT"u8,
        TcpState.SynReceived => "SYN-RECV"u8,
        TcpState.FinWait1 => "FIN-WAIT-1"u8,
        TcpState.FinWait2 => "FIN-WAIT-2"u8,
        TcpState.TimeWait => "TIME-WAIT"u8,
        TcpState.Close or TcpState.BoundInactive => "UNCONN"u8,
        TcpState.CloseWait => "CLOSE-WAIT"u8,
        TcpState.LastAck => "LAST-ACK"u8,
        TcpState.Listen => "LISTEN"u8,
        TcpState.Closing => "CLOSING"u8,
        _ => "UNKNOWN"u8,
    };

    public void Begin(ReadOnlySpan<byte> netid, TcpState state, uint receiveQueue, uint sendQueue)
    {
        columns.Seek(SsColumn.Netid);
        if (!columns.IsHidden)
            columns.Cell().Append(netid);
        columns.Seek(SsColumn.State);
        if (!columns.IsHidden)
            columns.Cell().Append(NameOf(state));
        WriteQueue(SsColumn.ReceiveQueue, receiveQueue);
        WriteQueue(SsColumn.SendQueue, sendQueue);
    }

    /// <summary>Begins an end's address; its port's cell is the next column's.</summary>
    public Utf8Buffer Seek(SsColumn column)
    {
        columns.Seek(column);
        return columns.Cell();
    }

    public void WriteEnd(SsColumn column, ReadOnlySpan<byte> address, char delimiter, int port)
    {
        var cell = Seek(column);
        cell.Append(address);
        cell.Append(delimiter);
        Seek(column + 1).Append(port);
    }

    public void WriteEnd(SsColumn column, string address, char delimiter, string port)
    {
        var cell = Seek(column);
        cell.Append(address);
        cell.Append(delimiter);
        Seek(column + 1).Append(port);
    }

    public void SeekDetails() => columns.Seek(SsColumn.Details);

    /// <summary>What of the details begins a line of its own.</summary>
    public Utf8Buffer BeginLine()
    {
        Details.Append(options.OneLine ? " "u8 : "\n\t"u8);
        return Details;
    }

    public void WriteProcesses(uint inode)
    {
        int i = owners.LastOf(inode);
        if (i < 0)
            return;
        var cell = Details;
        cell.Append(" users:("u8);
        while (i >= 0)
        {
            var holding = owners[i];
            var process = owners.Processes[holding.Process];
            cell.Append("(\""u8);
            WriteName(cell, process);
            cell.Append("\",pid="u8);
            cell.Append(process.Pid);
            if (owners.ByThread)
            {
                cell.Append(",tid="u8);
                cell.Append(process.Tid);
            }
            cell.Append(",fd="u8);
            cell.Append(holding.Fd);
            cell.Append(holding.Next < 0 ? ")"u8 : "),"u8);
            i = holding.Next;
        }
        cell.Append(')');
    }

    /// <summary>SK_MEMINFO_*: nine figures, of which older kernels lack the last one or two.</summary>
    public void WriteSocketMemory(ReadOnlySpan<byte> attribute)
    {
        if (attribute.Length < 7 * 4)
            return;
        var cell = Details;
        var figures = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(attribute);
        Figure(cell, " skmem:(r"u8, figures[0]);
        Figure(cell, ",rb"u8, figures[1]);
        Figure(cell, ",t"u8, figures[2]);
        Figure(cell, ",tb"u8, figures[3]);
        Figure(cell, ",f"u8, figures[4]);
        Figure(cell, ",w"u8, figures[5]);
        Figure(cell, ",o"u8, figures[6]);
        if (figures.Length > 7)
            Figure(cell, ",bl"u8, figures[7]);
        if (figures.Length > 8)
            Figure(cell, ",d"u8, figures[8]);
        cell.Append(')');
    }

    public void WriteShutdown(byte mask)
    {
        Details.Append((mask & 1) != 0 ? " --"u8 : " <-"u8);
        Details.Append((mask & 2) != 0 ? "-"u8 : ">"u8);
    }

    private static void Figure(Utf8Buffer cell, ReadOnlySpan<byte> name, uint figure)
    {
        cell.Append(name);
        cell.Append(figure);
    }

    private void WriteQueue(SsColumn column, uint length)
    {
        columns.Seek(column);
        if (columns.IsHidden)
            return;
        var cell = columns.Cell();
        int start = cell.Length;
        cell.Append((int)length);
        cell.PadFrom(start, 6);
    }

    // ss reads the name from /proc/PID/stat, where some kernels escape line ends and backslashes, up to the first ')'.
    private static void WriteName(Utf8Buffer cell, OwnerIndex.Process process)
    {
        var name = process.Name.Span;
        if (name.IndexOfAny((byte)'\n', (byte)'\\') >= 0)
            name = process.NameInStat;
        int end = name.IndexOf((byte)')');
        cell.Append(end < 0 ? name : name[..end]);
    }
}
