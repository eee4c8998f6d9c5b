using System.Buffers.Binary;
using Xunit;
using static Sereno.Tests.Sockets.Lab.Libc;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>The kernel's own answers to sock_diag(7), as they come: what a test damages is real.</summary>
internal static class LiveDump
{
    private const int NETLINK_SOCK_DIAG = 4, Done = 3, Error = 2;

    /// <param name="protocol">For AF_INET and AF_INET6.</param>
    /// <returns>One dump's datagrams, with everything that the kernel tells.</returns>
    public static List<byte[]> Of(int family, int protocol = 0)
    {
        int fd = Check(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), "make a netlink socket");
        try
        {
            byte[] request = Request(family, protocol);
            Check(send(fd, request, request.Length, 0), "ask for sockets");
            List<byte[]> datagrams = [];
            byte[] buffer = new byte[64 * 1024];
            do
            {
                int length = Check(read(fd, buffer, buffer.Length), "receive sockets");
                datagrams.Add(buffer[..length]);
            }
            while (!IsLast(datagrams[^1]));
            return datagrams;
        }
        finally
        {
            _ = close(fd);
        }
    }

    // nlmsghdr, then inet_diag_req_v2, unix_diag_req, packet_diag_req or netlink_diag_req.
    private static byte[] Request(int family, int protocol)
    {
        byte[] request = new byte[16 + (family is AF_INET or AF_INET6 ? 56 : family == AF_UNIX ? 24 : 20)];
        BinaryPrimitives.WriteInt32LittleEndian(request, request.Length);
        request[4] = 20; // SOCK_DIAG_BY_FAMILY
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(6), 0x301); // NLM_F_REQUEST | NLM_F_DUMP
        request[16] = (byte)family;
        request[17] = (byte)(family == AF_NETLINK ? 255 : protocol);
        switch (family)
        {
            case AF_INET or AF_INET6:
                request[18] = 0xFF; // every extension
                BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(20), uint.MaxValue); // every state
                break;
            case AF_UNIX:
                BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(20), uint.MaxValue);
                BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(28), 0x7F); // UDIAG_SHOW_*
                break;
            default:
                BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(24), family == AF_NETLINK ? 3u : 0x3F); // NDIAG_SHOW_*, PACKET_SHOW_*
                break;
        }
        return request;
    }

    private static bool IsLast(byte[] datagram)
    {
        for (int at = 0; at + 16 <= datagram.Length; at += (BitConverter.ToInt32(datagram, at) + 3) & ~3)
            if (BitConverter.ToUInt16(datagram, at + 4) is var type and (Done or Error))
            {
                Assert.True(type == Done, $"the kernel refuses: errno {-BitConverter.ToInt32(datagram, at + 16)}");
                return true;
            }
        return false;
    }
}
