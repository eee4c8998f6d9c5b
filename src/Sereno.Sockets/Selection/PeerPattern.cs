using Sereno.Sockets.Ports;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Selection;

/// <summary>The other end of a connection: an address or a block of them, a port, or both.</summary>
/// <param name="Prefix">Null for any address.</param>
/// <param name="Port">Null for any port.</param>
public readonly record struct PeerPattern(AddressPrefix? Prefix, ushort? Port)
{
    public bool Matches(in SocketRecord socket) =>
        (socket.RemotePort != 0 || !socket.Remote.IsAny)
        && (Prefix is not { } prefix || prefix.Contains(socket.Remote))
        && (Port is not { } port || socket.RemotePort == port);

    /// <summary>Reads ADDRESS[/LENGTH][:PORT] or :PORT; an IPv6 address stands in brackets when a port follows. The port may be
    /// a service's name, the address "*" for any.</summary>
    public static PeerPattern? TryParse(string text)
    {
        if (AddressPrefix.TryParse(text, out var whole))
            return new(whole, null);
        int colon = text.LastIndexOf(':');
        if (colon < 0 || PortRange.Parse(text[(colon + 1)..]) is not [var port, ..] || port.First != port.Last)
            return null;
        string host = text[..colon];
        if (host is "" or "*")
            return new(null, port.First);
        // "[::1]/64:80" and "[::1/64]:80" are both written.
        if (host is ['[', .. var inner, ']'] && inner.Contains('/'))
            host = inner;
        return (host.Contains('[') || !host.Contains(':') || host.Contains('/')) && AddressPrefix.TryParse(host, out var prefix) ? new(prefix, port.First) : null;
    }
}
