using Sereno.Sockets.Owners;
using Sereno.Sockets.Proc;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>ss's rows of Internet sockets.</summary>
internal sealed class InetRows(SsCells cells, SsOptions options, SsNames names, ByteArena arena, Action<ReadOnlySpan<byte>> writeAhead,
    Action<string>? complain)
{
    private const byte Icmp6 = 58;
    private readonly CgroupPaths _cgroups = new();
    private readonly TcpInfoText _tcp = new(options, writeAhead);

    public void Write(in SocketRecord socket)
    {
        int type = socket.IpProtocol ?? (int)socket.Protocol;
        cells.Begin(socket.IsFromText && socket.Protocol == SocketProtocol.Raw ? "raw"u8 : NetidOf(type), socket.State, socket.ReceiveQueue, socket.SendQueue);
        WriteEnd(SsColumn.Local, socket.Local, socket.LocalPort, socket.Interface, socket);
        WriteEnd(SsColumn.Peer, socket.Remote, socket.RemotePort, 0, socket);
        cells.SeekDetails();
        if (options.Processes || options.Threads)
            cells.WriteProcesses(socket.Inode);
        if (socket.IsFromText)
            WriteFromText(socket);
        else
            WriteDetails(socket, type);
    }

    /// <summary>What -e shows of a socket that isn't a unix or netlink one.</summary>
    public static void WriteIdentity(Utf8Buffer cell, uint uid, uint inode, ulong cookie)
    {
        if (uid != 0)
        {
            cell.Append(" uid:"u8);
            cell.Append(uid);
        }
        cell.Append(" ino:"u8);
        cell.Append(inode);
        cell.Append(" sk:"u8);
        cell.AppendHex(cookie);
    }

    private static ReadOnlySpan<byte> NetidOf(int protocol) => protocol switch
    {
        0 => "raw"u8,
        (int)SocketProtocol.Udp => "udp"u8,
        (int)SocketProtocol.Tcp => "tcp"u8,
        (int)SocketProtocol.Mptcp => "mptcp"u8,
        (int)SocketProtocol.Sctp => "sctp"u8,
        (int)SocketProtocol.Dccp => "dccp"u8,
        Icmp6 => "icmp6"u8,
        _ => "???"u8,
    };

    private void WriteEnd(SsColumn column, in InetAddress address, ushort port, uint boundInterface, in SocketRecord socket)
    {
        var cell = cells.Seek(column);
        if (!address.IsIPv4 && address.IsAny && socket.IPv6Only is not true)
            cell.Append('*');
        else if (names.HostOf(address) is string host)
            cell.Append(host);
        else if (address.IsIPv4)
            cell.Append(address);
        else
        {
            cell.Append('[');
            cell.Append(address);
            cell.Append(']');
        }
        if (boundInterface != 0)
        {
            cell.Append('%');
            cell.Append(names.InterfaceOf(boundInterface));
        }
        cell.Append(':');
        cell = cells.Seek(column + 1);
        if (port == 0)
            cell.Append('*');
        else if (names.ServiceOf(port) is string service)
            cell.Append(service);
        else
            cell.Append(port);
    }

    private void WriteDetails(in SocketRecord socket, int type)
    {
        if (options.Timers)
            WriteTimer(socket, type == (int)SocketProtocol.Sctp);
        if (options.Extended)
            WriteExtended(socket);
        var attributes = arena[socket.Details];
        if (options.TypeOfService)
            WriteTypeOfService(attributes);
        if (options.Cgroup && socket.CgroupId != 0)
            WriteCgroup(socket.CgroupId);
        if (options.InetOptions && AttributeReader.Find(attributes, InetDiag.AttributeOptions) is { Length: >= 2 } bits)
            WriteOptions((uint)(bits[0] | bits[1] << 8));
        if (!options.Memory && !(options.Information && type != (int)SocketProtocol.Udp))
            return;
        if (!options.OneLine)
            cells.Details.Append("\n\t"u8);
        WriteMemory(attributes);
        if (type == (int)SocketProtocol.Mptcp)
            MptcpText.WriteInformation(cells.Details, AttributeReader.Find(attributes, InetDiag.AttributeInformation));
        else if (type != (int)SocketProtocol.Sctp)
            _tcp.Write(cells.Details, socket.State, attributes);
    }

    private void WriteMemory(ReadOnlySpan<byte> attributes)
    {
        if (AttributeReader.Has(attributes, InetDiag.AttributeSocketMemory, out var figures))
            cells.WriteSocketMemory(figures);
        else if (AttributeReader.Has(attributes, InetDiag.AttributeMemory, out var memory))
            TcpInfoText.WriteOldMemory(cells.Details, memory);
    }

    private void WriteTimer(in SocketRecord socket, bool sctp)
    {
        if (socket.Timer == SocketTimer.Off)
            return;
        WriteTimer(cells.Details, sctp ? "T3_RTX"u8 : socket.Timer switch
        {
            SocketTimer.Retransmit => "on"u8,
            SocketTimer.KeepAlive => "keepalive"u8,
            SocketTimer.TimeWait => "timewait"u8,
            SocketTimer.ZeroWindowProbe => "persist"u8,
            _ => "unknown"u8,
        }, (int)socket.Expires, socket.Retransmits);
    }

    private static void WriteTimer(Utf8Buffer cell, ReadOnlySpan<byte> name, int milliseconds, int count)
    {
        cell.Append(" timer:("u8);
        cell.Append(name);
        cell.Append(',');
        WriteDuration(cell, milliseconds);
        cell.Append(',');
        cell.Append(count);
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
        var cell = cells.Details;
        WriteIdentity(cell, socket.Uid, socket.Inode, socket.Cookie);
        if (socket.Mark != 0)
        {
            cell.Append(" fwmark:0x"u8);
            cell.AppendHex(socket.Mark);
        }
        if (socket.CgroupId != 0)
            WriteCgroup(socket.CgroupId);
        if (socket.IPv6Only is bool only && !socket.IsIPv4)
            cell.Append(only ? " v6only:1"u8 : " v6only:0"u8);
        if (socket.Shutdown is byte mask)
            cells.WriteShutdown(mask);
    }

    private void WriteTypeOfService(ReadOnlySpan<byte> attributes)
    {
        var cell = cells.Details;
        if (AttributeReader.Find(attributes, InetDiag.AttributeTos) is [var tos, ..])
        {
            cell.Append(" tos:"u8);
            cell.AppendHexMarked(tos);
        }
        if (AttributeReader.Find(attributes, InetDiag.AttributeTrafficClass) is [var trafficClass, ..])
        {
            cell.Append(" tclass:"u8);
            cell.AppendHexMarked(trafficClass);
        }
        if (System.Runtime.InteropServices.MemoryMarshal.TryRead<uint>(AttributeReader.Find(attributes, InetDiag.AttributeClassId), out uint classId))
        {
            cell.Append(" class_id:"u8);
            cell.AppendHexMarked(classId);
        }
    }

    private void WriteCgroup(ulong id)
    {
        var cell = cells.Details;
        cell.Append(" cgroup:"u8);
        if (_cgroups.PathOf(id, complain) is string path)
            cell.Append(path);
        else
        {
            cell.Append("unreachable:"u8);
            cell.AppendHex(id);
        }
    }

    // struct inet_diag_sockopt, bit by bit.
    private void WriteOptions(uint bits)
    {
        ReadOnlySpan<string> options =
        [
            "recverr", "is_icsk", "freebind", "hdrincl", "mc_loop", "transparent", "mc_all", "nodefrag", "bind_addr_no_port", "recverr_rfc4884",
            "defer_connect",
        ];
        var cell = cells.BeginLine();
        cell.Append("inet-sockopt: ("u8);
        for (int i = 0; i < options.Length; i++)
            if ((bits >> i & 1) != 0)
            {
                cell.Append(' ');
                cell.Append(options[i]);
            }
        cell.Append(')');
    }

    // Only TCP's text says more than a row's columns.
    private void WriteFromText(in SocketRecord socket)
    {
        if (socket.Protocol != SocketProtocol.Tcp || !ProcInet.TryRead(arena[socket.Details], socket.Protocol, out _, out var text))
            return;
        int count = (int)(text.Timer == 1 ? (uint)text.Retransmits : text.Probes);
        if (options.Timers && text.Timer != 0)
            WriteTimer(cells.Details, text.Timer switch { 1 => "on"u8, 2 => "keepalive"u8, 3 => "timewait"u8, 4 => "persist"u8, _ => "unknown"u8 },
                (int)((uint)text.TimerTicks * ProcInet.TickMilliseconds), count);
        if (options.Extended)
            WriteIdentity(cells.Details, socket.Uid, socket.Inode, text.Pointer);
        if (options.Information)
            TcpInfoText.WriteFromText(cells.Details, text, count);
    }
}
