using Sereno.Linux;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>Names of addresses, ports and users as netstat shows them, each asked for once.</summary>
internal sealed class NetstatNames
{
    private readonly Dictionary<InetAddress, string> _hosts = [];
    private readonly Dictionary<uint, string> _networks = [];
    private readonly Dictionary<uint, string?> _users = [];
    private Dictionary<(string Protocol, int Port), string>? _services;

    /// <summary>A host's name, or its address: an IPv4 one inside IPv6 without what is before it.</summary>
    public string Host(in InetAddress address)
    {
        if (address.IsAny)
            return address.IsIPv4 ? "0.0.0.0" : "[::]";
        if (_hosts.TryGetValue(address, out string? name))
            return name;
        // net-tools compares with its netmask in the wrong byte order: 0.x.y.z is a network to it.
        if (address.IsIPv4 && address.Low >> 24 == 0)
            return Network((uint)address.Low);
        Span<byte> bytes = stackalloc byte[16];
        name = NameService.HostOf(bytes[..address.WriteBytes(bytes)]) ?? address.ToString();
        if (address.IsMappedIPv4 && name.IndexOf('.') is var dot and >= 0)
            name = name[(name.LastIndexOf(':', dot) + 1)..];
        return _hosts[address] = name;
    }

    /// <summary>The name of an IPv4 network in /etc/networks, or its address.</summary>
    public string Network(uint address)
    {
        if (!_networks.TryGetValue(address, out string? name))
            _networks[address] = name = NameService.NetworkOf(address) ?? new InetAddress(true, 0, address).ToString();
        return name;
    }

    /// <summary>Null when the port has no name. Where it has several the last in /etc/services counts, as with net-tools.</summary>
    /// <param name="protocol">tcp, udp, or raw: then the port is a protocol's number.</param>
    public string? Service(string protocol, ushort port) => (_services ??= ReadServices()).GetValueOrDefault((protocol, port));

    public string? User(uint uid)
    {
        if (!_users.TryGetValue(uid, out string? name))
            _users[uid] = name = NameService.UserOf(uid);
        return name;
    }

    private static Dictionary<(string, int), string> ReadServices()
    {
        var names = new Dictionary<(string, int), string>();
        foreach (var (name, port, protocol) in NameService.Services())
            names[(protocol, port)] = name;
        foreach (var (name, number) in NameService.Protocols())
            names[("raw", number)] = name;
        return names;
    }
}
