using System.Buffers.Binary;

namespace Sereno.Sockets.Wire;

/// <summary>The inet_diag messages of linux/inet_diag.h: the request written, the answer read and written.</summary>
public static class InetDiag
{
    public const ushort SockDiagByFamily = 20;
    public const byte AfInet = 2, AfInet6 = 10;

    /// <summary>nlmsghdr and inet_diag_req_v2.</summary>
    public const int RequestLength = NetlinkMessage.HeaderLength + 56;

    /// <summary>inet_diag_msg, which attributes follow.</summary>
    public const int MessageLength = 72;

    // Offsets in inet_diag_msg; inet_diag_sockid begins at 4.
    private const int Family = 0, State = 1, Timer = 2, Retransmits = 3, SourcePort = 4, DestinationPort = 6, Source = 8,
        Destination = 24, Interface = 40, Cookie = 44, Expires = 52, ReceiveQueue = 56, SendQueue = 60, Uid = 64, Inode = 68;

    private const ushort AttributeShutdown = 8, AttributeIPv6Only = 11, AttributeMark = 15, AttributeCgroupId = 21;
    private const ushort FlagsRequestDump = 0x301;

    /// <summary>Asks for every socket of one family and protocol in any of <paramref name="states"/>.</summary>
    public static void WriteDumpRequest(Span<byte> request, byte family, SocketProtocol protocol, TcpStates states, uint sequence)
    {
        request[..RequestLength].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(request, RequestLength);
        BinaryPrimitives.WriteUInt16LittleEndian(request[4..], SockDiagByFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], FlagsRequestDump);
        BinaryPrimitives.WriteUInt32LittleEndian(request[8..], sequence);
        request[16] = family;
        request[17] = (byte)protocol;
        BinaryPrimitives.WriteUInt32LittleEndian(request[20..], (uint)states);
    }

    /// <summary>Reads one answer. A shorter inet_diag_msg reads as if zeroes followed it; false when it isn't even a socket's identity.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, SocketProtocol protocol, out SocketRecord record)
    {
        record = default;
        if (payload.Length < MessageLength)
        {
            Span<byte> filled = stackalloc byte[MessageLength];
            payload.CopyTo(filled);
            return payload.Length >= Expires && TryRead(filled, protocol, out record);
        }
        byte family = payload[Family];
        if (family is not (AfInet or AfInet6))
            return false;
        int addressLength = family == AfInet ? 4 : 16;
        record.Protocol = protocol;
        record.IsIPv4 = family == AfInet;
        record.State = (TcpState)payload[State];
        record.Timer = (SocketTimer)payload[Timer];
        record.Retransmits = payload[Retransmits];
        record.LocalPort = BinaryPrimitives.ReadUInt16BigEndian(payload[SourcePort..]);
        record.RemotePort = BinaryPrimitives.ReadUInt16BigEndian(payload[DestinationPort..]);
        record.Local = InetAddress.FromBytes(payload.Slice(Source, addressLength));
        record.Remote = InetAddress.FromBytes(payload.Slice(Destination, addressLength));
        record.Interface = BinaryPrimitives.ReadUInt32LittleEndian(payload[Interface..]);
        record.Cookie = BinaryPrimitives.ReadUInt64LittleEndian(payload[Cookie..]);
        record.Expires = BinaryPrimitives.ReadUInt32LittleEndian(payload[Expires..]);
        record.ReceiveQueue = BinaryPrimitives.ReadUInt32LittleEndian(payload[ReceiveQueue..]);
        record.SendQueue = BinaryPrimitives.ReadUInt32LittleEndian(payload[SendQueue..]);
        record.Uid = BinaryPrimitives.ReadUInt32LittleEndian(payload[Uid..]);
        record.Inode = BinaryPrimitives.ReadUInt32LittleEndian(payload[Inode..]);
        ReadAttributes(payload[MessageLength..], ref record);
        return true;
    }

    /// <summary>Writes a record as the kernel would answer it, header included; returns the length.</summary>
    public static int Write(Span<byte> message, in SocketRecord record, uint sequence)
    {
        message[..(NetlinkMessage.HeaderLength + MessageLength)].Clear();
        var payload = message[NetlinkMessage.HeaderLength..];
        payload[Family] = record.IsIPv4 ? AfInet : AfInet6;
        payload[State] = (byte)record.State;
        payload[Timer] = (byte)record.Timer;
        payload[Retransmits] = record.Retransmits;
        BinaryPrimitives.WriteUInt16BigEndian(payload[SourcePort..], record.LocalPort);
        BinaryPrimitives.WriteUInt16BigEndian(payload[DestinationPort..], record.RemotePort);
        record.Local.WriteBytes(payload[Source..]);
        record.Remote.WriteBytes(payload[Destination..]);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[Interface..], record.Interface);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[Cookie..], record.Cookie);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[Expires..], record.Expires);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[ReceiveQueue..], record.ReceiveQueue);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[SendQueue..], record.SendQueue);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[Uid..], record.Uid);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[Inode..], record.Inode);
        int end = MessageLength;
        if (record.Shutdown is byte shutdown)
            end += WriteAttribute(payload[end..], AttributeShutdown, shutdown, 1);
        if (record.IPv6Only is bool only)
            end += WriteAttribute(payload[end..], AttributeIPv6Only, only ? 1u : 0, 1);
        if (record.Mark != 0)
            end += WriteAttribute(payload[end..], AttributeMark, record.Mark, 4);
        if (record.CgroupId != 0)
            end += WriteAttribute(payload[end..], AttributeCgroupId, record.CgroupId, 8);
        int length = NetlinkMessage.HeaderLength + end;
        BinaryPrimitives.WriteInt32LittleEndian(message, length);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], SockDiagByFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], 2); // NLM_F_MULTI
        BinaryPrimitives.WriteUInt32LittleEndian(message[8..], sequence);
        return length;
    }

    private static void ReadAttributes(ReadOnlySpan<byte> attributes, ref SocketRecord record)
    {
        var reader = new AttributeReader(attributes);
        while (reader.Next(out ushort type, out var value))
            switch (type)
            {
                case AttributeShutdown when value.Length >= 1: record.Shutdown = value[0]; break;
                case AttributeIPv6Only when value.Length >= 1: record.IPv6Only = value[0] != 0; break;
                case AttributeMark when value.Length >= 4: record.Mark = BinaryPrimitives.ReadUInt32LittleEndian(value); break;
                case AttributeCgroupId when value.Length >= 8: record.CgroupId = BinaryPrimitives.ReadUInt64LittleEndian(value); break;
            }
    }

    private static int WriteAttribute(Span<byte> target, ushort type, ulong value, int length)
    {
        int padded = (4 + length + 3) & ~3;
        target[..padded].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)(4 + length));
        BinaryPrimitives.WriteUInt16LittleEndian(target[2..], type);
        for (int i = 0; i < length; i++)
            target[4 + i] = (byte)(value >> (8 * i));
        return padded;
    }
}
