using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>Asks the kernel for its sockets: SOCK_DIAG_BY_FAMILY dumps, each kind into one growing array.</summary>
/// <param name="open">Whom to ask, anew for each request; the kernel when null.</param>
public sealed class SocketDump(SocketDetails details = SocketDetails.None, Func<INetlink>? open = null)
{
    // The kernel fills at most 32 KiB per datagram (netlink_dump in af_netlink.c).
    internal const int BufferSize = 32 * 1024;
    private const int Attempts = 3;

    // A dump of more datagrams than these, of some hundred sockets each, is worth a thread.
    private const int SmallDump = 4;

    private delegate int Write(Span<byte> request, uint sequence);

    /// <summary>What to ask, in at most so many bytes.</summary>
    private readonly record struct Request(int Longest, Write Write);

    /// <summary>A request that was sent: where its answer comes, and its number.</summary>
    private readonly record struct Asked(INetlink Netlink, uint Sequence);

    /// <summary>Takes one answer in: keeps what it means, or passes over what isn't one.</summary>
    private delegate void Append(ReadOnlySpan<byte> payload);

    private readonly byte[] _buffer = new byte[BufferSize];
    private uint _sequence, _answering;
    private SocketRecord _row;
    private bool _hasTaken;

    public RecordList<SocketRecord> Inet { get; } = new();
    public RecordList<UnixRecord> Unix { get; } = new();
    public RecordList<PacketRecord> Packet { get; } = new();
    public RecordList<NetlinkRecord> Netlink { get; } = new();

    /// <summary>The Internet sockets so far.</summary>
    public ReadOnlySpan<SocketRecord> Records => Inet.Items;

    /// <summary>Names of unix sockets, and the attributes that were asked for.</summary>
    public ByteArena Arena { get; } = new();

    /// <summary>Where what the kernel answers is copied to, as it is; null for nowhere.</summary>
    public Stream? Record { get; init; }

    /// <summary>Takes the Internet sockets instead of <see cref="Inet"/>; null for the list.</summary>
    public IRowSink? Rows { get; init; }

    /// <summary>The kernel's lists changed under a dump, or it couldn't deliver all of it, on every attempt.</summary>
    public bool Inconsistent { get; private set; }

    /// <summary>Adds the sockets of one family and protocol in any of <paramref name="states"/> that <paramref name="bytecode"/> lets through.</summary>
    /// <exception cref="LinuxException">The kernel refused: ENOENT where the protocol's diag module isn't there.</exception>
    public void Add(bool ipv4, SocketProtocol protocol, TcpStates states, ReadOnlyMemory<byte> bytecode = default) =>
        AddInet(ipv4 ? InetDiag.AfInet : InetDiag.AfInet6, protocol, states, bytecode);

    /// <summary>Adds those of IPv4, then those of IPv6.</summary>
    /// <exception cref="LinuxException">As <see cref="Add"/>.</exception>
    public void AddBoth(SocketProtocol protocol, TcpStates states, ReadOnlyMemory<byte> bytecode = default)
    {
        Asked? early = null;
        try
        {
            // The kernel looks for IPv6 among all the IPv4 sockets again, inside of send(2): it may while the large dump is received.
            AddInet(InetDiag.AfInet, protocol, states, bytecode, () => early ??= Send(InetRequest(InetDiag.AfInet6, protocol, states, bytecode)));
            AddInet(InetDiag.AfInet6, protocol, states, bytecode, early: early);
        }
        finally
        {
            early?.Netlink.Dispose();
        }
    }

    private void AddInet(byte family, SocketProtocol protocol, TcpStates states, ReadOnlyMemory<byte> bytecode, Action? meanwhile = null, Asked? early = null)
    {
        int start = Inet.Count;
        Ask(InetRequest(family, protocol, states, bytecode), payload => AppendInet(payload, protocol), () => Inet.Cut(start), meanwhile, early);
    }

    private Request InetRequest(byte family, SocketProtocol protocol, TcpStates states, ReadOnlyMemory<byte> bytecode) => new(InetDiag.MaxRequestLength(bytecode.Length),
        (request, sequence) => InetDiag.WriteDumpRequest(request, family, protocol, states, sequence, details, bytecode.Span));

    /// <summary>Adds TCP or DCCP sockets of both families, asked for as kernels before 3.3 were.</summary>
    /// <exception cref="LinuxException">The kernel refused: EINVAL for what it doesn't know any more.</exception>
    public void AddOld(SocketProtocol protocol, TcpStates states, ReadOnlyMemory<byte> bytecode) => Ask(
        new(InetDiag.MaxRequestLength(bytecode.Length), (request, sequence) => DiagRequest.WriteOld(request, protocol, states, sequence, details, bytecode.Span)),
        payload => AppendInet(payload, protocol), () => { });

    /// <summary>Adds the unix sockets in any of <paramref name="states"/>.</summary>
    /// <exception cref="LinuxException">The kernel refused: ENOENT without unix_diag.</exception>
    public void AddUnix(TcpStates states) =>
        Ask(new(DiagRequest.MaxLength, (request, sequence) => DiagRequest.WriteUnix(request, states, details, sequence)), AppendUnix, () => Unix.Cut(0));

