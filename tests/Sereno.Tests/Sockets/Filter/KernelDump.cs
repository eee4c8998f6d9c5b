using System.Buffers.Binary;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;

namespace Sereno.Tests.Sockets.Filter;

/// <summary>The sockets that the kernel lets through.</summary>
internal static class KernelDump
{
    public static List<SocketRecord> Of(bool ipv4, SocketProtocol protocol, byte[]? bytecode)
    {
        byte[] request = new byte[InetDiag.RequestLength + (bytecode is null ? 0 : 4 + bytecode.Length)];
        InetDiag.WriteDumpRequest(request, ipv4 ? InetDiag.AfInet : InetDiag.AfInet6, protocol, TcpStates.All, sequence: 1);
        BinaryPrimitives.WriteInt32LittleEndian(request, request.Length);
        if (bytecode is not null)
        {
            var attribute = request.AsSpan(InetDiag.RequestLength);
            BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)attribute.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(attribute[2..], libc.INET_DIAG_REQ_BYTECODE);
            bytecode.CopyTo(attribute[4..]);
        }
        using var netlink = new NetlinkSocket(libc.NETLINK_SOCK_DIAG);
        netlink.Send(request);
        var records = new List<SocketRecord>();
        byte[] buffer = new byte[32 * 1024];
        while (true)
        {
            var reader = new NetlinkReader(buffer.AsSpan(0, netlink.Receive(buffer, out _)));
            while (reader.Next(out var message))
                if (message.Type is NetlinkMessage.Done or NetlinkMessage.Error)
                    return message.ErrorNumber == 0 ? records : throw new LinuxException(message.ErrorNumber, "list sockets");
                else if (InetDiag.TryRead(message.Payload, protocol, out var record))
                    records.Add(record);
        }
    }
}
