using Sereno.Linux;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>What ss's options ask to be shown.</summary>
public sealed record SsOptions
{
    public bool Header { get; init; } = true;
    public bool Numeric { get; init; }
    public bool Processes { get; init; }

    /// <summary>And their threads.</summary>
    public bool Threads { get; init; }
    public bool Timers { get; init; }
    public bool Extended { get; init; }
    public bool Cgroup { get; init; }

    /// <summary>Only one socket table is shown, so that its name isn't.</summary>
    public bool OneTable { get; init; }

    /// <summary>Only one state is shown, so that its name isn't.</summary>
    public bool OneState { get; init; }
}

/// <summary>A snapshot as iproute2 6.1's ss prints it, byte for byte.</summary>
public sealed class SsView
{
    private readonly SocketTable _table;
    private readonly SsOptions _options;
    private readonly SsColumns _columns;
    private readonly CgroupPaths _cgroups = new();
    private readonly Dictionary<uint, string> _interfaces = [];
    private readonly Dictionary<(SocketProtocol, ushort), string?> _services = [];
    private readonly EphemeralRange _ephemeral;

    private SsView(SocketTable table, SsOptions options, Stream output, int? terminalWidth)
    {
        _table = table;
        _options = options;
        _columns = new(output, terminalWidth);
        _ephemeral = options.Numeric ? default : EphemeralRange.Read();
    }

    /// <param name="terminalWidth">Columns to lay out for; null for the compact layout.</param>
    public static void Write(SocketTable table, SsOptions options, Stream output, int? terminalWidth)
    {
        var view = new SsView(table, options, output, terminalWidth);
        if (options.OneTable)
            view._columns.Hide(SsColumn.Netid);
        if (options.OneState)
            view._columns.Hide(SsColumn.State);
        if (options.Header)
            view._columns.WriteHeader();
        foreach (ref readonly var socket in table.Records)
            view.WriteRow(socket);
        view._columns.Finish();
    }

    /// <summary>ss's name of a state.</summary>
    public static ReadOnlySpan<byte> NameOf(TcpState state) => state switch
    {
        TcpState.Established => "ESTAB"u8,
        TcpState.SynSent => "SYN-SENT"u8,
        TcpState.SynReceived => "SYN-RECV"u8,
        TcpState.FinWait1 => "FIN-WAIT-1"u8,
        TcpState.FinWait2 => "FIN-WAIT-2"u8,
        TcpState.TimeWait => "TIME-WAIT"u8,
        TcpState.Close => "UNCONN"u8,
        TcpState.CloseWait => "CLOSE-WAIT"u8,
        TcpState.LastAck => "LAST-ACK"u8,
        TcpState.Listen => "LISTEN"u8,
        TcpState.Closing => "CLOSING"u8,
        _ => "UNKNOWN"u8,
    };

    private void WriteRow(in SocketRecord socket)
    {
        _columns.Seek(SsColumn.Netid);
        if (!_columns.IsHidden)
            _columns.Cell().Append(socket.Protocol == SocketProtocol.Tcp ? "tcp"u8 : "udp"u8);
        _columns.Seek(SsColumn.State);
        if (!_columns.IsHidden)
            _columns.Cell().Append(NameOf(socket.State));
        WriteQueue(SsColumn.ReceiveQueue, socket.ReceiveQueue);
        WriteQueue(SsColumn.SendQueue, socket.SendQueue);
        WriteEnd(SsColumn.Local, socket.Local, socket.LocalPort, socket.Interface, socket);
        WriteEnd(SsColumn.Peer, socket.Remote, socket.RemotePort, 0, socket);
        _columns.Seek(SsColumn.Details);
        if (_options.Processes)
            WriteProcesses(socket.Inode);
        if (_options.Timers)
            WriteTimer(socket);
        if (_options.Extended)
            WriteExtended(socket);
        if (_options.Cgroup && socket.CgroupId != 0)
            WriteCgroup(socket.CgroupId);
    }

    private void WriteQueue(SsColumn column, uint length)
    {
        _columns.Seek(column);
        var cell = _columns.Cell();
        int start = cell.Length;
        cell.Append((int)length);
        cell.PadFrom(start, 6);
    }

    private void WriteEnd(SsColumn column, in InetAddress address, ushort port, uint boundInterface, in SocketRecord socket)
    {
        _columns.Seek(column);
        var cell = _columns.Cell();
        if (address.IsIPv4)
            cell.Append(address);
        else if (address.IsAny && socket.IPv6Only is not true)
            cell.Append('*');
        else
        {
            cell.Append('[');
            cell.Append(address);
            cell.Append(']');
        }
        if (boundInterface != 0)
        {
            cell.Append('%');
            cell.Append(InterfaceName(boundInterface));
        }
        cell.Append(':');
        _columns.Seek(column + 1);
        if (port == 0)
            _columns.Cell().Append('*');
        else if (_options.Numeric || ServiceName(socket.Protocol, port) is not string service)
            _columns.Cell().Append(port);
        else
            _columns.Cell().Append(service);
    }

