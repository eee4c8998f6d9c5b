using System.Buffers.Binary;
using System.Net;

namespace Sereno.Tests.Sockets.Lab;

[Flags]
internal enum TcpFlags : byte
{
    Fin = 1, Syn = 2, Reset = 4, Push = 8, Ack = 16,
}

/// <summary>A TCP segment in its IPv4 or IPv6 packet (RFC 9293 3.1, RFC 791, RFC 8200).</summary>
internal sealed record TcpSegment(
    IPAddress Source, ushort SourcePort, IPAddress Destination, ushort DestinationPort, uint Sequence, uint Acknowledgment, TcpFlags Flags,
    ushort Window, byte[] Payload)
{
    private const byte Tcp = 6;

    /// <summary>How much of the sequence space it takes.</summary>
    public uint Length => (uint)Payload.Length + (Flags.HasFlag(TcpFlags.Fin) ? 1u : 0) + (Flags.HasFlag(TcpFlags.Syn) ? 1u : 0);

    /// <returns>Null for what isn't TCP.</returns>
    public static TcpSegment? Read(ReadOnlySpan<byte> packet)
    {
        bool v4 = packet[0] >> 4 == 4;
        int header = v4 ? (packet[0] & 15) * 4 : 40;
        if (packet.Length < header + 20 || packet[v4 ? 9 : 6] != Tcp)
            return null;
        var tcp = packet[header..(v4 ? BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) : 40 + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]))];
        var (source, destination) = (new IPAddress(v4 ? packet[12..16] : packet[8..24]), new IPAddress(v4 ? packet[16..20] : packet[24..40]));
        return new(source, BinaryPrimitives.ReadUInt16BigEndian(tcp), destination, BinaryPrimitives.ReadUInt16BigEndian(tcp[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]), BinaryPrimitives.ReadUInt32BigEndian(tcp[8..]), (TcpFlags)tcp[13],
            BinaryPrimitives.ReadUInt16BigEndian(tcp[14..]), tcp[((tcp[12] >> 4) * 4)..].ToArray());
    }

    public byte[] Write()
    {
        byte[] source = Source.GetAddressBytes(), destination = Destination.GetAddressBytes();
        int header = source.Length == 4 ? 20 : 40;
        byte[] packet = new byte[header + 20 + Payload.Length];
        var tcp = packet.AsSpan(header);
        BinaryPrimitives.WriteUInt16BigEndian(tcp, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], Acknowledgment);
        tcp[12] = 5 << 4;
        tcp[13] = (byte)Flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], Window);
        Payload.CopyTo(tcp[20..]);
        uint pseudoHeader = Sum(source) + Sum(destination) + Tcp + (uint)tcp.Length;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], Checksum(pseudoHeader + Sum(tcp)));
        if (header == 20)
            WriteIPv4(packet, source, destination);
        else
            WriteIPv6(packet, source, destination);
        return packet;
    }

    private static void WriteIPv4(Span<byte> packet, byte[] source, byte[] destination)
    {
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
        packet[8] = 64; // TTL
        packet[9] = Tcp;
        source.CopyTo(packet[12..]);
        destination.CopyTo(packet[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Checksum(Sum(packet[..20])));
    }

    private static void WriteIPv6(Span<byte> packet, byte[] source, byte[] destination)
    {
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(packet.Length - 40));
        packet[6] = Tcp;
        packet[7] = 64; // hop limit
        source.CopyTo(packet[8..]);
        destination.CopyTo(packet[24..]);
    }

    // The Internet checksum, RFC 1071.
    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i++)
            sum += (i & 1) == 0 ? (uint)bytes[i] << 8 : bytes[i];
        return sum;
    }

    private static ushort Checksum(uint sum)
    {
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }
}
