using System.Net;
using System.Net.Sockets;
using Sereno.Texts;

namespace Sereno.Import;

/// <summary>ListenStream= and its siblings for what inetd and xinetd listen on.</summary>
public static class ListenLines
{
    /// <param name="protocol">tcp, udp, with 4, 6 or 46 behind it.</param>
    /// <param name="addresses">Where to listen; empty for everywhere.</param>
    /// <returns>Null where that can't be had, with the reason and the word that it is about.</returns>
    public static List<string>? Internet(string socketType, string protocol, IReadOnlyList<string> addresses, ushort port, out (ImportProblem Problem, string Word) why)
    {
        why = default;
        var (transport, family) = Split(protocol);
        string? key = (socketType, transport) switch
        {
            ("stream", "tcp") => "ListenStream",
            ("dgram", "udp") => "ListenDatagram",
            _ => null,
        };
        if (key is null)
        {
            why = transport is "tcp" or "udp" ? (ImportProblem.BadSocketType, socketType) : (ImportProblem.BadProtocol, protocol);
            return null;
        }
        var lines = new List<string>();
        foreach (string address in addresses.Count == 0 ? ["*"] : addresses)
            if (address is "*" or "")
                lines.Add($"{key}={family switch { "4" => $"0.0.0.0:{port}", "6" or "46" => $"[::]:{port}", _ => $"{port}" }}");
            else if (Numeric(address) is not { } ip)
            {
                why = (address.Any(c => c is not ('.' or '-' or ':') && !char.IsAsciiLetterOrDigit(c)) ? ImportProblem.BadAddress : ImportProblem.NamedAddress, address);
                return null;
            }
            else if (family != "" && (ip.AddressFamily == AddressFamily.InterNetwork) != (family == "4"))
            {
                why = (ImportProblem.BadAddress, address);
                return null;
            }
            else
                lines.Add($"{key}={(ip.AddressFamily == AddressFamily.InterNetwork ? $"{ip}" : $"[{new IPAddress(ip.GetAddressBytes())}]")}:{port}");
        if (family is "6" or "46")
            lines.Add($"BindIPv6Only={(family == "6" ? "ipv6-only" : "both")}");
        return lines;
    }

    private static (string Transport, string Family) Split(string protocol) =>
        protocol.EndsWith("46", StringComparison.Ordinal) ? (protocol[..^2], "46")
        : protocol is [.., '4' or '6'] ? (protocol[..^1], protocol[^1..]) : (protocol, "");

    private static IPAddress? Numeric(string text)
    {
        text = text is ['[', .. var inner, ']'] ? inner : text;
        if (text == "localhost")
            return IPAddress.Loopback;
        return IPAddress.TryParse(text, out var ip) && (text.Contains(':') ? !text.Contains('%') : text.Split('.').Length == 4) ? ip : null;
    }
}
