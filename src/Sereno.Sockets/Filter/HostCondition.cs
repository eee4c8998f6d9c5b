using System.Collections.Immutable;
using System.Text;

namespace Sereno.Sockets.Filter;

/// <summary>Leading bits of an address.</summary>
/// <param name="Bits">From the most significant on: an IPv4 address is in the highest 32; so are the numbers that other families have.</param>
/// <param name="Length">How many of them count.</param>
public readonly record struct FilterPrefix(SocketFamily Family, UInt128 Bits, int Length)
{
    /// <summary>As ss compares: bits only, whatever the families. An IPv4 prefix also knows the address inside a mapped one.</summary>
    internal bool Matches(UInt128 address, SocketFamily family) => Agree(address, Bits, Length)
        || (Family == SocketFamily.Inet && family == SocketFamily.Inet6 && address >> 32 == 0xFFFF && Agree(address << 96 | (address & 0xFFFF_FFFF_FFFF), Bits, Length));

    private static bool Agree(UInt128 a, UInt128 b, int length) => length == 0 || (a ^ b) >> (128 - length) == 0;
}

/// <summary>What stands behind src, dst, sport and dport.</summary>
/// <param name="Selects">The family that the filter narrows the listing to; Unspecified: it doesn't.</param>
/// <param name="Port">Port, interface index of a packet socket, pid of a netlink socket; <see cref="AnyPort"/> for any.</param>
/// <param name="Addresses">Several for a host name; none for any address.</param>
/// <param name="Pattern">Of Unix names, as fnmatch(3) reads it; null for any other family.</param>
/// <param name="Name">The host name that <paramref name="Addresses"/> are of; null otherwise.</param>
public sealed record HostCondition(SocketFamily Selects, int Port, ImmutableArray<FilterPrefix> Addresses, string? Pattern = null, string? Name = null)
{
    public const int AnyPort = -1;

    private readonly byte[] _pattern = Pattern is null ? [] : Encoding.UTF8.GetBytes(Pattern);

    internal bool PatternMatches(ReadOnlySpan<byte> name) => Wildcard.Matches(_pattern, name);

    public bool Equals(HostCondition? other) => other is not null && (Selects, Port, Pattern, Name) == (other.Selects, other.Port, other.Pattern, other.Name)
        && Addresses.SequenceEqual(other.Addresses);

    public override int GetHashCode() => HashCode.Combine(Selects, Port, Pattern, Name, Addresses.Length);
}
