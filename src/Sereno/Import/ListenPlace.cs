using System.Net;
using Sereno.Units.Values;

namespace Sereno.Import;

/// <summary>An address that a socket unit of ours would listen on.</summary>
/// <param name="Text">As the unit has it.</param>
public readonly record struct ListenPlace(string Text, bool IsStream, ListenAddress Address, bool OnlyIPv6)
{
    public static List<ListenPlace> Of(IReadOnlyList<string> socketLines)
    {
        bool onlyIPv6 = socketLines.Contains("BindIPv6Only=ipv6-only");
        var places = new List<ListenPlace>();
        foreach (string line in socketLines)
            if (line.Split('=', 2) is [("ListenStream" or "ListenDatagram") and var key, var text]
                && ListenAddress.Read(text.Replace("%%", "%", StringComparison.Ordinal), out var address) == ParseError.None)
                places.Add(new(text, key == "ListenStream", address!, onlyIPv6));
        return places;
    }

    /// <summary>Whether bind(2) would refuse the second of the two.</summary>
    public bool Collides(ListenPlace other)
    {
        if (Address is not InternetAddress { Ip: var mine, Port: var port } || other.Address is not InternetAddress { Ip: var theirs, Port: var theirPort })
            return Address == other.Address; // a path has one socket, of whatever type
        if (IsStream != other.IsStream || port != theirPort)
            return false;
        return (Takes(mine, OnlyIPv6, 4) && Takes(theirs, other.OnlyIPv6, 4) && Meet(mine, theirs)) || (Takes(mine, OnlyIPv6, 6) && Takes(theirs, other.OnlyIPv6, 6) && Meet(mine, theirs));
    }

    private static bool Takes(IPAddress? ip, bool onlyIPv6, int family) =>
        ip is null ? true : ip.Equals(IPAddress.IPv6Any) ? family == 6 || !onlyIPv6 : (ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6) == (family == 6);

    private static bool Meet(IPAddress? a, IPAddress? b) => IsAny(a) || IsAny(b) || a!.Equals(b);

    private static bool IsAny(IPAddress? ip) => ip is null || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);
}
