using System.Globalization;
using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>What ss calls ports, hosts, interfaces and protocols; each is asked for once.</summary>
internal sealed class SsNames(SsOptions options, ProcFiles files)
{
    private readonly Dictionary<uint, string> _interfaces = [];
    private readonly Dictionary<InetAddress, string?> _hosts = [];
    private readonly Dictionary<(SocketProtocol?, ushort), string?> _services = [];
    private readonly (int First, int Last) _ephemeral = options.Numeric ? default : ReadEphemeral(files);
    private Dictionary<int, string>? _netlinkProtocols;

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
                : port >= _ephemeral.First && port <= _ephemeral.Last ? null
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

    /// <summary>A netlink protocol's name, as iproute2 has it unless its table says otherwise.</summary>
    public string NetlinkProtocol(int protocol)
    {
        if (options.Numeric)
            return protocol.ToString(CultureInfo.InvariantCulture);
        _netlinkProtocols ??= ReadNetlinkProtocols();
        return _netlinkProtocols.TryGetValue(protocol, out string? name) ? name : protocol.ToString(CultureInfo.InvariantCulture);
    }

    private static Dictionary<int, string> ReadNetlinkProtocols()
    {
        var names = new Dictionary<int, string>
        {
            [0] = "rtnl", [1] = "unused", [2] = "usersock", [3] = "fw", [4] = "tcpdiag", [5] = "nflog", [6] = "xfrm", [7] = "selinux",
            [8] = "iscsi", [9] = "audit", [10] = "fiblookup", [11] = "connector", [12] = "nft", [13] = "ip6fw", [14] = "dec-rt",
            [15] = "uevent", [16] = "genl", [18] = "scsi-trans", [19] = "ecryptfs", [20] = "rdma", [21] = "crypto",
        };
        if (Files.TryReadText("/etc/iproute2/nl_protos") is string text)
            foreach (string line in text.Split('\n'))
                if (line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var number, var name, ..] && number[0] != '#'
                    && (number.StartsWith("0x") ? int.TryParse(number[2..], NumberStyles.HexNumber, null, out int id) : int.TryParse(number, out id)))
                    names[id] = name;
        return names;
    }

    // Where nobody says, ss takes what Linux 2.4 had.
    private static (int, int) ReadEphemeral(ProcFiles files) =>
        Files.TryReadText(files.EphemeralRange)?.Split((char[])['\t', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries) is [var first, var last, ..]
            && int.TryParse(first, out int from) && int.TryParse(last, out int to) ? (from, to) : (1024, 4999);
}
