using System.Net;
using System.Net.Sockets;

namespace Sereno.Units.Values;

/// <summary>What ListenStream= and its siblings name (systemd.socket(5)); prints as <c>systemctl status</c> writes it.</summary>
public abstract record ListenAddress
{
    /// <summary>sizeof(sun_path), unix(7): with the zero behind a path, or before an abstract name.</summary>
    private const int LongestPath = 108;

    /// <summary>Where it is in the file system; null where it isn't.</summary>
    public virtual string? File => null;

    /// <summary>A path, <c>@abstract</c>, <c>vsock:CID:PORT</c>, a port, <c>ADDRESS:PORT</c> or <c>ADDRESS:PORT%INTERFACE</c>.</summary>
    public static ParseError Read(string text, out ListenAddress? address)
    {
        address = null;
        if (text is ['/' or '@', ..])
        {
            if (Text.RawText.Encode(text).Length is var length && (length <= 1 || length > (text[0] == '/' ? LongestPath - 1 : LongestPath)))
                return ParseError.Invalid;
            address = new PathAddress(text);
            return ParseError.None;
        }
        if (text.StartsWith("vsock:", StringComparison.Ordinal))
            return ReadVsock(text["vsock:".Length..], out address);
        switch (Integers.ReadUnsigned(text, ushort.MaxValue, out ulong port))
        {
            case ParseError.None when port > 0:
                address = new InternetAddress(null, (ushort)port, null);
                return ParseError.None;
            case ParseError.Range:
                return ParseError.Range;
        }
        return ReadInternet(text, out address);
    }

    /// <summary><c>FAMILY [GROUP]</c>, the family by name or number (netlink(7)).</summary>
    public static ParseError ReadNetlink(string text, out ListenAddress? address)
    {
        address = null;
        string[] words = text.Split((char[])[' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            return ParseError.Invalid;
        ulong group = 0;
        if (!NetlinkAddress.Families.TryGetValue(words[0], out int family))
        {
            if (Integers.ReadUnsigned(words[0], int.MaxValue, out ulong number) != ParseError.None)
                return ParseError.Invalid;
            family = (int)number;
        }
        if (words.Length == 2 && Integers.ReadUnsigned(words[1], uint.MaxValue, out group) is not ParseError.None and var error)
            return error;
        address = new NetlinkAddress(family, (uint)group);
        return ParseError.None;
    }

    private static ParseError ReadVsock(string text, out ListenAddress? address)
    {
        address = null;
        string[] parts = text.Split(':', 2);
        if (parts.Length < 2)
            return ParseError.Invalid;
        if (Integers.ReadUnsigned(parts[1], uint.MaxValue, out ulong port) is not ParseError.None and var bad)
            return bad;
        ulong cid = uint.MaxValue; // VMADDR_CID_ANY
        if (parts[0].Length > 0 && Integers.ReadUnsigned(parts[0], uint.MaxValue, out cid) is not ParseError.None and var error)
            return error;
        address = new VsockAddress((uint)cid, (uint)port);
        return ParseError.None;
    }

    private static ParseError ReadInternet(string text, out ListenAddress? address)
    {
        address = null;
        string? zone = null;
        if (text.IndexOf('%') is >= 0 and var percent)
            (text, zone) = (text[..percent], text[(percent + 1)..]);
        int colon = text.LastIndexOf(':');
        if (colon <= 0)
            return ParseError.Invalid;
        string host = text[..colon];
        var family = AddressFamily.InterNetwork;
        if (host is ['[', .., ']'])
            (host, family) = (host[1..^1], AddressFamily.InterNetworkV6);
        if (!IPAddress.TryParse(host, out var ip) || ip.AddressFamily != family || (family == AddressFamily.InterNetwork && host.Count(c => c == '.') != 3))
            return ParseError.Invalid;
        if (Integers.ReadUnsigned(text[(colon + 1)..], ushort.MaxValue, out ulong port) is not ParseError.None and var bad)
            return bad;
        if (port == 0) // would be another one each time
            return ParseError.Invalid;
        address = new InternetAddress(ip, (ushort)port, zone);
        return ParseError.None;
    }
}

/// <param name="Path">Absolute, or an abstract name behind an at sign (unix(7)).</param>
public sealed record PathAddress(string Path) : ListenAddress
{
    public override string? File => Path[0] == '/' ? Path : null;

    public override string ToString() => Path;
}

/// <param name="Ip">Null for a port alone: every address, IPv6's if the machine has it.</param>
/// <param name="Interface">Name or number of the interface that a link-local address belongs to.</param>
public sealed record InternetAddress(IPAddress? Ip, ushort Port, string? Interface) : ListenAddress
{
    public override string ToString()
    {
        string zone = Interface is null ? "" : "%" + Interface;
        return Ip is null ? $"[::]:{Port}" : Ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Ip}]:{Port}{zone}" : $"{Ip}:{Port}{zone}";
    }
}

/// <summary>vsock(7).</summary>
public sealed record VsockAddress(uint Cid, uint Port) : ListenAddress
{
    public override string ToString() => Cid == uint.MaxValue ? $"vsock::{Port}" : $"vsock:{Cid}:{Port}";
}

/// <summary>netlink(7).</summary>
public sealed record NetlinkAddress(int Family, uint Group) : ListenAddress
{
    /// <summary>linux/netlink.h, by systemd's names (systemd.socket(5) points there).</summary>
    internal static readonly IReadOnlyDictionary<string, int> Families = new Dictionary<string, int>
    {
        ["route"] = 0, ["firewall"] = 3, ["inet-diag"] = 4, ["nflog"] = 5, ["xfrm"] = 6, ["selinux"] = 7, ["iscsi"] = 8, ["audit"] = 9, ["fib-lookup"] = 10,
        ["connector"] = 11, ["netfilter"] = 12, ["ip6-fw"] = 13, ["dnrtmsg"] = 14, ["kobject-uevent"] = 15, ["generic"] = 16, ["scsitransport"] = 18,
        ["ecryptfs"] = 19, ["rdma"] = 20,
    };

    public override string ToString() => $"{Families.FirstOrDefault(f => f.Value == Family).Key ?? Family.ToString(System.Globalization.CultureInfo.InvariantCulture)} {Group}";
}
