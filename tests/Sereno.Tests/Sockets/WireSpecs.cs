using System.Runtime.InteropServices;
using CsCheck;
using Sereno.Linux.Headers;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets;

public class WireSpecs
{
    // A listening IPv6 socket as a 6.x kernel answers it.
    private static readonly byte[] s_listener =
    [
        0x70, 0, 0, 0, 0x14, 0, 0x02, 0, 0x07, 0, 0, 0, 0, 0, 0, 0, // nlmsghdr: length 112, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, sequence 7
        10, 10, 0, 0, // AF_INET6, LISTEN, no timer, no retransmits
        0x1F, 0x90, 0, 0, // port 8080, no peer
        0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, // 2001:db8::1
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // ::
        2, 0, 0, 0, // bound to interface 2
        0x2A, 0, 0, 0, 1, 0, 0, 0, // cookie 0x1_0000_002a
        0, 0, 0, 0, // expires
        1, 0, 0, 0, 128, 0, 0, 0, // 1 of 128 waiting to be accepted
        0xE8, 3, 0, 0, // uid 1000
        0x39, 0x30, 0, 0, // inode 12345
        5, 0, 8, 0, 0, 0, 0, 0, // INET_DIAG_SHUTDOWN 0
        5, 0, 11, 0, 1, 0, 0, 0, // INET_DIAG_SKV6ONLY 1
        8, 0, 21, 0, // the beginning of an attribute of 8 bytes: four of them
        0x55, 0, 0, 0, // INET_DIAG_CGROUP_ID, too short to count
    ];

    private static SocketRecord Listener => new()
    {
        Protocol = SocketProtocol.Tcp, State = TcpState.Listen, LocalPort = 8080, Local = InetAddress.FromBytes(s_listener.AsSpan(24, 16)),
        Remote = InetAddress.FromBytes(new byte[16]), Interface = 2, Cookie = 0x1_0000_002A, ReceiveQueue = 1, SendQueue = 128, Uid = 1000,
        Inode = 12345, Shutdown = 0, IPv6Only = true,
    };

    private static readonly Gen<SocketRecord> s_genRecord =
        from ipv4 in Gen.Bool
        from addresses in Gen.Byte.Array[32]
        from numbers in Gen.UInt.Array[7]
        from ports in Gen.UShort.Array[2]
        from state in Gen.Int[1, 11]
        from timer in Gen.Int[0, 5]
        from shutdown in Gen.Int[-1, 3]
        from only in Gen.Int[-1, 1]
        from ids in Gen.ULong.Array[2]
        select new SocketRecord
        {
            Protocol = SocketProtocol.Tcp, IsIPv4 = ipv4, State = (TcpState)state, Timer = (SocketTimer)timer, Retransmits = (byte)numbers[6],
            Local = InetAddress.FromBytes(addresses.AsSpan(0, ipv4 ? 4 : 16)), Remote = InetAddress.FromBytes(addresses.AsSpan(16, ipv4 ? 4 : 16)),
            LocalPort = ports[0], RemotePort = ports[1], Interface = numbers[0], Expires = numbers[1], ReceiveQueue = numbers[2],
            SendQueue = numbers[3], Uid = numbers[4], Inode = numbers[5], Mark = numbers[6], Cookie = ids[0], CgroupId = ids[1],
            Shutdown = shutdown < 0 ? null : (byte)shutdown, IPv6Only = only < 0 ? null : only == 1,
        };

    [Fact]
    public void The_kernels_bytes_become_a_record()
    {
        var reader = new NetlinkReader(s_listener);
        Assert.True(reader.Next(out var message));
        Assert.Equal((20, 7u), (message.Type, message.Sequence));
        Assert.True(InetDiag.TryRead(message.Payload, SocketProtocol.Tcp, out var record));
        Assert.Equal(Listener, record);
        Assert.False(reader.Next(out _));
        Assert.False(reader.Malformed);
    }

    [Fact]
    public void A_record_becomes_the_kernels_bytes()
    {
        byte[] written = new byte[256];
        int length = InetDiag.Write(written, Listener, sequence: 7);
        byte[] expected = s_listener[..^8];
        expected[0] = (byte)expected.Length;
        Assert.Equal(expected, written[..length]);
    }

    [Fact]
    public void Every_record_survives_the_way_to_bytes_and_back() => s_genRecord.Sample(record =>
    {
        byte[] bytes = new byte[256];
        var reader = new NetlinkReader(bytes.AsSpan(0, InetDiag.Write(bytes, record, 1)));
        return reader.Next(out var message) && InetDiag.TryRead(message.Payload, SocketProtocol.Tcp, out var read) && read == record;
    });

    [Fact]
    public void A_dump_request_is_a_header_and_inet_diag_req_v2()
    {
        byte[] request = new byte[InetDiag.RequestLength];
        InetDiag.WriteDumpRequest(request, InetDiag.AfInet6, SocketProtocol.Udp, TcpStates.Close, sequence: 3);
        Assert.Equal((byte[])[0x48, 0, 0, 0, 20, 0, 0x01, 0x03, 3, 0, 0, 0, 0, 0, 0, 0, 10, 17, 0, 0, 0x80, 0, 0, 0], request[..24]);
        Assert.All(request[24..], b => Assert.Equal(0, b));
        Assert.Equal(InetDiag.RequestLength, Marshal.SizeOf<libc.nlmsghdr>() + Marshal.SizeOf<libc.inet_diag_req_v2>());
        Assert.Equal(InetDiag.MessageLength, Marshal.SizeOf<libc.inet_diag_msg>());
    }

    [Fact]
    public void An_older_kernels_shorter_message_reads_as_if_zeroes_followed()
    {
        Assert.True(InetDiag.TryRead(s_listener.AsSpan(16, 60), SocketProtocol.Tcp, out var record));
        Assert.Equal(Listener with { SendQueue = 0, Uid = 0, Inode = 0, Shutdown = null, IPv6Only = null }, record);
        Assert.False(InetDiag.TryRead(s_listener.AsSpan(16, 51), SocketProtocol.Tcp, out _));
    }

    [Fact]
    public void A_message_cut_anywhere_ends_the_walk_and_is_reported()
    {
        for (int length = 1; length < s_listener.Length; length++)
        {
            var reader = new NetlinkReader(s_listener.AsSpan(0, length));
            Assert.False(reader.Next(out _));
            Assert.True(reader.Malformed);
        }
    }

    [Fact]
    public void Any_bytes_at_all_are_read_without_a_crash_and_to_an_end() => Gen.Byte.Array[0, 400].Sample(bytes => Walk(bytes));

    [Fact]
    public void Damaged_and_shuffled_messages_are_read_without_a_crash_and_to_an_end() =>
        Gen.Select(s_genRecord.Array[1, 4], Gen.Int[0, 10_000], Gen.Byte, Gen.Int[0, 1000]).Sample((records, at, value, cut) =>
        {
            byte[] bytes = new byte[1024];
            int end = 0;
            foreach (var record in records)
                end += (InetDiag.Write(bytes.AsSpan(end), record, 1) + 3) & ~3;
            bytes[at % end] = value;
            Walk(bytes[..Math.Min(end, cut)]);
        });

    private static void Walk(byte[] bytes)
    {
        var reader = new NetlinkReader(bytes);
        int messages = 0;
        while (reader.Next(out var message))
        {
            InetDiag.TryRead(message.Payload, SocketProtocol.Tcp, out _);
            _ = message.ErrorNumber;
            Assert.True(++messages <= bytes.Length / NetlinkMessage.HeaderLength);
        }
    }
}
