using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Scope;

/// <summary>Asks the kernel for the facts of this thread's network namespace (rtnetlink(7)); no privilege is needed.</summary>
public static class NetworkFactsReader
{
    private const int BufferSize = 32 * 1024;

    private delegate void Receiver(ReadOnlySpan<byte> payload);

    /// <summary>The facts, or <see cref="NetworkFacts.Unknown"/> where the kernel doesn't tell them.</summary>
    public static NetworkFacts Read()
    {
        List<NetworkInterface> interfaces = [];
        List<InterfaceAddress> addresses = [];
        List<NetworkRoute> routes = [];
        try
        {
            byte[] buffer = new byte[BufferSize];
            Dump(buffer, RouteNetlink.GetLink, RouteNetlink.NewLink, payload =>
            {
                if (RouteNetlink.TryReadLink(payload, out uint index, out uint flags, out string name))
                    interfaces.Add(new(index, name, (flags & RouteNetlink.FlagUp) != 0, (flags & RouteNetlink.FlagLoopback) != 0));
            });
            Dump(buffer, RouteNetlink.GetAddress, RouteNetlink.NewAddress, payload =>
            {
                if (RouteNetlink.TryReadAddress(payload, out uint index, out var address))
                    addresses.Add(new(index, address.Address, address.Length));
            });
            Dump(buffer, RouteNetlink.GetRoute, RouteNetlink.NewRoute, payload =>
            {
                if (RouteNetlink.TryReadRoute(payload, out uint index, out var destination))
                    routes.Add(new(destination, index));
            });
        }
        catch (LinuxException)
        {
            return NetworkFacts.Unknown; // without NETLINK_ROUTE, as in some sandboxes
        }
        return new()
        {
            Interfaces = interfaces, Addresses = addresses, Routes = routes,
            NonLocalBind = Sysctl.ReadFlag("net/ipv4/ip_nonlocal_bind") || Sysctl.ReadFlag("net/ipv6/ip_nonlocal_bind"),
        };
    }

    private static void Dump(byte[] buffer, ushort request, ushort answer, Receiver receive)
    {
        using var netlink = new NetlinkSocket(libc.NETLINK_ROUTE);
        Span<byte> message = stackalloc byte[RouteNetlink.RequestLength];
        RouteNetlink.WriteDumpRequest(message, request, sequence: 1);
        netlink.Send(message);
        while (true)
        {
            int length = netlink.Receive(buffer, out _);
            var reader = new NetlinkReader(buffer.AsSpan(0, length));
            while (reader.Next(out var part))
                if (part.Type == answer)
                    receive(part.Payload);
                else if (part.Type is NetlinkMessage.Done or NetlinkMessage.Error)
                    return;
            if (reader.Malformed)
                return;
        }
    }
}
