using Sereno.Sockets.Proc;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>netstat -r -6: the kernel's IPv6 routes from /proc/net/ipv6_route.</summary>
internal sealed class RouteRows6(NetstatPage page, NetstatNames names, bool numeric)
{
    private const string Path = "/proc/net/ipv6_route";
    private const uint Cached = 0x1000000; // RTF_CACHE

    // RTF_* of linux/route.h and linux/ipv6_route.h, in the order of their letters.
    private static readonly (uint Flag, char Letter)[] s_letters =
    [
        (1, 'U'), (0x200, '!'), (2, 'G'), (4, 'H'), (0x10000, 'D'), (0x40000, 'A'), (Cached, 'C'), (0x20000, 'a'), (0x400000, 'e'), (0x20, 'm'),
        (0x200000, 'n'), (0x2000000, 'f'),
    ];

    /// <param name="cache">The routes that were cloned from others, instead of those.</param>
    /// <returns>netstat's exit code.</returns>
    public int Write(bool cache)
    {
        using var lines = ProcLines.TryOpen(Path, out int errno);
        if (lines is null)
        {
            page.ComplainOf(Path, errno);
            page.Print("INET6 (IPv6) not configured in this system.\n");
            return 1;
        }
        page.Print(cache ? "Kernel IPv6 routing cache\n" : "Kernel IPv6 routing table\n");
        page.Print("Destination                    Next Hop                   Flag Met Ref  Use If\n");
        while (lines.Next(out var line))
            WriteRow(line, cache);
        return 0;
    }

    private void WriteRow(ReadOnlySpan<byte> line, bool cache)
    {
        if (!ProcRoute.TryRead6(line, out var route) || (route.Flags & Cached) != 0 != cache)
            return;
        string letters = string.Concat(s_letters.Where(l => (route.Flags & l.Flag) != 0).Select(l => l.Letter));
        page.Out.AppendFormat("%-30s %-26s %-4s %-3d %-1d %6d %s\n", $"{Text(route.Destination)}/{route.Prefix}", Text(route.Gateway), letters,
            route.Metric, route.References, route.Uses, route.Interface);
        page.EndRow();
    }

    private string Text(in InetAddress address) => numeric ? address.Unmapped.ToString() : names.Host(address);
}
