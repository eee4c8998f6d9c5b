using Sereno.Linux;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>What netstat's options ask to be shown.</summary>
public sealed record NetstatOptions
{
    public bool Tcp { get; init; } = true;
    public bool Udp { get; init; } = true;
    public bool All { get; init; }
    public bool Listening { get; init; }
    public bool NumericHosts { get; init; }
    public bool NumericPorts { get; init; }
    public bool Programs { get; init; }
    public bool Wide { get; init; }
}

/// <summary>A snapshot as net-tools 2.10's netstat prints its Internet connections.</summary>
public sealed class NetstatView
{
    private const int AddressWidth = 23, CutAt = 22, ProgramWidth = 20;

    private readonly SocketTable _table;
    private readonly NetstatOptions _options;
    private readonly Utf8Buffer _out = new();
    private readonly Utf8Buffer _host = new(128), _port = new(128);
    private readonly Dictionary<InetAddress, string> _hosts = [];
    private readonly Dictionary<(SocketProtocol, ushort), string?> _services = [];

    private NetstatView(SocketTable table, NetstatOptions options)
    {
        _table = table;
        _options = options;
    }

    public static void Write(SocketTable table, NetstatOptions options, Stream output)
    {
        var view = new NetstatView(table, options);
        view.WriteHeader();
        // netstat reads tcp, tcp6, udp, udp6.
        foreach (var protocol in (ReadOnlySpan<SocketProtocol>)[SocketProtocol.Tcp, SocketProtocol.Udp])
            if (protocol == SocketProtocol.Tcp ? options.Tcp : options.Udp)
                foreach (bool ipv4 in (ReadOnlySpan<bool>)[true, false])
                    foreach (ref readonly var socket in table.Records)
                        if (socket.Protocol == protocol && socket.IsIPv4 == ipv4 && view.IsShown(socket))
                        {
                            view.WriteRow(socket);
                            if (view._out.Length >= 60 * 1024)
                                view.Flush(output);
                        }
        view.Flush(output);
        output.Flush();
    }

    private void Flush(Stream output)
    {
        output.Write(_out.Written);
        _out.Clear();
    }

    private void WriteHeader()
    {
        _out.Append("Active Internet connections "u8);
        _out.Append(_options.All ? "(servers and established)"u8 : _options.Listening ? "(only servers)"u8 : "(w/o servers)"u8);
        _out.Append("\nProto Recv-Q Send-Q Local Address           Foreign Address         State      "u8);
        if (_options.Programs)
            _out.Append(" PID/Program name    "u8);
        _out.Append('\n');
    }

    // A TCP server is what has no peer's port, a UDP server what has no peer's address.
    private bool IsShown(in SocketRecord socket)
    {
        bool connected = socket.Protocol == SocketProtocol.Tcp ? socket.RemotePort != 0 : !socket.Remote.IsAny;
        return _options.All || connected != _options.Listening;
    }

    private void WriteRow(in SocketRecord socket)
    {
        int start = _out.Length;
        _out.Append(socket.Protocol == SocketProtocol.Tcp ? "tcp"u8 : "udp"u8);
        if (!socket.IsIPv4)
            _out.Append('6');
        _out.PadFrom(start, 6);
        _out.AppendRight(socket.ReceiveQueue, 6);
        _out.Append(' ');
        // /proc/net/tcp, which netstat reads, has no limit of the accept queue.
        _out.AppendRight(socket.IsListening ? 0 : socket.SendQueue, 6);
        _out.Append(' ');
        WriteEnd(socket.Protocol, socket.Local, socket.LocalPort);
        _out.Append(' ');
        WriteEnd(socket.Protocol, socket.Remote, socket.RemotePort);
        _out.Append(' ');
        start = _out.Length;
        _out.Append(NameOf(socket));
        _out.PadFrom(start, 11);
        if (_options.Programs)
            WriteProgram(socket.Inode);
        _out.Append('\n');
    }

    private void WriteEnd(SocketProtocol protocol, in InetAddress address, ushort port)
    {
        _host.Clear();
        _port.Clear();
        if (_options.NumericHosts)
            _host.Append(address.Unmapped);
        else
            _host.Append(HostName(address));
        if (port == 0)
            _port.Append('*');
        else if (_options.NumericPorts || ServiceName(protocol, port) is not string service)
            _port.Append(port);
        else
            _port.Append(service);
        int start = _out.Length, host = _host.Length, shownPort = _port.Length;
        if (!_options.Wide && host + shownPort > CutAt)
        {
            shownPort = Math.Min(shownPort, CutAt - 4);
            host = Math.Min(host, CutAt - shownPort);
        }
        _out.Append(_host[..host]);
        _out.Append(':');
        _out.Append(_port[..shownPort]);
        _out.PadFrom(start, AddressWidth);
    }

    // PID/argv[0] of the first process found, as much of it as fits.
    private void WriteProgram(uint inode)
    {
        _out.Append(' ');
        int start = _out.Length;
        int first = -1;
        for (int i = _table.Owners.LastOf(inode); i >= 0; i = _table.Owners[i].Next)
            first = i;
        if (first < 0)
            _out.Append('-');
        else
        {
            var process = _table.Owners.Processes[_table.Owners[first].Process];
            _out.Append(process.Pid);
            _out.Append('/');
            _out.Append(process.Program);
            _out.Cut(start + ProgramWidth - 1);
        }
        _out.PadFrom(start, ProgramWidth);
    }

    private static ReadOnlySpan<byte> NameOf(in SocketRecord socket) => (socket.Protocol, socket.State) switch
    {
        (_, TcpState.Established) => "ESTABLISHED"u8,
        (SocketProtocol.Udp, TcpState.Close) => ""u8,
        (SocketProtocol.Udp, _) => "UNKNOWN"u8,
        (_, TcpState.SynSent) => "SYN_SENT"u8,
        (_, TcpState.SynReceived) => "SYN_RECV"u8,
        (_, TcpState.FinWait1) => "FIN_WAIT1"u8,
        (_, TcpState.FinWait2) => "FIN_WAIT2"u8,
        (_, TcpState.TimeWait) => "TIME_WAIT"u8,
        (_, TcpState.Close) => "CLOSE"u8,
        (_, TcpState.CloseWait) => "CLOSE_WAIT"u8,
        (_, TcpState.LastAck) => "LAST_ACK"u8,
        (_, TcpState.Listen) => "LISTEN"u8,
        (_, TcpState.Closing) => "CLOSING"u8,
        _ => ""u8,
    };

    private string HostName(in InetAddress address)
    {
        if (address.IsAny)
            return address.IsIPv4 ? "0.0.0.0" : "[::]";
        if (!_hosts.TryGetValue(address, out string? name))
        {
            Span<byte> bytes = stackalloc byte[16];
            int length = address.WriteBytes(bytes);
            _hosts[address] = name = NameService.HostOf(bytes[..length]) ?? address.Unmapped.ToString();
        }
        return name;
    }

    private string? ServiceName(SocketProtocol protocol, ushort port)
    {
        if (!_services.TryGetValue((protocol, port), out string? name))
            _services[(protocol, port)] = name = NameService.ServiceOf(port, protocol == SocketProtocol.Tcp ? "tcp" : "udp");
        return name;
    }
}
