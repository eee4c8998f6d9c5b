using System.Globalization;

namespace Sereno.Sockets.Filter;

/// <summary>Addresses and prefixes as iproute2 reads them: "10.8" is 10.8.0.0, not inet_aton(3)'s 10.0.0.8.</summary>
internal static class AddressReader
{
    /// <summary>ADDR, ADDR/LENGTH, ADDR/MASK, "any", "all" or "default".</summary>
    /// <param name="family">The only one to accept; Unspecified for both.</param>
    public static bool TryPrefix(ReadOnlySpan<char> text, SocketFamily family, out FilterPrefix prefix)
    {
        int slash = text.IndexOf('/');
        var address = slash < 0 ? text : text[..slash];
        if (address is "any" or "all" or "default")
        {
            prefix = new(family, 0, 0);
            return slash < 0;
        }
        prefix = default;
        var of = address.Contains(':') ? SocketFamily.Inet6 : SocketFamily.Inet;
        if (family != SocketFamily.Unspecified && family != of)
            return false;
        if (!(of == SocketFamily.Inet6 ? TryIPv6(address, out var bits) : TryIPv4(address, out bits)))
            return false;
        uint longest = of == SocketFamily.Inet6 ? 128u : 32, length = longest;
        if (slash >= 0 && (!TryLength(text[(slash + 1)..], out length) || length > longest))
            return false;
        prefix = new(of, bits, (int)length);
        return true;
    }

    /// <summary>One to four numbers of any base; what is missing is zero.</summary>
    private static bool TryIPv4(ReadOnlySpan<char> text, out UInt128 bits)
    {
        bits = 0;
        for (int i = 0; ; i++)
        {
            int length = CNumber.Unsigned(text, out ulong number);
            if (length == 0 || number > 255)
                return false;
            bits |= (UInt128)number << (120 - 8 * i);
            if (length == text.Length)
                return true;
            if (i == 3 || text[length] != '.')
                return false;
            text = text[(length + 1)..];
        }
    }

    /// <summary>inet_pton(3): RFC 4291 2.2.</summary>
    private static bool TryIPv6(ReadOnlySpan<char> text, out UInt128 bits)
    {
        bits = 0;
        int gap = -1, groups = 0;
        if (text is [':', ..] and not [':', ':', ..])
            return false;
        if (text is [':', ':', ..])
        {
            gap = 0;
            text = text[2..];
        }
        while (!text.IsEmpty)
        {
            int colon = text.IndexOf(':');
            var group = colon < 0 ? text : text[..colon];
            if (colon < 0 && group.Contains('.'))
            {
                if (groups > 6 || !TryDotted(group, out uint address))
                    return false;
                bits = bits << 32 | address;
                groups += 2;
                break;
            }
            if (groups == 8 || group.Length is 0 or > 4 || !ushort.TryParse(group, NumberStyles.AllowHexSpecifier, null, out ushort value))
                return false;
            bits = bits << 16 | value;
            groups++;
            if (colon < 0)
                break;
            text = text[(colon + 1)..];
            if (text.IsEmpty)
                return false;
            if (text[0] != ':')
                continue;
            if (gap >= 0)
                return false;
            gap = groups;
            text = text[1..];
        }
        if (gap < 0)
            return groups == 8;
        if (groups == 8)
            return false; // "::" stands for one group at least
        int behind = 16 * (groups - gap);
        var tail = bits & ((UInt128.One << behind) - 1);
        bits = gap == 0 ? tail : bits >> behind << (128 - 16 * gap) | tail;
        return true;
    }

    // inet_pton's dotted form: four decimal numbers without leading zeros.
    private static bool TryDotted(ReadOnlySpan<char> text, out uint address)
    {
        address = 0;
        int parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || part is ['0', _, ..] || part.ContainsAnyExceptInRange('0', '9') || int.Parse(part) > 255)
                return false;
            address = address << 8 | uint.Parse(part);
        }
        return parts == 4;
    }

    // A number, or a mask in the form of an address: so "any" is 0.
    private static bool TryLength(ReadOnlySpan<char> text, out uint length)
    {
        if (CNumber.TryUnsigned(text, uint.MaxValue, out length))
            return true;
        UInt128 bits = 0;
        if (text is not ("any" or "all" or "default") && (text.Contains(':') || !TryIPv4(text, out bits)))
            return false;
        uint host = ~(uint)(bits >> 96);
        length = 32 - (uint)System.Numerics.BitOperations.PopCount(host);
        return (host & (host + 1)) == 0;
    }
}
