using Sereno.Sockets.Owners;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Views.Netstat;

namespace Sereno.Sockets.Views.Windows;

/// <summary>What Windows' netstat prints, of this machine's sockets: its layout, its words, its line ends.</summary>
public static class WindowsNetstatView
{
    /// <param name="language">"es" for Spanish headings; English for any other.</param>
    /// <param name="units">Names the components of -b.</param>
    /// <param name="only">Sockets that it admits, and no others.</param>
    /// <param name="again">Waits for so long; false when nobody reads any more.</param>
    /// <exception cref="Sereno.Linux.LinuxException">Nothing can be read or written.</exception>
    public static void Write(WindowsNetstatRequest request, Stream output, string language, IUnitResolver units, Func<TimeSpan, bool> again,
        SocketSieve? only = null)
    {
        var page = new WindowsPage(output, WindowsText.For(language));
        do
        {
            only?.Renew();
            WriteOnce(request, page, units, only);
            page.Flush();
        }
        while (request.Interval is { } interval && again(interval));
    }

    private static void WriteOnce(WindowsNetstatRequest request, WindowsPage page, IUnitResolver units, SocketSieve? only)
    {
        if (request.Ethernet)
            new WindowsInterfaces(page).Write([.. InterfaceCounters.ReadAll().Values]);
        if (request.Statistics)
            new WindowsStatistics(page, request.Protocol).Write();
        if (request.Routes)
            new WindowsRoutes(page).Write();
        if (request.NetworkDirect)
            WriteNetworkDirect(page);
        // -s shows connections only when they are asked for too.
        bool others = request.Ethernet || request.Statistics || request.Routes || request.NetworkDirect;
        if (!others || request.All || request.Bound)
            new WindowsConnections(page, request, units, only).Write();
    }

    // Linux has RDMA elsewhere: the table is always empty.
    private static void WriteNetworkDirect(WindowsPage page)
    {
        page.Line();
        page.Line("%s", page.Text.NetworkDirect);
        page.Line();
        page.Line("  Mode   IfIndex Type           %s%sPID", page.Text.LocalAddress, page.Text.ForeignAddress);
    }
}
