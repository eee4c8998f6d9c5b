using System.Text;
using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views.Windows;

/// <summary>Windows' table of connections: TCP and UDP, IPv4 before IPv6, by address and port.</summary>
/// <remarks>An IPv4 conversation on an IPv6 socket is IPv4 here, as on Windows: filters by "[" depend on it.</remarks>
internal sealed class WindowsConnections(WindowsPage page, WindowsNetstatRequest request, IUnitResolver units, SocketSieve? only)
{
    private const int ProtocolWidth = 5, AddressWidth = 21, StateWidth = 14, OffloadWidth = 13;
    private static readonly string s_noState = "";

    private readonly Dictionary<InetAddress, string> _hosts = [];
    private readonly Dictionary<(string, ushort), string?> _services = [];
    private readonly Utf8Buffer _end = new(128);

    private bool ShowsAll => request.All || request.Bound;

    public void Write()
    {
        var table = SocketTable.Capture(new SocketQuery
        {
            Tcp = Wants(WindowsProtocol.Tcp) || Wants(WindowsProtocol.Tcpv6), Udp = Wants(WindowsProtocol.Udp) || Wants(WindowsProtocol.Udpv6),
            States = TcpStates.All | (request.Bound ? TcpStates.BoundInactive : TcpStates.None), Owners = request.Pids || request.Executables,
        }, units);
        WriteHeading();
        SocketRecord[] rows = [.. table.Records.ToArray().Where(IsShown).OrderBy(s => s.Protocol != SocketProtocol.Tcp).ThenBy(s => !IsIPv4(s))
            .ThenBy(s => s.Local.Unmapped.High).ThenBy(s => s.Local.Unmapped.Low).ThenBy(s => s.LocalPort)
            .ThenBy(s => s.Remote.Unmapped.High).ThenBy(s => s.Remote.Unmapped.Low).ThenBy(s => s.RemotePort)];
        foreach (ref readonly var socket in rows.AsSpan())
            WriteRow(table, socket);
    }

    // Of an IPv6 socket with an IPv4 peer both addresses are mapped.
    private static bool IsIPv4(in SocketRecord socket) => socket.Local.Unmapped.IsIPv4;

    private bool Wants(WindowsProtocol protocol) => request.Protocol == WindowsProtocol.All || request.Protocol == protocol;

    private bool IsShown(SocketRecord socket)
    {
        bool tcp = socket.Protocol == SocketProtocol.Tcp;
        if (!Wants((tcp, IsIPv4(socket)) switch
        {
            (true, true) => WindowsProtocol.Tcp,
            (true, false) => WindowsProtocol.Tcpv6,
            (false, true) => WindowsProtocol.Udp,
            _ => WindowsProtocol.Udpv6,
        }))
            return false;
        if (only?.Admits(socket) == false)
            return false;
        return ShowsAll || tcp && socket.State is not (TcpState.Listen or TcpState.Close or TcpState.BoundInactive);
    }

    private void WriteHeading()
    {
        var text = page.Text;
        page.Line();
        page.Line(text.Connections);
        page.Line();
        page.Column(text.Protocol, ProtocolWidth);
        page.Column(text.LocalAddress, AddressWidth);
        page.Out.Append(text.ForeignAddress);
        bool last = !request.Pids && !request.Offload && !request.Templates;
        page.Out.Append(text.State);
        page.Out.AppendSpaces(last ? 0 : StateWidth - text.State.Length);
        if (request.Pids)
            page.Column(text.Pid, request.Offload || request.Templates ? 8 : 0);
        if (request.Offload)
            page.Column(text.OffloadState, OffloadWidth);
        if (request.Templates)
            page.Column(text.Template, 0);
        page.EndLine();
    }

    private void WriteRow(SocketTable table, in SocketRecord socket)
    {
        bool tcp = socket.Protocol == SocketProtocol.Tcp;
        page.Column(tcp ? "TCP" : "UDP", ProtocolWidth);
        WriteLocal(socket);
        WriteForeign(socket);
        bool last = !request.Pids && !request.Offload && !request.Templates;
        page.Column(tcp ? StateName(socket.State) : s_noState, last ? 0 : StateWidth);
        int process = request.Pids || request.Executables ? FirstHolder(table.Owners, socket.Inode) : -1;
        if (request.Pids)
        {
            page.Out.Append("  "u8);
            int start = page.Out.Length;
            page.Out.Append(process < 0 ? 0 : table.Owners.Processes[process].Pid); // nobody's are the idle process's
            page.Out.PadFrom(start, request.Offload || request.Templates ? 8 : 0);
        }
        if (request.Offload)
            page.Column(tcp ? "InHost" : "", OffloadWidth);
        if (request.Templates)
            page.Column(tcp ? "Not Applicable" : "", 0);
        page.EndLine();
        if (request.Executables)
            WriteExecutable(table, socket, process);
    }

