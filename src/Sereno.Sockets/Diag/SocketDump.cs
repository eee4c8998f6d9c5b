using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diag;

/// <summary>Asks the kernel for its sockets: SOCK_DIAG_BY_FAMILY dumps, IPv4 before IPv6, into one growing array.</summary>
public sealed class SocketDump
{
    // The kernel fills at most 32 KiB per datagram (netlink_dump in af_netlink.c).
    private const int BufferSize = 32 * 1024;
    private const int Attempts = 3;

    private readonly byte[] _buffer = new byte[BufferSize];
    private SocketRecord[] _records = new SocketRecord[64];
    private uint _sequence;

    public int Count { get; private set; }

    public ReadOnlySpan<SocketRecord> Records => _records.AsSpan(0, Count);

    /// <summary>The kernel's lists changed under a dump, or it couldn't deliver all of it, on every attempt.</summary>
    public bool Inconsistent { get; private set; }

    /// <summary>Adds the sockets of one family and protocol in any of <paramref name="states"/>.</summary>
    /// <exception cref="LinuxException">The kernel refused: ENOENT where the protocol's diag module isn't there.</exception>
    public void Add(bool ipv4, SocketProtocol protocol, TcpStates states)
    {
        int start = Count;
        Span<byte> request = stackalloc byte[InetDiag.RequestLength];
        for (int attempt = 1; ; attempt++)
        {
            Count = start;
            // A socket of its own: one that is in the middle of a dump answers EBUSY.
            using var netlink = new NetlinkSocket(libc.NETLINK_SOCK_DIAG);
            InetDiag.WriteDumpRequest(request, ipv4 ? InetDiag.AfInet : InetDiag.AfInet6, protocol, states, ++_sequence);
            netlink.Send(request);
            if (Receive(netlink, protocol))
                return;
            if (attempt == Attempts)
            {
                Inconsistent = true;
                return;
            }
        }
    }

    /// <summary>Receives until the end of the dump; false when what came isn't one consistent list.</summary>
    private bool Receive(NetlinkSocket netlink, SocketProtocol protocol)
    {
        bool consistent = true;
        while (true)
        {
            int length = netlink.Receive(_buffer, out bool truncated);
            consistent &= !truncated;
            var reader = new NetlinkReader(_buffer.AsSpan(0, length));
            while (reader.Next(out var message))
            {
                if (message.Sequence != _sequence)
                    continue; // the rest of an earlier dump
                consistent &= (message.Flags & NetlinkMessage.FlagDumpInterrupted) == 0;
                switch (message.Type)
                {
                    case NetlinkMessage.Done when message.ErrorNumber == 0:
                        return consistent;
                    case NetlinkMessage.Done or NetlinkMessage.Error when message.ErrorNumber != 0:
                        throw new LinuxException(message.ErrorNumber, $"list {protocol.ToString().ToUpperInvariant()} sockets");
                    case NetlinkMessage.Overrun:
                        consistent = false;
                        break;
                    case InetDiag.SockDiagByFamily:
                        Append(message.Payload, protocol);
                        break;
                }
            }
            consistent &= !reader.Malformed;
            // The message that ends the dump may have been in what was lost.
            if (truncated || reader.Malformed)
                return false;
        }
    }

    private void Append(ReadOnlySpan<byte> payload, SocketProtocol protocol)
    {
        if (Count == _records.Length)
            Array.Resize(ref _records, 2 * Count);
        if (InetDiag.TryRead(payload, protocol, out _records[Count]))
            Count++;
    }
}
