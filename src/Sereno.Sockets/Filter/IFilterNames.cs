using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Filter;

/// <summary>What a filter has to ask the machine: its names for ports, hosts, interfaces, cgroups and netlink protocols.</summary>
public interface IFilterNames
{
    /// <summary>net.ipv4.ip_local_port_range, for <c>autobound</c>.</summary>
    (int First, int Last) EphemeralPorts { get; }

    /// <summary>getservbyname(3); null for no such service of <paramref name="protocol"/> ("tcp", "udp").</summary>
    ushort? PortOf(string service, string protocol);

    /// <summary>gethostbyname2(3): addresses of one family; empty when the host has none.</summary>
    IReadOnlyList<InetAddress> AddressesOf(string host, SocketFamily family);

    /// <summary>Index of a network interface by its name or alternative name; 0 for none.</summary>
    uint InterfaceOf(string name);

    /// <summary>cgroup v2 id of a path, absolute or below the mount; 0 with the cause in <paramref name="error"/>, a line for a person.</summary>
    ulong CgroupOf(string path, out string error);

    /// <summary>Number of a netlink protocol by its name in /etc/iproute2/nl_protos or in ss itself; null for none.</summary>
    byte? NetlinkProtocolOf(string name);
}
