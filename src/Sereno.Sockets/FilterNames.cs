using System.Globalization;
using Sereno.Linux;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets;

/// <summary>This machine's names, for filters.</summary>
/// <param name="ephemeralRange">The file that tells net.ipv4.ip_local_port_range.</param>
public sealed class FilterNames(string ephemeralRange = "/proc/sys/net/ipv4/ip_local_port_range") : IFilterNames
{
    private static readonly string[] s_netlinkProtocols =
    [
        "rtnl", "unused", "usersock", "fw", "tcpdiag", "nflog", "xfrm", "selinux", "iscsi", "audit", "fiblookup", "connector", "nft",
        "ip6fw", "dec-rt", "uevent", "genl", "", "scsi-trans", "ecryptfs", "rdma", "crypto",
    ];

    private Dictionary<byte, string>? _protocols;

    // Where nobody says, ss takes what Linux 2.4 had.
    public (int First, int Last) EphemeralPorts =>
        Read(ephemeralRange)?.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries) is [var first, var last, ..]
            && int.TryParse(first, out int from) && int.TryParse(last, out int to) ? (from, to) : (1024, 4999);

    public ushort? PortOf(string service, string protocol) => NameService.PortOf(service, protocol);

    public IReadOnlyList<InetAddress> AddressesOf(string host, SocketFamily family) =>
        [.. NameService.AddressesOf(host, (int)family).Select(bytes => InetAddress.FromBytes(bytes))];

    public uint InterfaceOf(string name) => NameService.IndexOf(name);

    public ulong CgroupOf(string path, out string error) => CgroupId.Of(path, out error);

    /// <summary>The name of a netlink protocol, or null.</summary>
    public string? NetlinkProtocolOf(byte number) =>
        (_protocols ??= ReadProtocols()).TryGetValue(number, out string? name) && name.Length > 0 ? name : null;

    public byte? NetlinkProtocolOf(string name)
    {
        foreach (var (number, known) in (_protocols ??= ReadProtocols()).OrderBy(entry => entry.Key))
            if (known.Length > 0 && known == name)
                return number;
        return null;
    }

    // The file's names replace those of its numbers.
    private static Dictionary<byte, string> ReadProtocols()
    {
        var names = new Dictionary<byte, string>();
        for (byte i = 0; i < s_netlinkProtocols.Length; i++)
            names[i] = s_netlinkProtocols[i];
        foreach (string line in (Read("/etc/iproute2/nl_protos") ?? "").Split('\n'))
            if (line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var number, var name, ..]
                && (number.StartsWith("0x", StringComparison.Ordinal) ? byte.TryParse(number[2..], NumberStyles.HexNumber, null, out byte id) : byte.TryParse(number, out id)))
                names[id] = name;
        return names;
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
