using System.Net;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Wire;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Roles;

/// <summary>Why an address can't be listened on, for who has to do something about it.</summary>
internal static class ListenFailures
{
    private const int PrivilegedPorts = 1024;

    public static string Explain(Exception failure, Listen? listen) => failure.Message + (failure is not LinuxException { Number: var errno } || listen?.Address is not InternetAddress address ? "" : errno switch
    {
        libc.EADDRINUSE when Holder(listen, address) is { } holder => $": {holder} has it",
        libc.EACCES when address.Port < PrivilegedPorts => $": a port below {PrivilegedPorts} needs CAP_NET_BIND_SERVICE (ip(7), net.ipv4.ip_unprivileged_port_start)",
        libc.EADDRNOTAVAIL => $": no interface has {address.Ip} now; FreeBind=yes listens before it comes",
        _ => "",
    });

    /// <summary>"nginx.service, nginx (pid 812)"; null where it can't be told.</summary>
    private static string? Holder(Listen listen, InternetAddress address)
    {
        try
        {
            var table = SocketTable.Capture(SocketQuery.Everything with { Tables = listen.Kind == ListenKind.Stream ? SocketTables.Tcp : SocketTables.Udp }, new CgroupUnitResolver());
            foreach (ref readonly var socket in table.Records)
                if (socket.LocalPort == address.Port && (socket.IsListening || socket.State == TcpState.Close) && Collides(socket, address.Ip)
                    && table.OwnerOf(socket) is { Unit: var unit, Holders: var holders } && (unit is not null || holders.Count > 0))
                    return string.Join(", ", [.. unit is null ? (string[])[] : [unit], .. holders.Take(1).Select(h => $"{h.Name} (pid {h.Pid})")]);
        }
        catch (Exception e) when (e is LinuxException or IOException) { } // then only the kernel's word is said
        return null;
    }

    private static bool Collides(in SocketRecord socket, IPAddress? wanted) =>
        wanted is null || socket.Local.IsAny || wanted.Equals(IPAddress.Any) || wanted.Equals(IPAddress.IPv6Any)
        || socket.Local.Unmapped == InetAddress.FromBytes((wanted.IsIPv4MappedToIPv6 ? wanted.MapToIPv4() : wanted).GetAddressBytes());
}
