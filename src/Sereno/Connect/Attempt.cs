using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Texts;

namespace Sereno.Connect;

/// <summary>What to connect to, resolved: addresses to try in their order, and the kinds of sockets that may be there.</summary>
internal sealed record Destination(string Shown, IReadOnlyList<ClientAddress> Addresses, IReadOnlyList<ListenerKind> Kinds);

/// <summary>Connects once: address after address, until one takes us.</summary>
internal static class Attempt
{
    // A full backlog of a Unix socket isn't told when it has room again (connect(2), EAGAIN).
    private const int RetryMilliseconds = 5;

    /// <param name="started">Told of each attempt as soon as it has begun.</param>
    /// <exception cref="ConnectException">Nobody took us.</exception>
    public static (ClientSocket Socket, ClientAddress Address, ListenerKind Kind) Connect(Destination destination, TimeSpan? timeout, Action<ClientSocket> started)
    {
        int errno = 0;
        var tried = destination.Addresses[0];
        foreach (var address in destination.Addresses)
            foreach (var kind in destination.Kinds)
            {
                tried = address;
                if (Try(address, kind, timeout, started, out errno) is { } socket)
                    return (socket, address, kind);
                if (errno != libc.EPROTOTYPE) // a Unix socket of another kind
                    break;
            }
        string shown = tried.Internet is not null && tried.ToString() != destination.Shown ? $"{destination.Shown} ({tried})" : destination.Shown;
        throw new ConnectException(shown, errno == 0 ? Text.Current.Connect.TimedOut : Errno.Text(errno), Advice(tried, errno));
    }

    /// <summary>What helps against a refusal or silence.</summary>
    public static string? Advice(ClientAddress address, int errno)
    {
        var text = Text.Current.Connect;
        if (address.Internet is { } end)
            return errno switch
            {
                libc.ECONNREFUSED when IsHere(end.Address) => text.NobodyListensHere(end.Port),
                libc.ECONNREFUSED => text.NobodyListensThere(end.Port),
                0 or libc.ETIMEDOUT => text.NoAnswer,
                libc.ENETUNREACH or libc.EHOSTUNREACH => text.NoWay,
                libc.EADDRNOTAVAIL => text.NoPortLeft,
                _ => null,
            };
        return errno switch
        {
            libc.ECONNREFUSED when address.Path is ['@', ..] => text.NobodyListensAtName,
            libc.ECONNREFUSED => IsSocket(address.Path!) ? text.NobodyListensAtPath : text.IsNoSocket,
            libc.EAGAIN or 0 => text.BacklogFull,
            _ => null,
        };
    }

    private static bool IsSocket(string path)
    {
        using var file = Files.TryOpen(path, libc.O_PATH, out _);
        return file is null || FileStatus.Of(file).Kind == FileKind.Socket;
    }

    private static bool IsHere(IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
            return true;
        try
        {
            using var probe = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <param name="errno">0 without a socket: the time was over.</param>
    private static ClientSocket? Try(ClientAddress address, ListenerKind kind, TimeSpan? timeout, Action<ClientSocket> started, out int errno)
    {
        var clock = Stopwatch.StartNew();
        bool Late() => timeout is { } limit && clock.Elapsed >= limit;
        ClientSocket? socket;
        while ((socket = ClientSocket.Start(address, kind, out errno)) is null && errno == libc.EAGAIN && !Late())
            Thread.Sleep(RetryMilliseconds);
        if (socket is null)
            return null;
        started(socket);
        if (errno == 0)
            return socket;
        using var epoll = new Epoll();
        epoll.Add(socket.Fd, 0, Readiness.Write);
        var ready = new (ulong, Readiness)[1];
        int decided;
        do
            decided = epoll.Wait(ready, timeout is { } limit ? (int)Math.Clamp(Math.Ceiling((limit - clock.Elapsed).TotalMilliseconds), 0, int.MaxValue) : -1);
        while (decided == 0 && !Late());
        errno = decided == 0 ? 0 : socket.TakeError();
        if (decided > 0 && errno == 0)
            return socket;
        socket.Dispose();
        return null;
    }
}
