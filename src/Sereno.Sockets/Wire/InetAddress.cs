using System.Buffers.Binary;

namespace Sereno.Sockets.Wire;

/// <summary>An IPv4 or IPv6 address as a value. IPv4 is kept in the low 32 bits.</summary>
public readonly record struct InetAddress(bool IsIPv4, ulong High, ulong Low)
{
    /// <summary>From 4 or 16 bytes in network order.</summary>
    public static InetAddress FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == 4
        ? new(true, 0, BinaryPrimitives.ReadUInt32BigEndian(bytes))
        : new(false, BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>0.0.0.0 or ::.</summary>
    public bool IsAny => (High | Low) == 0;

    /// <summary>fe80::/10: each link has its own (RFC 4007), so an interface belongs to it.</summary>
    public bool NeedsZone => !IsIPv4 && High >> 54 == 0x3FA;

    /// <summary>::ffff:a.b.c.d, an IPv4 peer on an IPv6 socket (RFC 4291 2.5.5.2).</summary>
    public bool IsMappedIPv4 => !IsIPv4 && High == 0 && Low >> 32 == 0xFFFF;

    /// <summary>The IPv4 address inside a mapped one; any other address unchanged.</summary>
    public InetAddress Unmapped => IsMappedIPv4 ? new(true, 0, (uint)Low) : this;

    /// <summary>Writes 4 or 16 bytes in network order; returns how many.</summary>
    public int WriteBytes(Span<byte> bytes)
    {
        if (IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Low);
            return 4;
        }
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return 16;
    }

    /// <summary>Longest text: inet_ntop(3)'s INET6_ADDRSTRLEN without its zero.</summary>
    public const int MaxTextLength = 45;

    /// <summary>Writes the text that inet_ntop(3) gives, in ASCII; returns its length.</summary>
    public int Format(Span<byte> text) => IsIPv4 ? FormatIPv4((uint)Low, text) : FormatIPv6(text);

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[MaxTextLength];
        return System.Text.Encoding.ASCII.GetString(text[..Format(text)]);
    }

    private ushort Group(int i) => (ushort)((i < 4 ? High : Low) >> (48 - 16 * (i & 3)));

    private static int FormatIPv4(uint address, Span<byte> text)
    {
        int n = 0;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            byte b = (byte)(address >> shift);
            if (b >= 100)
                text[n++] = (byte)('0' + b / 100);
            if (b >= 10)
                text[n++] = (byte)('0' + b / 10 % 10);
            text[n++] = (byte)('0' + b % 10);
            if (shift > 0)
                text[n++] = (byte)'.';
        }
        return n;
    }

    // RFC 5952: the first longest run of two or more zero groups becomes "::". glibc also writes the last 32 bits
    // dotted where the six groups before them are zero, or five and ffff.
    private int FormatIPv6(Span<byte> text)
    {
        int start = -1, length = 1;
        for (int i = 0, run = 0; i < 8; i++)
        {
            run = Group(i) == 0 ? run + 1 : 0;
            if (run > length)
                (start, length) = (i - run + 1, run);
        }
        int n = 0;
        for (int i = 0; i < 8; i++)
        {
            if (i == start)
            {
                text[n++] = (byte)':';
                if (i + length == 8)
                    text[n++] = (byte)':';
                i += length - 1;
                continue;
            }
            if (i > 0)
                text[n++] = (byte)':';
            if (i == 6 && start == 0 && (length == 6 || (length == 5 && Group(5) == 0xFFFF)))
                return n + FormatIPv4((uint)Low, text[n..]);
            Group(i).TryFormat(text[n..], out int digits, "x");
            n += digits;
        }
        return n;
    }
}