    private void WriteProcesses(uint inode)
    {
        int i = _table.Owners.LastOf(inode);
        if (i < 0)
            return;
        var cell = _columns.Cell();
        cell.Append(" users:("u8);
        while (i >= 0)
        {
            var holding = _table.Owners[i];
            var process = _table.Owners.Processes[holding.Process];
            cell.Append("(\""u8);
            WriteName(cell, process.Name.Span);
            cell.Append("\",pid="u8);
            cell.Append(process.Pid);
            if (_table.Owners.ByThread)
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

    // ss reads the name from /proc/PID/stat, where line ends and backslashes are escaped, up to the first ')'.
    private static void WriteName(Utf8Buffer cell, ReadOnlySpan<byte> name)
    {
        foreach (byte c in name)
            if (c == ')')
                return;
            else if (c == '\n')
                cell.Append("\\n"u8);
            else if (c == '\\')
                cell.Append("\\\\"u8);
            else
                cell.Append((char)c);
    }

    private void WriteTimer(in SocketRecord socket)
    {
        if (socket.Timer == SocketTimer.Off)
            return;
        var cell = _columns.Cell();
        cell.Append(" timer:("u8);
        cell.Append(socket.Timer switch
        {
            SocketTimer.Retransmit => "on"u8,
            SocketTimer.KeepAlive => "keepalive"u8,
            SocketTimer.TimeWait => "timewait"u8,
            SocketTimer.ZeroWindowProbe => "persist"u8,
            _ => "unknown"u8,
        });
        cell.Append(',');
        WriteDuration(cell, (int)socket.Expires);
        cell.Append(',');
        cell.Append(socket.Retransmits);
        cell.Append(')');
    }

    // The longer, the coarser: 3min20sec, 12min, 45sec, 3.020ms (sic), 200ms.
    private static void WriteDuration(Utf8Buffer cell, int milliseconds)
    {
        int seconds = milliseconds / 1000, minutes = seconds / 60, fraction = milliseconds % 1000;
        seconds %= 60;
        if (minutes != 0)
        {
            fraction = 0;
            cell.Append(minutes);
            cell.Append("min"u8);
            if (minutes > 9)
                seconds = 0;
        }
        if (seconds != 0)
        {
            if (seconds > 9)
                fraction = 0;
            cell.Append(seconds);
            cell.Append(fraction != 0 ? "."u8 : "sec"u8);
        }
        if (fraction != 0)
        {
            Span<byte> digits = stackalloc byte[11];
            fraction.TryFormat(digits, out int length, "000");
            cell.Append(digits[..length]);
            cell.Append("ms"u8);
        }
    }

    private void WriteExtended(in SocketRecord socket)
    {
        var cell = _columns.Cell();
        if (socket.Uid != 0)
        {
            cell.Append(" uid:"u8);
            cell.Append(socket.Uid);
        }
        cell.Append(" ino:"u8);
        cell.Append(socket.Inode);
        cell.Append(" sk:"u8);
        cell.AppendHex(socket.Cookie);
        if (socket.Mark != 0)
        {
            cell.Append(" fwmark:0x"u8);
            cell.AppendHex(socket.Mark);
        }
        if (socket.CgroupId != 0)
            WriteCgroup(socket.CgroupId);
        if (socket.IPv6Only is bool only)
            cell.Append(only ? " v6only:1"u8 : " v6only:0"u8);
        if (socket.Shutdown is byte mask)
        {
            cell.Append((mask & 1) != 0 ? " --"u8 : " <-"u8);
            cell.Append((mask & 2) != 0 ? "-"u8 : ">"u8);
        }
    }

    private void WriteCgroup(ulong id)
    {
        var cell = _columns.Cell();
        cell.Append(" cgroup:"u8);
        if (_cgroups.PathOf(id) is string path)
            cell.Append(path);
        else
        {
            cell.Append("unreachable:"u8);
            cell.AppendHex(id);
        }
    }

    private string InterfaceName(uint index)
    {
        if (!_interfaces.TryGetValue(index, out string? name))
            _interfaces[index] = name = NameService.InterfaceOf(index) ?? $"if{index}";
        return name;
    }

    // Ephemeral ports aren't looked up: what /etc/services says of them is hardly ever what uses them.
    private string? ServiceName(SocketProtocol protocol, ushort port)
    {
        if (_ephemeral.Contains(port))
            return null;
        if (!_services.TryGetValue((protocol, port), out string? name))
            _services[(protocol, port)] = name = NameService.ServiceOf(port, protocol == SocketProtocol.Tcp ? "tcp" : "udp");
        return name;
    }
}
