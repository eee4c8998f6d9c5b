using System.Globalization;
using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>What ss calls ports, hosts, interfaces and protocols; each is asked for once.</summary>
internal sealed class SsNames(SsOptions options, ProcFiles files)
{
    private readonly Dictionary<uint, string> _interfaces = [];
    private readonly Dictionary<InetAddress, string?> _hosts = [];
    private readonly Dictionary<(SocketProtocol?, ushort), string?> _services = [];
    private readonly FilterNames _machine = new(files.EphemeralRange);
    private (int First, int Last)? _ephemeral;

    /// <summary>The table whose services name ports: that of the socket, or the one before it where a table has none of its own.
    /// Null before all of them: then any protocol's do.</summary>
    public SocketProtocol? Services { get; set; }

    /// <summary>A port's service; null for the number.</summary>
    public string? ServiceOf(ushort port)
    {
        if (options.Numeric)
            return null;
        if (!_services.TryGetValue((Services, port), out string? name))
            _services[(Services, port)] = name = Services == SocketProtocol.Raw ? NameService.ProtocolOf(port) ?? $"ipproto-{port}"
                // Ephemeral ports aren't looked up: what /etc/services says of them is hardly ever what uses them.
                : IsEphemeral(port) ? null
                : NameService.ServiceOf(port, Services switch { null => null, SocketProtocol.Udp => "udp", _ => "tcp" });
        return name;
    }

    /// <summary>An address's host; null for the address.</summary>
    public string? HostOf(in InetAddress address)
    {
        if (!options.Resolve)
            return null;
        if (!_hosts.TryGetValue(address, out string? name))
        {
            Span<byte> bytes = stackalloc byte[16];
            _hosts[address] = name = NameService.HostNameOf(bytes[..address.Unmapped.WriteBytes(bytes)]);
        }
        return name;
    }

    public string InterfaceOf(uint index)
    {
        if (!_interfaces.TryGetValue(index, out string? name))
            _interfaces[index] = name = NameService.InterfaceOf(index) ?? $"if{index}";
        return name;
    }

    public string EtherTypeOf(ushort etherType) => (options.Numeric ? null : LinkProtocols.NameOf(etherType)) ?? $"[{etherType}]";

    public string NetlinkProtocolOf(byte protocol) =>
        (options.Numeric ? null : _machine.NetlinkProtocolOf(protocol)) ?? protocol.ToString(CultureInfo.InvariantCulture);

    private bool IsEphemeral(ushort port)
    {
        var (first, last) = _ephemeral ??= _machine.EphemeralPorts;
        return port >= first && port <= last;
    }
}
