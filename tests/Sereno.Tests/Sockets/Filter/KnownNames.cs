using System.Net;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Wire;

namespace Sereno.Tests.Sockets.Filter;

/// <summary>A machine of which every name is known.</summary>
internal sealed class KnownNames : IFilterNames
{
    public (int First, int Last) EphemeralPorts => (32768, 60999);

    public ushort? PortOf(string service, string protocol) => (service, protocol) switch
    {
        ("ssh", "tcp") => 22,
        ("domain", _) => 53,
        ("syslog", "udp") => 514,
        ("both", "tcp") => 1001,
        ("both", "udp") => 1002,
        _ => null,
    };

    public IReadOnlyList<InetAddress> AddressesOf(string host, SocketFamily family) => (host, family) switch
    {
        ("two", SocketFamily.Inet) => [Address("10.0.0.1"), Address("10.0.0.2")],
        ("two" or "six", SocketFamily.Inet6) => [Address("2001:db8::1")],
        _ => [],
    };

    public uint InterfaceOf(string name) => name switch { "lo" => 1, "eth0" => 2, _ => 0 };

    public ulong CgroupOf(string path, out string error)
    {
        error = path is "/a" or "/a b" ? "" : "Failed to get cgroup2 ID: No such file or directory";
        return error.Length == 0 ? 0x1_0000_0007ul + (ulong)path.Length : 0;
    }

    public byte? NetlinkProtocolOf(string name) => name switch { "rtnl" => 0, "tcpdiag" => 4, "genl" => 16, _ => null };

    public static InetAddress Address(string text) => InetAddress.FromBytes(IPAddress.Parse(text).GetAddressBytes());

    /// <summary>Reads a filter of one line.</summary>
    public static SocketFilter? Parse(string filter, FilterContext? context = null) =>
        SocketFilter.Parse([filter], 0, default, context ?? new(), new KnownNames());

    public static FilterExpression Read(string filter) => Parse(filter)!.Expression;
}
