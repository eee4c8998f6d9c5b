using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Sereno.Units.Values;

/// <summary>An IP network. The address begins at the upper end, whichever its family.</summary>
public readonly record struct AddressPrefix
{
    private readonly UInt128 _address;

    private AddressPrefix(bool isIPv6, UInt128 address, int length) =>
        (IsIPv6, Length, _address) = (isIPv6, (byte)length, length == 0 ? 0 : address & UInt128.MaxValue << (128 - length));

    public bool IsIPv6 { get; }
    public byte Length { get; }

    /// <summary>4 or 16 bytes, in the network's order.</summary>
    public byte[] Address
    {
        get
        {
            var bytes = new byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, _address);
            return IsIPv6 ? bytes : bytes[..4];
        }
    }

    public static readonly AddressPrefix Any4 = new(false, 0, 0), Any6 = new(true, 0, 0);

    /// <summary>What a word stands for (systemd.resource-control(5), IPAddressAllow=); empty where it is no prefix.</summary>
    public static IEnumerable<AddressPrefix> Parse(string word) => word switch
    {
        "any" => [Any4, Any6],
        "link-local" => [Of("169.254.0.0", 16), Of("fe80::", 64)],
        "multicast" => [Of("224.0.0.0", 4), Of("ff00::", 8)],
        _ when IsLocalhost(word) => [Of("127.0.0.0", 8), Of("::1", 128)],
        _ => TryParse(word) is { } prefix ? [prefix] : [],
    };

    /// <param name="address">IPv4 that came over IPv6 as it is: another family than IPv4's.</param>
    public bool Contains(IPAddress address) => (address.AddressFamily == AddressFamily.InterNetworkV6) == IsIPv6 && Make(address, Length) == this;

    public override string ToString() => $"{new IPAddress(Address)}/{Length}";

    private static AddressPrefix Of(string address, int length) => Make(IPAddress.Parse(address), length);

    private static AddressPrefix Make(IPAddress address, int length)
    {
        var bytes = new byte[16];
        address.GetAddressBytes().CopyTo(bytes, 0);
        return new(address.AddressFamily == AddressFamily.InterNetworkV6, BinaryPrimitives.ReadUInt128BigEndian(bytes), length);
    }

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdefABCDEF:.");

    private static AddressPrefix? TryParse(string word)
    {
        int slash = word.IndexOf('/');
        string text = slash < 0 ? word : word[..slash];
        // inet_pton(3) knows neither zones nor brackets, nor octal, short and hexadecimal IPv4.
        if (text.AsSpan().ContainsAnyExcept(s_digits) || !IPAddress.TryParse(text, out var address))
            return null;
        string dotted = text[(text.LastIndexOf(':') + 1)..];
        if ((address.AddressFamily == AddressFamily.InterNetwork || dotted.Contains('.')) && !IsDotted(dotted))
            return null;
        int longest = address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
        if (slash < 0)
            return Make(address, longest);
        return Integers.ReadUnsigned(word[(slash + 1)..], (ulong)longest, out ulong length) == ParseError.None ? Make(address, (int)length) : null;
    }

    private static bool IsDotted(string text) => text.Split('.') is { Length: 4 } parts
        && parts.All(p => p.Length is > 0 and <= 3 && p.All(char.IsAsciiDigit) && (p.Length == 1 || p[0] != '0') && int.Parse(p) <= 255);

    /// <summary>RFC 6761 6.3.</summary>
    private static bool IsLocalhost(string word)
    {
        string name = word.ToLowerInvariant();
        name = name.EndsWith('.') ? name[..^1] : name;
        name = name.EndsWith(".localdomain", StringComparison.Ordinal) ? name[..^".localdomain".Length] : name;
        return name == "localhost" || name.EndsWith(".localhost", StringComparison.Ordinal);
    }
}
