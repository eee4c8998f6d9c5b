using System.Buffers.Binary;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Roles.Scope;

/// <summary>
/// Scope= as a classic filter for one listening socket (Documentation/networking/filter.rst): this machine, which is who comes by lo, and these networks.
/// </summary>
internal static class AddressFilter
{
    private const uint Interface = 0xFFFF_F000 + 8, Protocol = 0xFFFF_F000, Network = 0xFFF0_0000; // SKF_AD_OFF + SKF_AD_IFINDEX, SKF_AD_PROTOCOL, SKF_NET_OFF
    private const uint IPv6 = 0x86DD, Loopback = 1, Keep = uint.MaxValue, Drop = 0;
    private const ushort LoadWord = 0x20, And = 0x54, JumpIfEqual = 0x15, Jump = 0x05, Return = 0x06;

    /// <returns>Null where the networks are more than a filter has room for.</returns>
    public static libc.sock_filter[]? Code(IReadOnlyCollection<PeerNetwork> networks)
    {
        var code = new List<libc.sock_filter> { I(LoadWord, Interface), I(JumpIfEqual, Loopback, 0, 1), I(Return, Keep), I(LoadWord, Protocol), I(JumpIfEqual, IPv6, 0, 1) };
        var four = networks.Where(n => !n.Prefix.IsIPv6).SelectMany(Match).Append(I(Return, Drop)).ToArray();
        var six = networks.Where(n => n.Prefix.IsIPv6).SelectMany(Match).Append(I(Return, Drop)).ToArray();
        code.Add(I(Jump, (uint)four.Length));
        code.AddRange(four);
        code.AddRange(six);
        return code.Count <= ClassicFilter.MostInstructions ? [.. code] : null;
    }

    /// <summary>Returns for an address in the network, falls through otherwise.</summary>
    private static IEnumerable<libc.sock_filter> Match(PeerNetwork peers)
    {
        var network = peers.Prefix;
        byte[] address = network.Address;
        var words = new List<(uint Offset, uint Mask, uint Value)>();
        for (int i = 0; i * 32 < network.Length; i++)
            words.Add(((uint)(Network + (network.IsIPv6 ? 8 : 12) + 4 * i), uint.MaxValue << Math.Max(0, 32 - (network.Length - i * 32)), BinaryPrimitives.ReadUInt32BigEndian(address.AsSpan(4 * i))));
        if (peers.Zone != 0)
        {
            yield return I(LoadWord, Interface);
            yield return I(JumpIfEqual, peers.Zone, 0, (byte)(3 * words.Count + 1));
        }
        for (int i = 0; i < words.Count; i++)
        {
            yield return I(LoadWord, words[i].Offset);
            yield return I(And, words[i].Mask);
            yield return I(JumpIfEqual, words[i].Value, 0, (byte)(3 * (words.Count - 1 - i) + 1));
        }
        yield return I(Return, Keep);
    }

    private static libc.sock_filter I(ushort code, uint value, byte ifTrue = 0, byte ifFalse = 0) => new() { code = code, jt = ifTrue, jf = ifFalse, k = value };
}
