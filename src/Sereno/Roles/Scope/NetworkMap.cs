using System.Buffers.Binary;
using System.Net;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Units.Values;

namespace Sereno.Roles.Scope;

/// <summary>Networks that programs look addresses up in. A key is a family, as a word, then an address, which is shorter with IPv4: no prefix of one family has
/// the other's addresses in it.</summary>
internal sealed class NetworkMap : IDisposable
{
    private const int KeyBytes = 20, FamilyBits = 32;

    /// <summary>What a program asks for: a whole address.</summary>
    public const int KeyBits = KeyBytes * 8;

    private readonly HashSet<AddressPrefix> _networks = [];

    private NetworkMap(Fd map) => Map = map;

    public Fd Map { get; }

    /// <param name="room">How many networks there may be.</param>
    public static NetworkMap? TryCreate(int room, out int errno) => BpfMap.TryCreatePrefixes(KeyBytes, room, out errno) is { } map ? new(map) : null;

    /// <summary>Those and no others; none that stays is away in between.</summary>
    /// <returns>0 or errno.</returns>
    public int Set(IReadOnlyCollection<AddressPrefix> networks)
    {
        int errno = 0;
        foreach (var network in networks)
            if (!_networks.Contains(network))
                if (BpfMap.AddPrefix(Map, FamilyBits + network.Length, Key(network)) is not 0 and var refused)
                    errno = refused;
                else
                    _networks.Add(network);
        foreach (var gone in _networks.Except(networks).ToArray())
        {
            BpfMap.RemovePrefix(Map, FamilyBits + gone.Length, Key(gone));
            _networks.Remove(gone);
        }
        return errno;
    }

    /// <summary>The address in a key, or in a record of the program's.</summary>
    public static IPAddress AddressIn(ReadOnlySpan<byte> key) =>
        new(BinaryPrimitives.ReadInt32LittleEndian(key) == libc.AF_INET ? key[4..8] : key[4..KeyBytes]);

    private static byte[] Key(AddressPrefix network)
    {
        var key = new byte[KeyBytes];
        BinaryPrimitives.WriteInt32LittleEndian(key, network.IsIPv6 ? libc.AF_INET6 : libc.AF_INET);
        network.Address.CopyTo(key, 4);
        return key;
    }

    public void Dispose() => Map.Dispose();
}
