using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Scope;

/// <summary>Asks the kernel for the facts of this thread's network namespace (rtnetlink(7)); no privilege is needed.</summary>
public static class NetworkFactsReader
{
    private const int BufferSize = 32 * 1024;

    private const int Attempts = 3;

    private delegate bool Reader<T>(ReadOnlySpan<byte> payload, out T row);

    /// <summary>The facts, or <see cref="NetworkFacts.Unknown"/> where the kernel doesn't tell them.</summary>
    public static NetworkFacts Read() => Read(static () => new NetlinkSocket(libc.NETLINK_ROUTE));

    /// <summary>The facts without routes that lead beyond a link, of which there may be a million.</summary>
    public static NetworkFacts ReadLinks() => Read(static () =>
    {
        var netlink = new NetlinkSocket(libc.NETLINK_ROUTE);
        netlink.SelectRoutes();
        return netlink;
    }, withRoutes: false);

    /// <summary>The facts as somebody tells them.</summary>
    /// <param name="open">Whom to ask, anew for each request.</param>
    /// <param name="withRoutes">Those too that lead beyond a link.</param>
    public static NetworkFacts Read(Func<INetlink> open, bool withRoutes = true)
    {
        List<NetworkInterface> interfaces;
        List<InterfaceAddress> addresses;
        List<NetworkRoute> routes;
        try
        {
            byte[] buffer = new byte[BufferSize];
            interfaces = Ask<NetworkInterface>(open, buffer, RequestFor(RouteNetlink.GetLink), RouteNetlink.NewLink, static (ReadOnlySpan<byte> payload, out NetworkInterface link) =>
            {
                bool read = RouteNetlink.TryReadLink(payload, out uint index, out uint flags, out string name);
                link = new(index, name, (flags & RouteNetlink.FlagUp) != 0, (flags & RouteNetlink.FlagLoopback) != 0);
                return read;
            });
            addresses = Ask<InterfaceAddress>(open, buffer, RequestFor(RouteNetlink.GetAddress), RouteNetlink.NewAddress, static (ReadOnlySpan<byte> payload, out InterfaceAddress own) =>
            {
                bool read = RouteNetlink.TryReadAddress(payload, out uint index, out var address, out var link);
                own = new InterfaceAddress(index, address.Address, address.Length, link == address.Address ? null : link);
                return read;
            });
            routes = [];
            foreach (byte[] request in withRoutes ? [RequestFor(RouteNetlink.GetRoute)] : s_linkRoutes)
                routes.AddRange(Ask<NetworkRoute>(open, buffer, request, RouteNetlink.NewRoute, (ReadOnlySpan<byte> payload, out NetworkRoute route) =>
                {
                    bool read = RouteNetlink.TryReadRoute(payload, out uint index, out var destination, out bool isOnLink);
                    route = new NetworkRoute(destination, index, isOnLink);
                    return read && (isOnLink || withRoutes);
                }));
        }
        catch (LinuxException)
        {
            return NetworkFacts.Unknown; // without NETLINK_ROUTE, as in some sandboxes, or where it changes faster than it can be read
        }
        return new()
        {
            Interfaces = interfaces, Addresses = addresses, Routes = routes,
            NonLocalBind = Sysctl.ReadFlag("net/ipv4/ip_nonlocal_bind") || Sysctl.ReadFlag("net/ipv6/ip_nonlocal_bind"),
        };
    }

    private static readonly byte[][] s_linkRoutes =
    [
        RouteNetlink.RouteRequest(InetDiag.AfInet, RouteNetlink.FromKernel, sequence: 1),
        RouteNetlink.RouteRequest(InetDiag.AfInet6, RouteNetlink.FromKernel, sequence: 1),
        RouteNetlink.RouteRequest(InetDiag.AfInet6, RouteNetlink.FromAdvertisement, sequence: 1),
    ];

    private static byte[] RequestFor(ushort type) => RouteNetlink.DumpRequest(type, sequence: 1);

    private static List<T> Ask<T>(Func<INetlink> open, byte[] buffer, byte[] message, ushort answer, Reader<T> read)
    {
        for (int attempt = 1; attempt <= Attempts; attempt++)
        {
            using var netlink = open();
            netlink.Send(message);
            var rows = new List<T>();
            if (Receive(netlink, buffer, answer, read, rows))
                return rows;
        }
        throw new LinuxException(libc.EAGAIN, "list the network's interfaces, addresses and routes: they change all the time");
    }

    /// <summary>Receives until the end of the dump; false when what came isn't one consistent list.</summary>
    private static bool Receive<T>(INetlink netlink, byte[] buffer, ushort answer, Reader<T> read, List<T> rows)
    {
        bool consistent = true;
        while (true)
        {
            int length = netlink.Receive(buffer, out bool truncated);
            var reader = new NetlinkReader(buffer.AsSpan(0, Math.Min(length, buffer.Length)));
            while (reader.Next(out var part))
            {
                if (part.Sequence != 1)
                    continue;
                consistent &= (part.Flags & NetlinkMessage.FlagDumpInterrupted) == 0 && part.Type != NetlinkMessage.Overrun;
                if (part.Type == answer && read(part.Payload, out var row))
                    rows.Add(row);
                else if (part.Type is NetlinkMessage.Done or NetlinkMessage.Error && part.ErrorNumber != 0)
                    throw new LinuxException(part.ErrorNumber, "list the network's interfaces, addresses and routes");
                else if (part.Type == NetlinkMessage.Done)
                    return consistent && !truncated;
            }
            if (truncated || reader.Malformed)
                return false; // the message that ends the dump may have been in what was lost
        }
    }
}
