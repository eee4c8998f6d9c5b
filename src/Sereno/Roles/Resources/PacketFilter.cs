using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Units.Values;

namespace Sereno.Roles.Resources;

/// <summary>
/// IPAddressAllow=, IPAddressDeny= and IPAccounting= (systemd.resource-control(5)) as a program that sees each packet, in and out:
/// what is allowed passes, then what is denied doesn't, then all passes; what passes is counted.
/// </summary>
internal sealed class PacketFilter : IDisposable
{
    public const string CountersName = "sereno_ip";
    private const int Allowed = 1, Denied = 2;

    // struct __sk_buff (linux/bpf.h), and where the addresses are in a header (RFC 791 3.1, RFC 8200 3).
    private const int Length = 0, Protocol = 16;
    private const int IPv4 = 0x0008, IPv6 = 0xDD86; // ETH_P_IP and ETH_P_IPV6 in the network's order

    private readonly List<Fd> _maps = [];
    private readonly List<(Fd Map, bool IsIPv6, int Verdict)> _lookups = [];
    private int _always;

    /// <summary>0, or why the kernel doesn't have it.</summary>
    public int Errno { get; private set; }

    public PacketFilter(IReadOnlyList<AddressPrefix> allow, IReadOnlyList<AddressPrefix> deny)
    {
        Add(deny, Denied);
        Add(allow, Allowed);
    }

    /// <param name="counters">Packets and bytes in, packets and bytes out; null: nobody wants to know.</param>
    public BpfCode Code(bool ingress, Fd? counters)
    {
        var code = new BpfCode().Move(6, 1).Load(7, 6, Protocol).Set(8, _always);
        for (int i = 0; i < _lookups.Count; i++)
            LookUp(code, ingress, _lookups[i].Map, _lookups[i].IsIPv6, _lookups[i].Verdict, $"next{i}");
        code.JumpUnlessEqual(8, Denied, "pass").Return(0).Place("pass");
        if (counters is not null)
        {
            Count(code.Set(9, 1), counters, ingress ? 0 : 2, "packets");
            Count(code.Load(9, 6, Length), counters, ingress ? 1 : 3, "bytes");
        }
        return code.Return(1);
    }

    /// <summary>Lists with both families' whole need no map, and none of the rights that one asks for.</summary>
    private void Add(IReadOnlyList<AddressPrefix> prefixes, int verdict)
    {
        if (prefixes.Contains(AddressPrefix.Any4) && prefixes.Contains(AddressPrefix.Any6))
        {
            _always |= verdict;
            return;
        }
        foreach (var family in prefixes.GroupBy(p => p.IsIPv6))
        {
            if (BpfMap.TryCreatePrefixes(family.Key ? 16 : 4, family.Count(), out int errno) is not { } map)
            {
                Errno = errno;
                return;
            }
            _maps.Add(map);
            _lookups.Add((map, family.Key, verdict));
            foreach (var prefix in family)
                if (BpfMap.AddPrefix(map, prefix.Length, prefix.Address) is not 0 and var refused)
                    Errno = refused;
        }
    }

    private static void LookUp(BpfCode code, bool ingress, Fd map, bool isIPv6, int verdict, string next)
    {
        int size = isIPv6 ? 16 : 4, offset = isIPv6 ? ingress ? 8 : 24 : ingress ? 12 : 16;
        code.JumpUnlessEqual(7, isIPv6 ? IPv6 : IPv4, next)
            .Move(1, 6).Set(2, offset).Move(3, 10).AddValue(3, -size).Set(4, size).Call(libc.BPF_FUNC_skb_load_bytes)
            .LoadMap(1, map).Move(2, 10).AddValue(2, -size - sizeof(int)).StoreValue(2, 0, size * 8).Call(libc.BPF_FUNC_map_lookup_elem)
            .JumpIfEqual(0, 0, next).Or(8, verdict)
            .Place(next);
    }

    private static void Count(BpfCode code, Fd counters, int index, string what) =>
        code.StoreValue(10, -4, index).Move(2, 10).AddValue(2, -4).LoadMap(1, counters).Call(libc.BPF_FUNC_map_lookup_elem)
            .JumpIfEqual(0, 0, what).AddAtomically(0, 9).Place(what);

    public void Dispose() => _maps.ForEach(m => m.Dispose());
}
