using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;

namespace Sereno.Verbs;

/// <summary>ss -E: sockets as they are destroyed, until nobody reads them any more.</summary>
internal sealed class SsEvents(SsRequest request, SocketFilter? filter, SocketSieve? only, ProcFiles files, Stream output, int? terminalWidth)
{
    private const int NothingToFollow = 255;

    public int Run()
    {
        bool tcp = request.Selection.Has(SocketTables.Tcp), udp = request.Selection.Has(SocketTables.Udp);
        bool ipv4 = request.Selection.Has(SocketFamily.Inet), ipv6 = request.Selection.Has(SocketFamily.Inet6);
        if (!(tcp || udp) || !(ipv4 || ipv6))
            return NothingToFollow;
        using var sockets = new DestroyedSockets(tcp, udp, ipv4, ipv6);
        var owners = SsRun.OwnersFor(request.Options, files);
        var view = new SsView(SocketTables.None, request.Options, owners, sockets.Arena, files, output, terminalWidth);
        var destroyed = new List<SocketRecord>();
        while (output is not DescriptorStream { IsUnread: true })
        {
            int overruns = sockets.Overruns;
            sockets.Receive(destroyed);
            for (; overruns < sockets.Overruns; overruns++)
                StandardStreams.Errors.WriteLine("netlink receive error No buffer space available (105)"); // as libnetlink says it
            foreach (var socket in destroyed)
                if (request.Selection.Has(socket.IsIPv4 ? SocketFamily.Inet : SocketFamily.Inet6) && filter?.Matches(socket) != false && only?.Admits(socket) != false)
                    view.WriteNow(socket);
        }
        return 0;
    }
}
