using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>netstat -r for every family that was asked for.</summary>
internal sealed class RouteFamilies(NetstatPage page, NetstatRequest request, NetstatNames names)
{
    private const int Unknown = 3, Unavailable = 1;

    /// <returns>netstat's exit code: 0, 1 for a family that this kernel lacks, 3 for one without routes.</returns>
    public int Write()
    {
        foreach (string family in request.Families.Count > 0 ? request.Families : ["inet"])
            if (Write(family) is var exit and not 0)
                return exit;
        return 0;
    }

    private int Write(string family)
    {
        switch (family)
        {
            case "inet":
                return WriteIPv4();
            case "inet6":
                return WriteIPv6();
            case "ipx":
                page.Complain("%s\n", Errno.Text(libc.ENOENT));
                page.Print("IPX routing not in file %s or %s found.\n", "/proc/net/ipx/route", "/proc/net/ipx_route");
                return Unavailable;
            case "ax25":
                page.ComplainOf("/proc/net/ax25_route", libc.ENOENT);
                page.Print("AX.25 not configured in this system.\n");
                return Unavailable;
            case "x25":
                page.Print("X.25 not configured in this system.\n");
                return Unavailable;
            case "netrom":
                page.ComplainOf("/proc/net/nr_nodes", libc.ENOENT);
                page.ComplainOf("/proc/net/nr_neigh", libc.ENOENT);
                page.Print("NET/ROM not configured in this system.\n");
                return Unavailable;
            case "rose":
                page.ComplainOf("/proc/net/rose_nodes", libc.ENOENT);
                page.Complain("ROSE not configured in this system.\n");
                return Unavailable;
            case "ddp":
                page.ComplainOf("Error opening /proc/net/atalk_route", libc.ENOENT);
                page.Complain("DDP (AppleTalk) not configured on this system.\n");
                return Unavailable;
            case "bluetooth":
                page.Complain("Address family `%s' not supported.\n", family);
                return Unknown;
            default:
                page.Complain("No routing for address family `%s'.\n", family);
                return Unknown;
        }
    }

    private bool Numeric => request.NumericHosts || request.Symbolic;

    private bool Table => request.RouteTable || !request.RouteCache;

    private int WriteIPv4()
    {
        // -e takes the MSS away and gives the metric, -ee shows both.
        int detail = request.Extended switch { 0 => 2, 1 => 1, var more => (more + 1) & 3 };
        var routes = new RouteRows(page, names, detail, Numeric);
        int exit = Table ? routes.Write() : 0;
        return exit == 0 && request.RouteCache ? routes.WriteCache() : exit;
    }

    private int WriteIPv6()
    {
        var routes = new RouteRows6(page, names, Numeric);
        int exit = Table ? routes.Write(cache: false) : 0;
        return exit == 0 && request.RouteCache ? routes.Write(cache: true) : exit;
    }
}
