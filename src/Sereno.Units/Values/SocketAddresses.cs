using System.Net;
using System.Net.Sockets;

namespace Sereno.Units.Values;

/// <summary>What ListenStream= and its siblings take (systemd.socket(5)): a path, <c>@abstract</c>, <c>vsock:CID:PORT</c>, a port, <c>ADDRESS:PORT</c>.</summary>
public static class SocketAddresses
{
    /// <summary>sizeof(sun_path).</summary>
    private const int LongestPath = 108;

    public static ParseError Check(string text)
    {
        if (text is ['/' or '@', ..])
            return Text.RawText.Encode(text).Length is > 1 and var length && length < (text[0] == '/' ? LongestPath : LongestPath + 1) ? ParseError.None : ParseError.Invalid;
        if (text.StartsWith("vsock:", StringComparison.Ordinal))
        {
            string[] parts = text["vsock:".Length..].Split(':', 2);
            return parts.Length < 2 ? ParseError.Invalid
                : Integers.ReadUnsigned(parts[1], uint.MaxValue, out _) is not ParseError.None and var error ? error
                : parts[0].Length == 0 ? ParseError.None : Integers.ReadUnsigned(parts[0], uint.MaxValue, out _);
        }
        switch (Integers.ReadUnsigned(text, ushort.MaxValue, out ulong port))
        {
            case ParseError.None when port > 0:
                return ParseError.None;
            case ParseError.Range:
                return ParseError.Range;
        }
        int zone = text.IndexOf('%');
        if (zone >= 0)
            text = text[..zone];
        int colon = text.LastIndexOf(':');
        if (colon <= 0)
            return ParseError.Invalid;
        string host = text[..colon];
        var family = AddressFamily.InterNetwork;
        if (host is ['[', .., ']'])
            (host, family) = (host[1..^1], AddressFamily.InterNetworkV6);
        if (!IPAddress.TryParse(host, out var address) || address.AddressFamily != family || (family == AddressFamily.InterNetwork && host.Count(c => c == '.') != 3))
            return ParseError.Invalid;
        return Integers.ReadUnsigned(text[(colon + 1)..], ushort.MaxValue, out port) is not ParseError.None and var bad ? bad : port == 0 ? ParseError.Invalid : ParseError.None;
    }
}
