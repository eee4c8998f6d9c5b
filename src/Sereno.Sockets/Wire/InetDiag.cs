using System.Buffers.Binary;

namespace Sereno.Sockets.Wire;

/// <summary>The inet_diag messages of linux/inet_diag.h: the request written, the answer read and written.</summary>
public static class InetDiag
{
    public const ushort SockDiagByFamily = DiagRequest.SockDiagByFamily;
    public const byte AfInet = 2, AfInet6 = 10;

    /// <summary>nlmsghdr and inet_diag_req_v2.</summary>
    public const int RequestLength = NetlinkMessage.HeaderLength + 56;

    /// <summary>inet_diag_msg, which attributes follow.</summary>
    public const int MessageLength = 72;

    // Offsets in inet_diag_msg; inet_diag_sockid begins at 4.
    private const int Family = 0, State = 1, Timer = 2, Retransmits = 3, SourcePort = 4, DestinationPort = 6, Source = 8,
        Destination = 24, Interface = 40, Cookie = 44, Expires = 52, ReceiveQueue = 56, SendQueue = 60, Uid = 64, Inode = 68;

    /// <summary>The attributes that are decoded only where they are shown (enum INET_DIAG_* of linux/inet_diag.h).</summary>
    public const ushort AttributeMemory = 1, AttributeInformation = 2, AttributeVegas = 3, AttributeCongestion = 4, AttributeTos = 5,
        AttributeTrafficClass = 6, AttributeSocketMemory = 7, AttributeDctcp = 9, AttributeBbr = 16, AttributeClassId = 17, AttributeMd5 = 18,
        AttributeUpperLayer = 19, AttributeOptions = 22;

    private const ushort AttributeShutdown = 8, AttributeProtocol = 10, AttributeIPv6Only = 11, AttributeMark = 15, AttributeCgroupId = 21;
    private const ushort FlagsRequestDump = 0x301, RequestBytecode = 1, RequestProtocol = 3;

    /// <summary>How long a request of <see cref="WriteDumpRequest"/> is at most.</summary>
    public static int MaxRequestLength(int bytecodeLength) => DiagRequest.MaxLength + 4 + bytecodeLength + 8;

    /// <summary>Asks for every socket of one family and protocol in any of <paramref name="states"/>; returns the request's length.</summary>
    /// <param name="bytecode">INET_DIAG_REQ_BYTECODE: only those that this program lets through; empty for all.</param>
    public static int WriteDumpRequest(Span<byte> request, byte family, SocketProtocol protocol, TcpStates states, uint sequence,
        SocketDetails details = SocketDetails.None, ReadOnlySpan<byte> bytecode = default)
    {
        int length = DiagRequest.Begin(request, SockDiagByFamily, FlagsRequestDump, sequence, RequestLength - NetlinkMessage.HeaderLength);
        request[16] = family;
        request[17] = (byte)protocol;
        request[18] = Extensions(details);
        BinaryPrimitives.WriteUInt32LittleEndian(request[20..], (uint)states);
        length += AppendBytecode(request, length, bytecode);
        // One byte is too little for MPTCP's number.
        if ((ushort)protocol > byte.MaxValue)
        {
            Span<byte> number = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(number, (uint)protocol);
            length += AppendAttribute(request[length..], RequestProtocol, number);
        }
        BinaryPrimitives.WriteInt32LittleEndian(request, length);
        return length;
    }

    /// <summary>Adds INET_DIAG_REQ_BYTECODE to a request of <paramref name="length"/> bytes, if there is any; returns by how much it grew.</summary>
    internal static int AppendBytecode(Span<byte> request, int length, ReadOnlySpan<byte> bytecode)
    {
        if (bytecode.IsEmpty)
            return 0;
        int more = AppendAttribute(request[length..], RequestBytecode, bytecode);
        BinaryPrimitives.WriteInt32LittleEndian(request, length + more);
        return more;
    }

    // idiag_ext: bit n - 1 asks for attribute n.
    internal static byte Extensions(SocketDetails details)
    {
        int bits = 0;
        if ((details & SocketDetails.Memory) != 0)
            bits |= 1 << (AttributeMemory - 1) | 1 << (AttributeSocketMemory - 1);
        if ((details & SocketDetails.Information) != 0)
            bits |= 1 << (AttributeInformation - 1) | 1 << (AttributeVegas - 1) | 1 << (AttributeCongestion - 1);
        if ((details & SocketDetails.TypeOfService) != 0)
            bits |= 1 << (AttributeTos - 1) | 1 << (AttributeTrafficClass - 1);
        return (byte)bits;
    }

    private static int AppendAttribute(Span<byte> target, ushort type, ReadOnlySpan<byte> value)
    {
        int padded = (4 + value.Length + 3) & ~3;
        target[..padded].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(target[2..], type);
        value.CopyTo(target[4..]);
        return padded;
    }

    /// <summary>Writes inet_diag_req_v2 so that it names one socket: family, protocol, ends, interface and cookie.</summary>
    internal static void WriteIdentity(Span<byte> request, in SocketRecord socket)
    {
        request[0] = socket.IsIPv4 ? AfInet : AfInet6;
        request[1] = (byte)socket.Protocol;
        request[3] = socket.Protocol == SocketProtocol.Raw ? socket.IpProtocol ?? 0 : (byte)0; // inet_diag_req_raw
        var id = request[(8 - SourcePort)..]; // inet_diag_sockid is 4 bytes further than in the answer
        BinaryPrimitives.WriteUInt16BigEndian(id[SourcePort..], socket.LocalPort);
        BinaryPrimitives.WriteUInt16BigEndian(id[DestinationPort..], socket.RemotePort);
        socket.Local.WriteBytes(id[Source..]);
        socket.Remote.WriteBytes(id[Destination..]);
        BinaryPrimitives.WriteUInt32LittleEndian(id[Interface..], socket.Interface);
        BinaryPrimitives.WriteUInt64LittleEndian(id[Cookie..], socket.Cookie);
    }

    /// <summary>Reads one answer and keeps all its attributes in <paramref name="arena"/>, where its Details say.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, SocketProtocol protocol, ByteArena arena, out SocketRecord record)
    {
        if (!TryRead(payload, protocol, out record))
            return false;
        if (payload.Length > MessageLength)
            record.Details = arena.Add(payload[MessageLength..]);
        return true;
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
        if (record.IpProtocol is byte number)
            end += WriteAttribute(payload[end..], AttributeProtocol, number, 1);
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
                case AttributeProtocol when value.Length >= 1: record.IpProtocol = value[0]; break;
                case AttributeIPv6Only when value.Length >= 1: record.IPv6Only = value[0] != 0; break;
                case AttributeMark when value.Length >= 4: record.Mark = BinaryPrimitives.ReadUInt32LittleEndian(value); break;
                case AttributeCgroupId when value.Length >= 8: record.CgroupId = BinaryPrimitives.ReadUInt64LittleEndian(value); break;
            }
    }

    private static int WriteAttribute(Span<byte> target, ushort type, ulong value, int length)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return AppendAttribute(target, type, bytes[..length]);
    }
}
