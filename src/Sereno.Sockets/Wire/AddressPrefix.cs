using System.Net;
using System.Net.Sockets;

namespace Sereno.Sockets.Wire;

/// <summary>A block of addresses: the first <see cref="Length"/> bits of <see cref="Address"/> (RFC 4632, RFC 4291 2.3).</summary>
public readonly record struct AddressPrefix(InetAddress Address, int Length)
{
    private int Width => Address.IsIPv4 ? 32 : 128;

    /// <summary>An IPv4-mapped address is in IPv4's blocks, not in IPv6's.</summary>
    public bool Contains(InetAddress address)
    {
        address = address.Unmapped;
        if (address.IsIPv4 != Address.IsIPv4)
            return false;
        if (Address.IsIPv4)
            return Same(address.Low << 32, Address.Low << 32, Length);
        return Same(address.High, Address.High, Length) && Same(address.Low, Address.Low, Length - 64);
    }

    /// <summary>Reads ADDRESS or ADDRESS/LENGTH; the address may stand in brackets.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AddressPrefix prefix)
    {
        int slash = text.LastIndexOf('/');
        var host = slash < 0 ? text : text[..slash];
        prefix = default;
        if (!TryParseAddress(host, out var address))
            return false;
        prefix = new(address, address.IsIPv4 ? 32 : 128);
        if (slash < 0)
            return true;
        if (!int.TryParse(text[(slash + 1)..], System.Globalization.NumberStyles.None, null, out int length) || length > prefix.Width)
            return false;
        prefix = prefix with { Length = length };
        return true;
    }

    /// <summary>Reads what inet_pton(3) reads, in brackets or not; an interface after "%" is left out, a mapped address becomes IPv4.</summary>
    public static bool TryParseAddress(ReadOnlySpan<char> text, out InetAddress address)
    {
        address = default;
        if (text is ['[', .. var inner, ']'])
            text = inner;
        int zone = text.IndexOf('%');
        if (zone >= 0)
            text = text[..zone];
        // IPAddress also takes inet_aton(3)'s "1" and "127.1", and a port behind brackets.
        if (text.Contains(']') || (!text.Contains(':') && text.Count('.') != 3))
            return false;
        if (!IPAddress.TryParse(text, out var parsed))
            return false;
        Span<byte> bytes = stackalloc byte[16];
        parsed.TryWriteBytes(bytes, out int length);
        address = InetAddress.FromBytes(bytes[..length]).Unmapped;
        return parsed.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6;
    }

    public override string ToString() => $"{Address}/{Length}";

    private static bool Same(ulong a, ulong b, int bits) => bits <= 0 || (a ^ b) >> (64 - Math.Min(bits, 64)) == 0;
}
