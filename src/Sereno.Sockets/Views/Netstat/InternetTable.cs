using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>One transport's pair of tables in /proc/net.</summary>
/// <param name="File">Its name there; the IPv6 one has a 6 behind.</param>
/// <param name="Label">The Proto column; likewise.</param>
/// <param name="Services">Which services' names its ports have; also what its bogus lines are called.</param>
internal sealed record InternetTable(NetstatTables Table, SocketProtocol Protocol, string File, string Label, string Services)
{
    /// <summary>In netstat's order; SCTP comes behind TCP.</summary>
    public static InternetTable[] All { get; } =
    [
        new(NetstatTables.Tcp, SocketProtocol.Tcp, "tcp", "tcp", "tcp"),
        new(NetstatTables.Udp, SocketProtocol.Udp, "udp", "udp", "udp"),
        new(NetstatTables.UdpLite, SocketProtocol.UdpLite, "udplite", "udpl", "udp"),
        new(NetstatTables.Raw, SocketProtocol.Raw, "raw", "raw", "raw"),
    ];

    /// <summary>What is missing when the kernel hasn't got it.</summary>
    public string Feature => $"AF INET ({File})";

    public string Path(bool ipv4) => $"/proc/net/{File}{(ipv4 ? "" : "6")}";
}
