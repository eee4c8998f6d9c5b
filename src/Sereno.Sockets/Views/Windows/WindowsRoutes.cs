using Sereno.Linux;
using Sereno.Sockets.Proc;
using Sereno.Sockets.Views.Netstat;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views.Windows;

/// <summary>netstat -r: what route print shows.</summary>
internal sealed class WindowsRoutes(WindowsPage page)
{
    private const int AddressWidth = 17, InterfaceWidth = 16, MetricWidth = 7;
    private const uint Up = 1, Gateway = 2, Reject = 0x200;
    private static readonly string s_rule = new('=', 75);

    public void Write()
    {
        var interfaces = ReadInterfaces();
        page.Line(s_rule);
        page.Line(page.Text.InterfaceList);
        foreach (var found in interfaces.Values.OrderByDescending(i => i.Index))
            page.Line("%3d...%s......%s", found.Index, Hardware(found), found.Name);
        page.Line(s_rule);
        page.Line();
        Section(page.Text.RouteTable4, page.Text.RouteColumns4, () => Write4(interfaces));
        page.Line();
        Section(page.Text.RouteTable6, page.Text.RouteColumns6, () => Write6(interfaces));
    }

    private void Section(string title, string columns, Action write)
    {
        page.Line(title);
        page.Line(s_rule);
        page.Line(page.Text.ActiveRoutes);
        page.Line(columns);
        write();
        page.Line(s_rule);
        page.Line(page.Text.PersistentRoutes);
        page.Line(page.Text.None);
    }

    private void Write4(Dictionary<string, InterfaceConfiguration> interfaces)
    {
        using var lines = ProcLines.TryOpen("/proc/net/route", out _);
        while (lines is not null && lines.Next(out var line))
        {
            if (!ProcRoute.TryRead(line, out var route) || (route.Flags & Up) == 0 || (route.Flags & Reject) != 0)
                continue;
            string own = interfaces.GetValueOrDefault(route.Interface) is { Address.Length: 4 } c ? InetAddress.FromBytes(c.Address).ToString() : route.Interface;
            page.Right(route.Destination.ToString(), AddressWidth);
            page.Right(route.Mask.ToString(), AddressWidth);
            page.Right((route.Flags & Gateway) != 0 ? route.Gateway.ToString() : page.Text.OnLink, AddressWidth);
            page.Right(own, InterfaceWidth);
            page.Right(route.Metric.ToString(), MetricWidth);
            page.EndLine();
        }
    }

    private void Write6(Dictionary<string, InterfaceConfiguration> interfaces)
    {
        using var lines = ProcLines.TryOpen("/proc/net/ipv6_route", out _);
        while (lines is not null && lines.Next(out var line))
            if (ProcRoute.TryRead6(line, out var route) && (route.Flags & Up) != 0 && (route.Flags & Reject) == 0)
                page.Line("%3d %6d %-24s %s", interfaces.GetValueOrDefault(route.Interface)?.Index ?? 0, route.Metric, $"{route.Destination}/{route.Prefix}",
                    (route.Flags & Gateway) != 0 ? route.Gateway.ToString() : page.Text.OnLink);
    }

    private static Dictionary<string, InterfaceConfiguration> ReadInterfaces()
    {
        var interfaces = new Dictionary<string, InterfaceConfiguration>();
        foreach (string name in InterfaceCounters.ReadAll().Keys)
            if (InterfaceConfiguration.TryRead(name, out _) is { } found) // else it went meanwhile
                interfaces[name] = found;
        return interfaces;
    }

    // "02 fc 00 00 00 01 "; without an address as many dots.
    private static string Hardware(InterfaceConfiguration found) =>
        found.HardwareType == 1 ? string.Concat(found.HardwareAddress.Take(6).Select(b => $"{b:x2} ")) : new string('.', 18);
}
