using Sereno.Linux;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Roles;

/// <summary>The options of a socket unit, in the kernel's terms.</summary>
internal static class SocketSettings
{
    private const ulong Second = 1_000_000;
    private const int Sctp = 132;

    public static ListenerSettings Of(Listen listen, SocketDefinition socket, Fd? group) => new()
    {
        Kind = listen.Kind switch
        {
            ListenKind.Stream => ListenerKind.Stream,
            ListenKind.SequentialPacket => ListenerKind.SequentialPacket,
            ListenKind.Netlink => ListenerKind.Raw,
            _ => ListenerKind.Datagram,
        },
        Group = group,
        Protocol = listen.Address is NetlinkAddress netlink ? netlink.Family : listen.Address is InternetAddress ? socket.Options.Protocol ?? 0 : 0,
        Backlog = (int)Math.Min(socket.Backlog, int.MaxValue),
        OnlyIPv6 = socket.BindIPv6Only switch { BindIPv6Only.Default => null, var only => only == BindIPv6Only.Ipv6Only },
        Device = socket.Options.BindToDevice,
        ReusePort = socket.Options.ReusePort,
        FreeBind = socket.Options.FreeBind,
        Transparent = socket.Options.Transparent,
    };

    /// <summary>Of a listening socket, and of a connection that was accepted from it.</summary>
    /// <returns>What the kernel refuses: each is a warning, and the socket is used without it.</returns>
    public static IEnumerable<string> Apply(Fd fd, Listen listen, SocketOptions options)
    {
        if (listen.Kind is not (ListenKind.Stream or ListenKind.Datagram or ListenKind.SequentialPacket or ListenKind.Netlink) || options == SocketOptions.Default)
            yield break;
        foreach (var (option, value) in Numbers(listen.Address, options))
            if (option.TrySet(fd, value) is not 0 and var errno)
                yield return $"{option.Name} failed: {Errno.Text(errno)}";
        if (options.Congestion is { } algorithm && SocketOption.TrySetCongestion(fd, algorithm) is not 0 and var cause)
            yield return $"TCP_CONGESTION failed: {Errno.Text(cause)}";
    }

    private static IEnumerable<(SocketOption, int)> Numbers(ListenAddress address, SocketOptions o)
    {
        if (o.KeepAlive)
            yield return (SocketOption.KeepAlive, 1);
        if (o.KeepAliveTimeUsec > 0)
            yield return (SocketOption.KeepAliveTime, Number(o.KeepAliveTimeUsec / Second));
        if (o.KeepAliveIntervalUsec > 0)
            yield return (SocketOption.KeepAliveInterval, Number(o.KeepAliveIntervalUsec / Second));
        if (o.KeepAliveProbes > 0)
            yield return (SocketOption.KeepAliveProbes, Number(o.KeepAliveProbes));
        if (o.DeferAcceptUsec > 0)
            yield return (SocketOption.DeferAccept, Number(o.DeferAcceptUsec / Second));
        if (o.NoDelay)
            yield return (o.Protocol == Sctp ? SocketOption.SctpNoDelay : SocketOption.NoDelay, 1);
        if (o.Broadcast)
            yield return (SocketOption.Broadcast, 1);
        if (o.PassCredentials)
            yield return (SocketOption.PassCredentials, 1);
        if (o.PassSecurity)
            yield return (SocketOption.PassSecurity, 1);
        if (o.PassPacketInfo && PacketInfo(address) is { } info)
            yield return (info, 1);
        if (o.Timestamping != Timestamping.Off)
            yield return (o.Timestamping == Timestamping.Nanoseconds ? SocketOption.NanosecondTimestamps : SocketOption.Timestamps, 1);
        if (o.Priority is >= 0 and int priority)
            yield return (SocketOption.Priority, priority);
        if (o.ReceiveBuffer > 0)
            yield return (SocketOption.ReceiveBuffer, Number(o.ReceiveBuffer));
        if (o.SendBuffer > 0)
            yield return (SocketOption.SendBuffer, Number(o.SendBuffer));
        if (o.Mark is >= 0 and int mark)
            yield return (SocketOption.Mark, mark);
        if (o.Tos is { } tos)
            yield return (SocketOption.TypeOfService, tos);
        if (o.Ttl is >= 0 and int ttl)
            yield return (IsV6(address) ? SocketOption.HopLimit : SocketOption.TimeToLive, ttl);
    }

    private static SocketOption? PacketInfo(ListenAddress address) => address switch
    {
        InternetAddress => IsV6(address) ? SocketOption.PacketInfoV6 : SocketOption.PacketInfoV4,
        NetlinkAddress => SocketOption.PacketInfoNetlink,
        _ => null,
    };

    private static bool IsV6(ListenAddress address) => address is InternetAddress { Ip: null or { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } };

    private static int Number(ulong value) => (int)Math.Min(value, int.MaxValue);
}
