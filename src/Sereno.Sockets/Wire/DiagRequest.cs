using System.Buffers.Binary;

namespace Sereno.Sockets.Wire;

/// <summary>Requests to NETLINK_SOCK_DIAG, as sock_diag(7) and linux/*_diag.h lay them out.</summary>
public static class DiagRequest
{
    public const ushort SockDiagByFamily = 20, SockDestroy = 21;

    // TCPDIAG_GETSOCK and DCCPDIAG_GETSOCK, of kernels before 3.3.
    private const ushort OldTcp = 18, OldDccp = 19;

    /// <summary>Enough for any of these requests without a filter.</summary>
    public const int MaxLength = NetlinkMessage.HeaderLength + 60;

    private const ushort FlagsDump = 0x301, FlagsAcknowledge = 5;
    private const byte AfUnix = 1, AfNetlink = 16, AfPacket = 17, AllNetlinkProtocols = 255;

    // UDIAG_SHOW_NAME, PEER, RQLEN; VFS, ICONS; MEMINFO. Then PACKET_SHOW_* and NDIAG_SHOW_*.
    private const uint UnixNamePeerQueues = 0x15, UnixFilePending = 0x0A, UnixMemory = 0x20;
    private const uint PacketAllButAddresses = 0x3D, NetlinkGroupsMemory = 3;

    /// <summary>Asks for every unix socket in any of <paramref name="states"/>; struct unix_diag_req.</summary>
    public static int WriteUnix(Span<byte> request, TcpStates states, SocketDetails details, uint sequence)
    {
        int length = Begin(request, SockDiagByFamily, FlagsDump, sequence, 24);
        request[16] = AfUnix;
        BinaryPrimitives.WriteUInt32LittleEndian(request[20..], (uint)states);
        uint show = UnixNamePeerQueues | ((details & SocketDetails.Extended) != 0 ? UnixFilePending : 0)
            | ((details & SocketDetails.Memory) != 0 ? UnixMemory : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(request[28..], show);
        return length;
    }

    /// <summary>Asks for every packet socket, with its filter and rings; struct packet_diag_req.</summary>
    public static int WritePacket(Span<byte> request, uint sequence)
    {
        int length = Begin(request, SockDiagByFamily, FlagsDump, sequence, 20);
        request[16] = AfPacket;
        BinaryPrimitives.WriteUInt32LittleEndian(request[24..], PacketAllButAddresses);
        return length;
    }

    /// <summary>Asks for every netlink socket; struct netlink_diag_req.</summary>
    public static int WriteNetlink(Span<byte> request, uint sequence)
    {
        int length = Begin(request, SockDiagByFamily, FlagsDump, sequence, 20);
        request[16] = AfNetlink;
        request[17] = AllNetlinkProtocols;
        BinaryPrimitives.WriteUInt32LittleEndian(request[24..], NetlinkGroupsMemory);
        return length;
    }

    /// <summary>Asks for TCP or DCCP sockets as kernels before sock_diag(7) were asked, of every family at once; struct inet_diag_req.</summary>
    public static int WriteOld(Span<byte> request, SocketProtocol protocol, TcpStates states, uint sequence, SocketDetails details, ReadOnlySpan<byte> bytecode)
    {
        int length = Begin(request, protocol == SocketProtocol.Tcp ? OldTcp : OldDccp, FlagsDump, sequence, 60);
        request[16] = InetDiag.AfInet;
        request[19] = InetDiag.Extensions(details);
        BinaryPrimitives.WriteUInt32LittleEndian(request[68..], (uint)states);
        return length + InetDiag.AppendBytecode(request, length, bytecode);
    }

    /// <summary>Asks the kernel to close a socket (SOCK_DESTROY) and to say whether it did; struct inet_diag_req_v2.</summary>
    public static int WriteDestroy(Span<byte> request, in SocketRecord socket, uint sequence)
    {
        int length = Begin(request, SockDestroy, FlagsAcknowledge, sequence, 56);
        InetDiag.WriteIdentity(request[16..], socket);
        return length;
    }

    /// <summary>A message answers a question for sockets, new or old.</summary>
    public static bool IsAnswer(ushort type) => type is SockDiagByFamily or OldTcp or OldDccp;

    internal static int Begin(Span<byte> request, ushort type, ushort flags, uint sequence, int payload)
    {
        int length = NetlinkMessage.HeaderLength + payload;
        request[..length].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(request, length);
        BinaryPrimitives.WriteUInt16LittleEndian(request[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], flags);
        BinaryPrimitives.WriteUInt32LittleEndian(request[8..], sequence);
        return length;
    }
}
