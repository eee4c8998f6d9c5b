using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>Sockets as the kernel destroys them, decoded whole. No privilege is needed.</summary>
public sealed class DestroyedSockets(bool tcp, bool udp, bool ipv4, bool ipv6) : IDisposable
{
    private readonly DestroyGroups _groups = new(DestroyGroups.GroupsOf(tcp, udp, ipv4, ipv6), waits: true);

    /// <summary>Attributes of the sockets of the last <see cref="Receive"/>.</summary>
    public ByteArena Arena { get; } = new();

    /// <inheritdoc cref="DestroyGroups.Overruns"/>
    public int Overruns => _groups.Overruns;

    /// <summary>Waits for the next ones.</summary>
    public void Receive(List<SocketRecord> destroyed)
    {
        destroyed.Clear();
        Arena.Clear();
        if (!_groups.Next(out var datagram))
            return;
        var reader = new NetlinkReader(datagram);
        while (reader.Next(out var message))
            if (message.Type == DiagRequest.SockDiagByFamily && InetDiag.TryRead(message.Payload, SocketProtocol.Tcp, Arena, out var socket))
                destroyed.Add(socket with { Protocol = (SocketProtocol)(socket.IpProtocol ?? (int)SocketProtocol.Tcp) });
    }

    public void Dispose() => _groups.Dispose();
}
