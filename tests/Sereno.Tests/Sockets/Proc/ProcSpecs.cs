using System.Text;
using CsCheck;
using Sereno.Sockets.Proc;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets.Proc;

/// <summary>Lines of /proc/net, as the kernel prints them and as it never would.</summary>
public class ProcSpecs
{
    private const string Established =
        "   1: 0100007F:1F90 0200007F:C350 01 00000010:00000020 02:000AFC80 00000003  1000        7 4242 2 00000000469fd0e6 20 4 30 10 -1";

    private const string UnixListener = "000000008f5389e3: 00000002 00000000 00010000 0001 01 2154066 @a name@with zeros";

    [Fact]
    public void A_line_of_tcp_becomes_a_record()
    {
        Assert.True(ProcInet.TryRead(Encoding.ASCII.GetBytes(Established), SocketProtocol.Tcp, out var record, out var detail));
        Assert.Equal(new SocketRecord
        {
            Protocol = SocketProtocol.Tcp, IsIPv4 = true, Local = InetAddress.FromBytes([127, 0, 0, 1]), LocalPort = 8080,
            Remote = InetAddress.FromBytes([127, 0, 0, 2]), RemotePort = 50000, State = TcpState.Established, SendQueue = 16, ReceiveQueue = 32,
            Timer = SocketTimer.KeepAlive, Expires = 7_200_000, Retransmits = 3, Uid = 1000, Inode = 4242,
        }, record);
        Assert.Equal(new ProcInetDetail
        {
            Timer = 2, TimerTicks = 720_000, Retransmits = 3, Probes = 7, References = 2, Pointer = 0x469fd0e6, RetransmitTimeout = 20,
            AckTimeout = 4, QuickAck = 30, CongestionWindow = 10, SlowStartThreshold = -1,
        }, detail);
    }

    [Fact]
    public void A_line_of_udp6_has_its_address_in_words_of_the_machines_order_and_its_drops()
    {
        const string line = "  99: 000080FE00000000FF00FC00010000FE:14E9 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000"
            + "     0        0 1234 2 0000000000000000 5";
        Assert.True(ProcInet.TryRead(Encoding.ASCII.GetBytes(line), SocketProtocol.Udp, out var record, out var detail));
        Assert.Equal("fe80::fc:ff:fe00:1", record.Local.ToString());
        Assert.Equal((false, 5353, TcpState.Close, 1234u, 5ul), (record.IsIPv4, record.LocalPort, record.State, record.Inode, detail.Drops));
    }

    [Fact]
    public void A_line_of_unix_keeps_the_name_with_blanks_and_zeros_as_the_kernel_shows_them()
    {
        Assert.True(ProcUnix.TryRead(Encoding.ASCII.GetBytes(UnixListener), out var record, out var path));
        Assert.Equal(new UnixRecord { References = 2, Flags = ProcUnix.FlagListens, Kind = SocketKind.Stream, State = TcpState.Listen, Inode = 2154066 }, record);
        Assert.Equal("@a name@with zeros", Encoding.ASCII.GetString(path));
        Assert.Equal("\0a name@with zeros", Encoding.ASCII.GetString(ProcUnix.NameOf(path)));
    }

    [Fact]
    public void A_socket_without_a_name_has_an_empty_one()
    {
        Assert.True(ProcUnix.TryRead("0000000000000000: 00000003 00000000 00000000 0005 03  1049"u8, out var record, out var path));
        Assert.Equal((SocketKind.SeqPacket, TcpState.Established, 1049u, 0), (record.Kind, record.State, record.Inode, path.Length));
    }

    [Fact]
    public void Lines_of_packet_and_netlink_become_records()
    {
        Assert.True(ProcPacket.TryRead("00000000cdfe0a86 3      3    0003   2     1 512    1000   5566  "u8, out var packet));
        Assert.Equal(new PacketRecord { Kind = SocketKind.Raw, EtherType = 3, Interface = 2, ReceiveQueue = 512, Uid = 1000, Inode = 5566 }, packet);
        Assert.True(ProcNetlink.TryRead("00000000169cdadc 15  4294963200 00000003 8        16       0     2        0        77      "u8, out var netlink, out uint groups));
        Assert.Equal((new NetlinkRecord { Protocol = 15, PortId = -4096, Address = 0x169cdadc, ReceiveQueue = 8, SendQueue = 16, Inode = 77 }, 3u), (netlink, groups));
    }

