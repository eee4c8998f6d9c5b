using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Proc;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>netstat's Internet connections: a row for each socket, without an allocation.</summary>
/// <remarks>TCP and UDP come from sock_diag(7), at a third of the cost of text, unless -e or -o asks for what only
/// /proc/net tells: the uid of a half-open connection, clock ticks, unanswered probes.</remarks>
internal sealed class InternetRows(NetstatPage page, NetstatRequest request, NetstatNames names, ProgramNames? programs, SocketSieve? only)
{
    private const int AddressWidth = 23, CutAt = 22, LongestAddress = 127;

    private static readonly string[] s_tcpStates =
        ["", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING"];

    private readonly string[] _tcpStates = [.. s_tcpStates.Select(name => name.Length == 0 ? "" : page.Texts[name])];
    private readonly string _unknown = page.Texts["UNKNOWN"];
    private readonly TimerText _timers = new(page.Texts);
    private readonly Utf8Buffer _host = new(128), _port = new(128);

    private bool NeedsText => request.Extended > 0 || request.Timers;

    public void WriteHeading()
    {
        page.Print("Active Internet connections ");
        page.Print(Subset(request));
        page.Print("\nProto Recv-Q Send-Q Local Address           Foreign Address         State      ");
        if (request.Extended > 0)
            page.Print(" User       Inode     ");
        if (programs is not null)
            page.Out.Append(ProgramNames.Heading);
        if (request.Timers)
            page.Print(" Timer");
        page.Out.Append('\n');
    }

    /// <summary>Which of the sockets are shown, as a heading says it.</summary>
    public static string Subset(NetstatRequest request) =>
        request.All ? "(servers and established)" : request.Listening ? "(only servers)" : "(w/o servers)";

    /// <summary>Both families of one transport, as far as they are asked for.</summary>
    /// <returns>netstat's exit code when this transport can't be had: 1, or -1 for an unexpected error; else 0.</returns>
    public int Write(InternetTable table)
    {
        int exit = 0;
        if (!request.IsSelective || request.IPv4)
            exit = WriteFamily(table, ipv4: true);
        if (exit >= 0 && (!request.IsSelective || request.IPv6))
            WriteFamily(table, ipv4: false); // a kernel without IPv6 is nobody's fault
        return exit;
    }

    private int WriteFamily(InternetTable table, bool ipv4)
    {
        bool both = table.Protocol is SocketProtocol.Tcp or SocketProtocol.Udp;
        return both && !NeedsText && WriteFromKernel(table, ipv4) ? 0 : WriteFromText(table, ipv4);
    }

    private bool WriteFromKernel(InternetTable table, bool ipv4)
    {
        SocketTable sockets;
        try
        {
            sockets = SocketTable.Capture(new SocketQuery
            {
                Tcp = table.Protocol == SocketProtocol.Tcp, Udp = table.Protocol == SocketProtocol.Udp, IPv4 = ipv4, IPv6 = !ipv4,
                States = TcpStates.All, Owners = false,
            });
        }
        catch (LinuxException)
        {
            return false; // no sock_diag: the text has it too
        }
        foreach (ref readonly var socket in sockets.Records)
            if (IsShown(socket))
                WriteRow(table, socket, default);
        return true;
    }

    private int WriteFromText(InternetTable table, bool ipv4)
    {
        using var lines = ProcLines.TryOpen(table.Path(ipv4), out int errno);
        if (lines is null)
            return ipv4 ? page.Missing(request, table.Path(ipv4), table.Feature, errno) : 0;
        for (int number = 0; lines.Next(out var line); number++)
            if (number > 0)
                if (!ProcInet.TryRead(line, table.Protocol, out var socket, out var detail))
                    page.Complain($"warning, got bogus {table.Services} line.\n");
                else if (IsShown(socket))
                    WriteRow(table, socket, detail);
        return 0;
    }

    // A TCP server is what has no peer's port, any other what has no peer's address.
    private bool IsShown(in SocketRecord socket)
    {
        bool connected = socket.Protocol == SocketProtocol.Tcp ? socket.RemotePort != 0 : !socket.Remote.IsAny;
        return (request.All || connected != request.Listening) && only?.Admits(socket) != false;
    }

    private void WriteRow(InternetTable table, in SocketRecord socket, in ProcInetDetail detail)
    {
        var output = page.Out;
        int start = output.Length;
        output.Append(table.Label);
        if (!socket.IsIPv4)
            output.Append('6');
        output.PadFrom(start, 6);
        output.AppendRight(socket.ReceiveQueue, 6);
        output.Append(' ');
        // /proc/net/tcp knows nothing of the accept queue's limit.
        output.AppendRight(socket.IsListening && socket.Protocol == SocketProtocol.Tcp ? 0 : socket.SendQueue, 6);
        output.Append(' ');
        WriteEnd(table.Services, socket.Local, socket.LocalPort);
        output.Append(' ');
        WriteEnd(table.Services, socket.Remote, socket.RemotePort);
        output.Append(' ');
        start = output.Length;
        WriteState(socket);
        output.PadFrom(start, 11);
        WriteEndOfRow(socket, detail);
    }

    private void WriteState(in SocketRecord socket)
    {
        if (socket.Protocol == SocketProtocol.Raw)
            page.Out.Append((int)socket.State);
        else if (socket.Protocol == SocketProtocol.Tcp)
            page.Out.Append((int)socket.State < _tcpStates.Length ? _tcpStates[(int)socket.State] : "");
        else if (socket.State != TcpState.Close)
            page.Out.Append(socket.State == TcpState.Established ? _tcpStates[1] : _unknown);
    }

    private void WriteEndOfRow(in SocketRecord socket, in ProcInetDetail detail)
    {
        var output = page.Out;
        if (request.Extended > 0)
        {
            output.Append(' ');
            int start = output.Length;
            if (!request.NumericUsers && names.User(socket.Uid) is string user)
                output.Append(user);
            else
                output.Append((int)socket.Uid);
            output.PadFrom(start, 10);
            output.Append(' ');
            start = output.Length;
            output.Append(socket.Inode);
            output.PadFrom(start, 10);
        }
        programs?.Append(output, socket.Inode);
        if (request.Timers)
        {
            output.Append(' ');
            _timers.Append(output, socket.Protocol, detail);
        }
        output.Append('\n');
        page.EndRow();
    }

    private void WriteEnd(string services, in InetAddress address, ushort port)
    {
        _host.Clear();
        _port.Clear();
        if (request.NumericHosts)
            _host.Append(address.Unmapped);
        else
            _host.Append(names.Host(address));
        if (port == 0)
            _port.Append('*');
        else if (request.NumericPorts || names.Service(services, port) is not string service)
            _port.Append(port);
        else
            _port.Append(service);
        int start = page.Out.Length, host = _host.Length, shownPort = _port.Length;
        if (!request.Wide && host + shownPort > CutAt)
        {
            shownPort = Math.Min(shownPort, CutAt - 4);
            host = Math.Min(host, CutAt - shownPort);
        }
        page.Out.Append(_host[..host]);
        page.Out.Append(':');
        page.Out.Append(_port[..shownPort]);
        page.Out.Cut(start + LongestAddress);
        page.Out.PadFrom(start, AddressWidth);
    }
}
