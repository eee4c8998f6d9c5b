using System.Buffers.Binary;
using System.Net;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Roles.Scope;

/// <summary>Networks that programs look addresses up in. A key is a word, then an address, which is shorter with IPv4. The word is the family, so that no prefix of one
/// has the other's addresses in it, or <see cref="Zoned"/> with an interface: a link-local network is that of one link.</summary>
internal sealed class NetworkMap : IDisposable
{
    private const int KeyBytes = 20, FamilyBits = 32;

    /// <summary>What a program asks for: a whole address.</summary>
    public const int KeyBits = KeyBytes * 8;

    /// <summary>The highest bit, which no interface's number has.</summary>
    public const int Zoned = int.MinValue;

    private readonly HashSet<PeerNetwork> _networks = [];

    private NetworkMap(Fd map) => Map = map;

    public Fd Map { get; }

    /// <param name="room">How many networks there may be.</param>
    public static NetworkMap? TryCreate(int room, out int errno) => BpfMap.TryCreatePrefixes(KeyBytes, room, out errno) is { } map ? new(map) : null;

    /// <summary>Those and no others; none that stays is away in between.</summary>
    /// <returns>0 or errno: then there are less, never more.</returns>
    public int Set(IReadOnlyCollection<PeerNetwork> networks)
    {
        int errno = 0;
        foreach (var gone in _networks.Except(networks).ToArray())
            if (BpfMap.RemovePrefix(Map, FamilyBits + gone.Prefix.Length, Key(gone)) is not 0 and var refused)
                errno = refused;
            else
                _networks.Remove(gone);
        foreach (var network in networks)
            if (!_networks.Contains(network))
                if (BpfMap.AddPrefix(Map, FamilyBits + network.Prefix.Length, Key(network)) is not 0 and var refused)
                    errno = refused;
                else
                    _networks.Add(network);
        return errno;
    }

    /// <summary>The address in a key, or in a record of the program's.</summary>
    public static IPAddress AddressIn(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadInt32LittleEndian(key) switch
    {
        libc.AF_INET => new(key[4..8]),
        < 0 and var zoned => new(key[4..KeyBytes], zoned & ~Zoned),
        _ => new(key[4..KeyBytes]),
    };

    private static byte[] Key(PeerNetwork network)
    {
        var key = new byte[KeyBytes];
        BinaryPrimitives.WriteInt32LittleEndian(key, network.Zone != 0 ? Zoned | (int)network.Zone : network.Prefix.IsIPv6 ? libc.AF_INET6 : libc.AF_INET);
        network.Prefix.Address.CopyTo(key, 4);
        return key;
    }

    public void Dispose() => Map.Dispose();
}
