using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sereno.Units.Values;

/// <summary>What ListenStream= names (systemd.socket(5)): a path, an abstract name with its at sign, or an internet address.</summary>
/// <param name="Path">Null for an internet address.</param>
/// <param name="Ip">Null for a port alone: every address, IPv6 if the machine has it.</param>
public sealed record ListenAddress(string? Path, IPAddress? Ip, ushort Port)
{
    // struct sockaddr_un (unix(7)): 108 bytes with the zero behind a path; an abstract name has none.
    private const int MaxPath = 107;

    /// <summary>Null for what is no such address.</summary>
    public static ListenAddress? Parse(string text)
    {
        if (text is ['/', ..] or ['@', _, ..])
            return Text.RawText.Encode(text).Length <= MaxPath ? new(text, null, 0) : null;
        if (Number(text) is { } port)
            return new(null, null, port);
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || Number(text[(colon + 1)..]) is not { } at)
            return null;
        string host = text[..colon];
        bool isBracketed = host is ['[', .., ']'];
        return IPAddress.TryParse(isBracketed ? host[1..^1] : host, out var address)
            && isBracketed == (address.AddressFamily == AddressFamily.InterNetworkV6) && (isBracketed || host.Count(c => c == '.') == 3)
            ? new(null, address, at) : null;
    }

    public override string ToString() => Path ?? (Ip is null ? $"[::]:{Port}" : Ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Ip}]:{Port}" : $"{Ip}:{Port}");

    // Port 0 would be another one each time.
    private static ushort? Number(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port != 0 ? port : null;
}