    private static int FirstHolder(OwnerIndex owners, uint inode)
    {
        int first = -1;
        for (int i = owners.LastOf(inode); i >= 0; i = owners[i].Next)
            first = owners[i].Process;
        return first;
    }

    private void WriteExecutable(SocketTable table, in SocketRecord socket, int process)
    {
        if (table.UnitOf(socket) is string unit)
            page.Line("  %s", unit);
        if (process < 0)
            page.Line("%s", page.Text.NoOwner);
        else
            page.Line(" [%s]", ExecutableOf(table.Owners.Processes[process]));
    }

    private static string ExecutableOf(OwnerIndex.Process process)
    {
        try
        {
            if (new FileInfo($"/proc/{process.Pid}/exe").LinkTarget is string path)
                return Path.GetFileName(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { } // another user's: its name is known all the same
        return Encoding.UTF8.GetString(process.Name.Span);
    }

    private void WriteLocal(in SocketRecord socket)
    {
        _end.Clear();
        WriteAddress(socket.Local.Unmapped, socket.Interface);
        _end.Append(':');
        _end.Append(socket.LocalPort);
        WriteEnd();
    }

    private void WriteForeign(in SocketRecord socket)
    {
        bool tcp = socket.Protocol == SocketProtocol.Tcp;
        var address = socket.Remote.Unmapped;
        _end.Clear();
        if (!tcp && socket.RemotePort == 0)
            _end.Append("*:*"u8);
        else
        {
            if (request.Numeric)
                WriteAddress(address, socket.Interface);
            else
                _end.Append(HostName(address));
            _end.Append(':');
            if (!request.Numeric && ServiceName(tcp ? "tcp" : "udp", socket.RemotePort) is string service)
                _end.Append(service);
            else
                _end.Append(socket.RemotePort);
        }
        WriteEnd();
    }

    private void WriteAddress(in InetAddress address, uint device)
    {
        if (address.IsIPv4)
        {
            _end.Append(address);
            return;
        }
        _end.Append('[');
        _end.Append(address);
        if (device != 0 && address.High >> 54 == 0xFE80 >> 6)
        {
            _end.Append('%');
            _end.Append(device);
        }
        _end.Append(']');
    }

    private void WriteEnd()
    {
        page.Out.Append("  "u8);
        int start = page.Out.Length;
        page.Out.Append(_end.Written);
        page.Out.PadFrom(start, AddressWidth);
    }

    // Windows gives its own name to whoever isn't there.
    private string HostName(in InetAddress address)
    {
        if (_hosts.TryGetValue(address, out string? name))
            return name;
        Span<byte> bytes = stackalloc byte[16];
        name = address.IsAny ? Environment.MachineName : NameService.HostOf(bytes[..address.WriteBytes(bytes)]) ?? address.ToString();
        bool number = name.All(c => c == '.' || char.IsAsciiDigit(c));
        if (name.Contains(':'))
            name = $"[{name}]";
        else if (!request.FullNames && !number && name.IndexOf('.') is var dot and > 0)
            name = name[..dot];
        return _hosts[address] = name;
    }

    private string? ServiceName(string protocol, ushort port)
    {
        if (!_services.TryGetValue((protocol, port), out string? name))
            _services[(protocol, port)] = name = port == 0 ? null : NameService.ServiceOf(port, protocol);
        return name;
    }

    private static string StateName(TcpState state) => state switch
    {
        TcpState.Established => "ESTABLISHED",
        TcpState.SynSent => "SYN_SENT",
        TcpState.SynReceived => "SYN_RECEIVED",
        TcpState.FinWait1 => "FIN_WAIT_1",
        TcpState.FinWait2 => "FIN_WAIT_2",
        TcpState.TimeWait => "TIME_WAIT",
        TcpState.CloseWait => "CLOSE_WAIT",
        TcpState.LastAck => "LAST_ACK",
        TcpState.Listen => "LISTENING",
        TcpState.Closing => "CLOSING",
        TcpState.Close or TcpState.BoundInactive => "BOUND", // the kernel lists no closed socket but those
        _ => "",
    };
}
