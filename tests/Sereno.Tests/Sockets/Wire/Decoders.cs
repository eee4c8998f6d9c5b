using Sereno.Sockets.Trace;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets.Wire;

/// <summary>Everything that reads bytes of the kernel's, called as the dumps call it.</summary>
internal static class Decoders
{
    /// <summary>Every decoder that a message's payload can meet.</summary>
    public delegate object? Decoder(ReadOnlySpan<byte> payload);

    public static readonly (string Name, Decoder Read)[] All =
    [
        ("inet_diag", payload => InetDiag.TryRead(payload, SocketProtocol.Tcp, out var record) ? record : null),
        ("unix_diag", payload => UnixDiag.TryRead(payload, new ByteArena(), keepAttributes: true, out var record) ? (record with { Name = default }, Convert.ToHexString(record.Name.Span)) : null),
        ("packet_diag", payload => PacketDiag.TryRead(payload, new ByteArena(), keepAttributes: true, out var record) ? record : null),
        ("netlink_diag", payload => NetlinkDiag.TryRead(payload, new ByteArena(), keepAttributes: true, out var record) ? record : null),
        ("the end of a socket", payload => SocketEnd.TryRead(payload, 0, out var end) ? end : null),
        ("link", payload => RouteNetlink.TryReadLink(payload, out uint index, out uint flags, out string name) ? (index, flags, name) : null),
        ("address", payload => RouteNetlink.TryReadAddress(payload, out uint index, out var address, out var link) ? (index, address, link) : null),
        ("route", payload => RouteNetlink.TryReadRoute(payload, out uint index, out var destination, out bool isOnLink) ? (index, destination, isOnLink) : null),
    ];

    /// <summary>Reads a datagram to its end with all of them.</summary>
    /// <returns>How many messages there were.</returns>
    public static int Walk(ReadOnlySpan<byte> datagram)
    {
        var reader = new NetlinkReader(datagram);
        int messages = 0, end = 0;
        while (reader.Next(out var message))
        {
            messages++;
            Assert.True(datagram.Overlaps(message.Payload, out int begin) || message.Payload.IsEmpty);
            Assert.True(message.Payload.IsEmpty || begin >= end + NetlinkMessage.HeaderLength, "a message begins before the last one's end");
            end = message.Payload.IsEmpty ? end + NetlinkMessage.HeaderLength : begin + message.Payload.Length;
            Assert.True(end <= datagram.Length);
            _ = message.ErrorNumber;
            foreach (var (_, read) in All)
                Assert.Equal(read(message.Payload), read(message.Payload.ToArray()));
            Assert.True(WalkAttributes(message.Payload) <= message.Payload.Length / 4);
        }
        Assert.True(messages <= datagram.Length / NetlinkMessage.HeaderLength);
        Assert.False(reader.Next(out _), "a walk that ended goes on");
        return messages;
    }

    private static int WalkAttributes(ReadOnlySpan<byte> attributes)
    {
        var reader = new AttributeReader(attributes);
        int count = 0;
        for (; reader.Next(out ushort type, out var value); count++)
        {
            Assert.True(value.IsEmpty || attributes.Overlaps(value));
            Assert.True(type <= 0x3FFF);
            // Nested attributes are read the same way.
            if (value.Length >= 4)
                Assert.True(WalkAttributes(value) <= value.Length / 4);
        }
        return count;
    }
}
