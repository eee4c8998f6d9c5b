using System.Net;
using System.Text;
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
    /// <param name="unitOf">The unit of ours that has a socket open, by its inode: only the keeper's processes hold it.</param>
    public static string Explain(Exception failure, Listen? listen, Func<uint, string?> unitOf) => failure.Message + (failure is not LinuxException { Number: var errno } || listen is null ? "" : (errno, listen.Address) switch
    {
        (libc.EADDRINUSE, var address) when Holder(address, listen.Kind == ListenKind.Stream, unitOf) is { } holder => $": {holder} has it",
        (libc.EACCES or libc.EPERM, InternetAddress { Port: var port }) when UnprivilegedStart is var first && port < first =>
            $": a port below {first} needs CAP_NET_BIND_SERVICE; {first} and above need nothing, and so would this one with net.ipv4.ip_unprivileged_port_start={port} (ip(7))",
        (libc.EADDRNOTAVAIL, InternetAddress address) => $": no interface has {address.Ip} now; FreeBind=yes listens before it comes",
        _ => "",
    });

    /// <summary>1024 unless the administrator of this network namespace says otherwise (ip(7)).</summary>
    public static int UnprivilegedStart =>
        int.TryParse(Files.TryReadText("/proc/sys/net/ipv4/ip_unprivileged_port_start"), out int start) ? start : 1024;

    /// <summary>"b.socket", "nginx.service, nginx (pid 812)"; null where it can't be told.</summary>
    public static string? Holder(ListenAddress address, bool isStream, Func<uint, string?> unitOf)
    {
        try
        {
            var units = new CgroupUnitResolver();
            var tables = address is PathAddress ? SocketTables.Unix : isStream ? SocketTables.Tcp : SocketTables.Udp;
            var table = SocketTable.Capture(SocketQuery.Everything with { Tables = tables }, units);
            foreach (ref readonly var socket in table.Records)
                if (address is InternetAddress internet && socket.LocalPort == internet.Port && (socket.IsListening || socket.State == TcpState.Close) && Collides(socket, internet.Ip)
                    && Describe(socket.Inode, table.UnitOf(socket) ?? (socket.CgroupId == 0 ? null : units.UnitOfCgroup(socket.CgroupId))) is { } holder)
                    return holder;
            foreach (ref readonly var socket in table.Unix)
                if (address is PathAddress { Path: var path } && IsBoundTo(socket, path) && Describe(socket.Inode, null) is { } holder)
                    return holder;

            string? Describe(uint inode, string? unit)
            {
                if (unitOf(inode) is { } ours)
                    return ours;
                var holders = table.Owners.HoldersOf(inode);
                unit ??= holders.Select(h => units.UnitOf(h.Pid)).FirstOrDefault(u => u is not null);
                return unit is null && holders.Count == 0 ? null
                    : string.Join(", ", [.. unit is null ? (string[])[] : [unit], .. holders.Take(1).Select(h => $"{h.Name} (pid {h.Pid})")]);
            }
        }
        catch (Exception e) when (e is LinuxException or IOException) { } // then only the kernel's word is said
        return null;
    }

    private static bool IsBoundTo(in UnixRecord socket, string path) =>
        socket.State != TcpState.Established && socket.Name.Span.TrimEnd((byte)0).SequenceEqual(Encoding.UTF8.GetBytes(path.StartsWith('@') ? "\0" + path[1..] : path));

    private static bool Collides(in SocketRecord socket, IPAddress? wanted) =>
        wanted is null || socket.Local.IsAny || wanted.Equals(IPAddress.Any) || wanted.Equals(IPAddress.IPv6Any)
        || socket.Local.Unmapped == InetAddress.FromBytes((wanted.IsIPv4MappedToIPv6 ? wanted.MapToIPv4() : wanted).GetAddressBytes());
}