    [Theory]
    [InlineData("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode")]
    [InlineData("")]
    [InlineData("   1: 0100007F:1F90 0200007F:C350 01 00000010:00000020 02:000AFC80")]
    [InlineData("   1: 0100007F:1F90 00000000000000000000000000000000:C350 01 00000010:00000020 02:000AFC80 0")]
    [InlineData("   1: 0100007G:1F90 0200007F:C350 01 00000010:00000020 02:000AFC80 0")]
    [InlineData("   1: 0100007F:1F90 0200007F:C350 01 00000010:FFFFFFFFFFFFFFFFFFFFF 02:000AFC80 0")]
    public void What_isnt_a_line_of_the_table_is_none(string line) =>
        Assert.False(ProcInet.TryRead(Encoding.ASCII.GetBytes(line), SocketProtocol.Tcp, out _, out _));

    [Fact]
    public void Every_line_the_kernel_prints_now_is_read()
    {
        foreach (var (name, protocol) in ((string, SocketProtocol)[])[("tcp", SocketProtocol.Tcp), ("tcp6", SocketProtocol.Tcp), ("udp", SocketProtocol.Udp), ("raw6", SocketProtocol.Raw)])
            AssertAllRead(name, line => ProcInet.TryRead(line, protocol, out _, out _));
        AssertAllRead("unix", line => ProcUnix.TryRead(line, out _, out _));
        AssertAllRead("packet", line => ProcPacket.TryRead(line, out _));
        AssertAllRead("netlink", line => ProcNetlink.TryRead(line, out _, out _));
    }

    [Fact]
    public void No_line_however_damaged_makes_a_reader_fail() =>
        Gen.Select(Gen.OneOf(Gen.Const(Established), Gen.Const(UnixListener), Gen.Const("00000000cdfe0a86 3 3 0003 2 1 0 0 5566")),
            Gen.Select(Gen.Int[0, 140], Gen.Byte).Array[0, 6], Gen.Int[0, 140]).Sample((line, changes, cut) =>
        {
            byte[] bytes = Encoding.ASCII.GetBytes(line);
            foreach (var (at, value) in changes)
                bytes[at % bytes.Length] = value;
            ReadAll(bytes.AsSpan(0, Math.Min(cut, bytes.Length)));
        }, iter: 20_000);

    [Fact]
    public void No_bytes_at_all_make_a_reader_fail() => Gen.Byte.Array[0, 300].Sample(bytes => ReadAll(bytes), iter: 20_000);

    [Fact]
    public void Lines_come_as_fgets_gives_them_whatever_the_reads_bring() =>
        Gen.Select(Gen.OneOf(Gen.Int[0, 40], Gen.Int[8180, 8200], Gen.Int[16_000, 40_000]).Array[0, 6], Gen.Int[1, 9000], Gen.Bool).Sample((lengths, chunk, ended) =>
        {
            string text = string.Join('\n', lengths.Select((length, i) => new string((char)('a' + i), length))) + (ended ? "\n" : "");
            var expected = AsFgets(text).ToList();
            byte[] bytes = Encoding.ASCII.GetBytes(text);
            int position = 0;
            using var lines = new ProcLines(buffer =>
            {
                int n = Math.Min(Math.Min(chunk, buffer.Length), bytes.Length - position);
                bytes.AsSpan(position, n).CopyTo(buffer);
                position += n;
                return n;
            });
            var actual = new List<string>();
            while (lines.Next(out var line))
                actual.Add(Encoding.ASCII.GetString(line));
            Assert.Equal(expected, actual);
        }, iter: 300);

    // A line of exactly 8191 characters leaves its line end for the next call, which is an empty line.
    private static IEnumerable<string> AsFgets(string text)
    {
        for (int i = 0, end; i < text.Length; i = end)
        {
            int lineEnd = text.IndexOf('\n', i);
            end = Math.Min(i + ProcLines.MaxLength, lineEnd < 0 ? text.Length : lineEnd + 1);
            yield return text[i..end].TrimEnd('\n');
        }
    }

    private static void ReadAll(ReadOnlySpan<byte> line)
    {
        ProcInet.TryRead(line, SocketProtocol.Tcp, out _, out _);
        ProcInet.TryRead(line, SocketProtocol.Udp, out _, out _);
        ProcUnix.TryRead(line, out _, out var path);
        ProcUnix.NameOf(path);
        ProcPacket.TryRead(line, out _);
        ProcNetlink.TryRead(line, out _, out _);
    }

    private delegate bool Reader(ReadOnlySpan<byte> line);

    private static void AssertAllRead(string name, Reader read)
    {
        using var lines = ProcLines.TryOpen($"/proc/net/{name}", out int errno);
        Assert.True(lines is not null || errno == 2, $"{name}: errno {errno}"); // a kernel without it
        for (int n = 0; lines is not null && lines.Next(out var line); n++)
            Assert.True(n == 0 ? !read(line) : read(line), Encoding.UTF8.GetString(line));
    }
}
