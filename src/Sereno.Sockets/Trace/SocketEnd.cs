using System.Buffers.Binary;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>A TCP socket's end as the kernel tells it to who listens to SKNLGRP_INET_TCP_DESTROY (sock_diag(7)).</summary>
public readonly record struct SocketEnd
{
    private const ushort AttributeInfo = 2; // INET_DIAG_INFO

    // struct tcp_info (linux/tcp.h); its tail grew with the years.
    private const int BytesAckedOffset = 120, BytesReceivedOffset = 128, BytesSentOffset = 200, BytesRetransmittedOffset = 208;

    /// <summary>When the message was read: CLOCK_MONOTONIC, in nanoseconds.</summary>
    public ulong Time { get; init; }

    public ulong Cookie { get; init; }

    /// <summary>The kernel has taken the local port away from a socket that didn't ask for one: then it is 0.</summary>
    public TcpTuple Tuple { get; init; }

    /// <summary>Bytes of data sent, each once; before Linux 4.19 those acknowledged, where SYN and FIN count for one each.</summary>
    public ulong BytesSent { get; init; }

    /// <summary>Bytes received in order; the peer's FIN counts for one.</summary>
    public ulong BytesReceived { get; init; }

    /// <summary>Reads the payload of one message; false when it isn't a TCP socket's whole end.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, ulong time, out SocketEnd end)
    {
        end = default;
        if (payload.Length < InetDiag.MessageLength || !InetDiag.TryRead(payload, SocketProtocol.Tcp, out var socket))
            return false;
        ulong sent = 0, received = 0;
        var attributes = new AttributeReader(payload[InetDiag.MessageLength..]);
        while (attributes.Next(out ushort type, out var info))
            if (type == AttributeInfo)
            {
                received = Read(info, BytesReceivedOffset);
                sent = info.Length >= BytesRetransmittedOffset + 8
                    ? Read(info, BytesSentOffset) - Read(info, BytesRetransmittedOffset) : Read(info, BytesAckedOffset);
            }
        end = new() { Time = time, Cookie = socket.Cookie, Tuple = TcpTuple.Of(socket), BytesSent = sent, BytesReceived = received };
        return true;
    }

    private static ulong Read(ReadOnlySpan<byte> info, int offset) => info.Length >= offset + 8 ? BinaryPrimitives.ReadUInt64LittleEndian(info[offset..]) : 0;
}
