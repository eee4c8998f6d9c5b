namespace Sereno.Sockets.Filter;

/// <summary>iproute2's names of what runs on a link: the EtherTypes and pseudo-types of linux/if_ether.h that it knows.</summary>
internal static class LinkProtocols
{
    private static readonly (string Name, ushort Type)[] s_names =
    [
        ("loop", 0x60), ("pup", 0x200), ("pupat", 0x201), ("ip", 0x800), ("x25", 0x805), ("arp", 0x806), ("bpq", 0x8FF), ("ieeepup", 0xA00),
        ("ieeepupat", 0xA01), ("dec", 0x6000), ("dna_dl", 0x6001), ("dna_rc", 0x6002), ("dna_rt", 0x6003), ("lat", 0x6004), ("diag", 0x6005),
        ("cust", 0x6006), ("sca", 0x6007), ("rarp", 0x8035), ("atalk", 0x809B), ("aarp", 0x80F3), ("ipx", 0x8137), ("ipv6", 0x86DD),
        ("ppp_disc", 0x8863), ("ppp_ses", 0x8864), ("atmmpoa", 0x884C), ("atmfate", 0x8884), ("802_3", 1), ("ax25", 2), ("all", 3),
        ("802_2", 4), ("snap", 5), ("ddcmp", 6), ("wan_ppp", 7), ("ppp_mp", 8), ("localtalk", 9), ("can", 0xC), ("ppptalk", 0x10),
        ("tr_802_2", 0x11), ("mobitex", 0x15), ("control", 0x16), ("irda", 0x17), ("econet", 0x18), ("tipc", 0x88CA), ("profinet", 0x8892),
        ("aoe", 0x88A2), ("ethercat", 0x88A4), ("802.1Q", 0x8100), ("802.1ad", 0x88A8), ("mpls_uc", 0x8847), ("mpls_mc", 0x8848),
        ("teb", 0x6558), ("LLDP", 0x88CC), ("ipv4", 0x800),
    ];

    /// <summary>The name, or null.</summary>
    public static string? NameOf(int type)
    {
        foreach (var (name, known) in s_names)
            if (known == type)
                return name;
        return null;
    }

    /// <summary>By name in any case, or a number of any base; null for neither.</summary>
    public static ushort? Find(string text)
    {
        foreach (var (name, type) in s_names)
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
                return type;
        return CNumber.TryUnsigned(text, ushort.MaxValue, out uint number) ? (ushort)number : null;
    }
}
