using System.Text;
using Sereno.Sockets.Proc;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>netstat -r: the kernel's IPv4 routes from /proc/net/route.</summary>
/// <param name="detail">Which columns: 1 the metric, 2 the MSS, 3 both; none at all for 0, as net-tools has it under -eee.</param>
internal sealed class RouteRows(NetstatPage page, NetstatNames names, int detail, bool numeric)
{
    private const string Path = "/proc/net/route", CachePath = "/proc/net/rt_cache";
    private const uint Up = 1, Gateway = 2, Host = 4, Reject = 0x200;
    private const int Width = 15;

    // RTF_* of linux/route.h and linux/ipv6_route.h, in the order of their letters.
    private static readonly (uint Flag, char Letter)[] s_letters =
    [
        (Host, 'H'), (8, 'R'), (0x10, 'D'), (0x20, 'M'), (0x10000, 'd'), (0x20000, 'a'), (0x40000, 'c'), (0x200000, 'o'), (0x400000, 'e'),
        (0x1000000, 'c'), (0x2000000, 'f'), (0x4000000, 'p'), (0x80000000, 'l'), (0x40, 'u'), (0x80, 'w'), (0x100, 'i'), (0x400, 'n'),
    ];

    private static readonly string[] s_headings =
    [
        "",
        "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n",
        "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n",
        "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface    MSS   Window irtt\n",
    ];

    private static readonly string[] s_cacheHeadings =
    [
        "",
        "Source          Destination     Gateway         Flags Metric Ref    Use Iface\n",
        "Source          Destination     Gateway         Flags   MSS Window  irtt Iface\n",
        "Source          Destination     Gateway         Flags Metric Ref    Use Iface    MSS   Window irtt  TOS HHRef HHUptod     SpecDst\n",
    ];

    /// <returns>netstat's exit code.</returns>
    public int Write()
    {
        using var lines = Open(Path);
        if (lines is null)
            return 1;
        page.Print("Kernel IP routing table\n");
        if (detail > 0)
            page.Print(s_headings[detail]);
        for (int number = 0; lines.Next(out var line); number++)
            if (number > 0 && ProcRoute.TryRead(line, out var route) && (route.Flags & Up) != 0)
            {
                WriteRow(route);
                page.EndRow();
            }
        return 0;
    }

    /// <summary>The routing cache: since Linux 3.6 it is only a heading.</summary>
    /// <returns>netstat's exit code.</returns>
    public int WriteCache()
    {
        using var lines = Open(CachePath);
        if (lines is null)
            return 1;
        page.Print("Kernel IP routing cache\n");
        if (detail > 0)
            page.Print(s_cacheHeadings[detail]);
        return 0;
    }

    private ProcLines? Open(string path)
    {
        var lines = ProcLines.TryOpen(path, out int errno);
        if (lines is null)
        {
            page.ComplainOf(path, errno);
            page.Print("INET (IPv4) not configured in this system.\n");
        }
        return lines;
    }

    private void WriteRow(in ProcRoute route)
    {
        string destination = Cut(Destination(route)), gateway = Cut(numeric ? route.Gateway.ToString() : names.Host(route.Gateway));
        string mask = route.Mask.ToString(), flags = Flags(route.Flags);
        bool rejects = (route.Flags & Reject) != 0;
        if (detail == 1 && rejects)
            page.Out.AppendFormat("%-15s -               %-15s %-5s %-6d -  %7d -\n", destination, mask, flags, route.Metric, route.Uses);
        else if (detail == 1)
            page.Out.AppendFormat("%-15s %-15s %-15s %-5s %-6d %-2d %7d %s\n", destination, gateway, mask, flags, route.Metric, route.References, route.Uses, route.Interface);
        else if (detail == 2 && rejects)
            page.Out.AppendFormat("%-15s -               %-15s %-5s     - -          - -\n", destination, mask, flags);
        else if (detail == 2)
            page.Out.AppendFormat("%-15s %-15s %-15s %-5s %5d %-5d %6d %s\n", destination, gateway, mask, flags, route.Mtu, route.Window, route.Irtt, route.Interface);
        else if (detail == 3 && rejects)
            page.Out.AppendFormat("%-15s -               %-15s %-5s %-6d -  %7d -        -     -      -\n", destination, mask, flags, route.Metric, route.Uses);
        else if (detail == 3)
            page.Out.AppendFormat("%-15s %-15s %-15s %-5s %-6d %-3d %6d %-6.6s   %-5d %-6d %d\n", destination, gateway, mask, flags, route.Metric, route.References,
                route.Uses, route.Interface, route.Mtu, route.Window, route.Irtt);
    }

    private string Destination(in ProcRoute route)
    {
        if (numeric)
            return route.Destination.ToString();
        if (route.Destination.IsAny)
            return route.Mask.IsAny ? "default" : "0.0.0.0";
        bool isHost = (route.Flags & Host) != 0 || (route.Destination.Low & ~route.Mask.Low) != 0;
        return isHost ? names.Host(route.Destination) : names.Network((uint)route.Destination.Low);
    }

    private static string Flags(uint flags)
    {
        var text = new StringBuilder();
        if ((flags & Reject) != 0)
            text.Append('!');
        else
            text.Append((flags & Up) != 0 ? "U" : "").Append((flags & Gateway) != 0 ? "G" : "");
        foreach (var (flag, letter) in s_letters)
            if ((flags & flag) != 0)
                text.Append(letter);
        return text.ToString();
    }

    private static string Cut(string name) => name.Length > Width ? name[..Width] : name;
}