    /// <summary>Adds the packet sockets.</summary>
    /// <exception cref="LinuxException">The kernel refused: ENOENT without packet_diag.</exception>
    public void AddPacket() => Ask(new(DiagRequest.MaxLength, DiagRequest.WritePacket), AppendPacket, () => Packet.Cut(0));

    /// <summary>Adds the netlink sockets.</summary>
    /// <exception cref="LinuxException">The kernel refused: ENOENT without netlink_diag.</exception>
    public void AddNetlink() => Ask(new(DiagRequest.MaxLength, DiagRequest.WriteNetlink), AppendNetlink, () => Netlink.Cut(0));

    /// <param name="meanwhile">Done while a large answer is received on another thread.</param>
    /// <param name="early">The request, where it was sent already.</param>
    private void Ask(Request request, Append append, Action forget, Action? meanwhile = null, Asked? early = null)
    {
        bool first = !_hasTaken;
        for (int attempt = 1; attempt <= (Record is null ? Attempts : 1); attempt++)
        {
            var (netlink, sequence) = attempt == 1 && early is { } sent ? sent : Send(request);
            using var _ = netlink;
            _answering = sequence;
            forget();
            if (attempt > 1 && !CanAskAgain(first))
                break;
            try
            {
                if (Receive(netlink, append, meanwhile))
                    return;
            }
            // Rows that were handed on can't be listed in another way any more.
            catch (LinuxException) when (!CanAskAgain(first)) { break; }
        }
        Inconsistent = true;
    }

    // A socket of its own: one that is in the middle of a dump answers EBUSY.
    private Asked Send(Request request)
    {
        byte[] bytes = new byte[request.Longest];
        var netlink = open?.Invoke() ?? new NetlinkSocket(libc.NETLINK_SOCK_DIAG);
        netlink.Send(bytes.AsSpan(0, request.Write(bytes, ++_sequence)));
        return new(netlink, _sequence);
    }

    // Rows that were handed on have to be taken back, which goes only for all of them together.
    private bool CanAskAgain(bool first)
    {
        if (_hasTaken && !(first && Rows!.TryForget()))
            return false;
        _hasTaken = false;
        return true;
    }

    /// <summary>Receives until the end of the dump; false when what came isn't one consistent list.</summary>
    private bool Receive(INetlink netlink, Append append, Action? meanwhile)
    {
        bool consistent = true;
        for (int received = 0; received < SmallDump || Record is not null || Environment.ProcessorCount == 1; received++)
        {
            int length = netlink.Receive(_buffer, out bool truncated);
            Record?.Write(_buffer, 0, Math.Min((length + 3) & ~3, _buffer.Length));
            if (TakeIn(_buffer.AsSpan(0, length), truncated, append, ref consistent))
                return consistent;
        }
        using var ahead = new ReadAhead(netlink, _answering);
        meanwhile?.Invoke();
        while (!TakeIn(ahead.Next(out bool truncated), truncated, append, ref consistent)) ;
        return consistent;
    }

    /// <summary>Takes in the messages of a datagram; true when there is nothing to come.</summary>
    private bool TakeIn(ReadOnlySpan<byte> datagram, bool truncated, Append append, ref bool consistent)
    {
        var reader = new NetlinkReader(datagram);
        while (reader.Next(out var message))
        {
            if (message.Sequence != _answering)
                continue; // the rest of an earlier dump
            consistent &= (message.Flags & NetlinkMessage.FlagDumpInterrupted) == 0;
            switch (message.Type)
            {
                case NetlinkMessage.Done when message.ErrorNumber == 0:
                    return true;
                case NetlinkMessage.Done or NetlinkMessage.Error when message.ErrorNumber != 0:
                    throw new LinuxException(message.ErrorNumber, "list sockets");
                case NetlinkMessage.Overrun:
                    consistent = false;
                    break;
                case var type when DiagRequest.IsAnswer(type):
                    append(message.Payload);
                    break;
            }
        }
        // The message that ends the dump may have been in what was lost.
        bool lost = truncated || reader.Malformed;
        consistent &= !lost;
        return lost;
    }

    internal void AppendInet(ReadOnlySpan<byte> payload, SocketProtocol protocol)
    {
        ref var row = ref Rows is null ? ref Inet.Next : ref _row;
        if (details == SocketDetails.None
            ? InetDiag.TryRead(payload, protocol, out row)
            : InetDiag.TryRead(payload, protocol, Arena, out row))
            Keep(ref row);
    }

    internal void AddInet(SocketRecord socket)
    {
        if (Rows is null)
            Inet.Add(socket);
        else
            Keep(ref socket);
    }

    private void Keep(ref SocketRecord row)
    {
        if (Rows is null)
        {
            Inet.Keep();
            return;
        }
        Rows.Take(row);
        _hasTaken = true;
    }

    private void AppendUnix(ReadOnlySpan<byte> payload)
    {
        if (UnixDiag.TryRead(payload, Arena, details != SocketDetails.None, out Unix.Next))
            Unix.Keep();
    }

    private void AppendPacket(ReadOnlySpan<byte> payload)
    {
        if (PacketDiag.TryRead(payload, Arena, details != SocketDetails.None, out Packet.Next))
            Packet.Keep();
    }

    private void AppendNetlink(ReadOnlySpan<byte> payload)
    {
        if (NetlinkDiag.TryRead(payload, Arena, details != SocketDetails.None, out Netlink.Next))
            Netlink.Keep();
    }
}
