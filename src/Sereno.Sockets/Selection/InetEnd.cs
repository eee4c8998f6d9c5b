using Sereno.Sockets.Ports;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Selection;

/// <summary>One end of a connection: a socket in RFC 9293's sense, ADDRESS:PORT.</summary>
public readonly record struct InetEnd(InetAddress Address, ushort Port)
{
    /// <summary>Reads 10.0.0.1:80, [::1]:80, or a service's name as the port; null when it isn't an end.</summary>
    public static InetEnd? TryParse(string text)
    {
        text = text.Trim();
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || PortRange.Parse(text[(colon + 1)..]) is not [var port, ..] || port.First != port.Last)
            return null;
        string host = text[..colon];
        return (host[0] == '[' || !host.Contains(':')) && AddressPrefix.TryParseAddress(host, out var address) ? new(address, port.First) : null;
    }

    public override string ToString() => Address.IsIPv4 ? $"{Address}:{Port}" : $"[{Address}]:{Port}";
}
