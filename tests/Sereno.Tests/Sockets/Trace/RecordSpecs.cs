using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Sereno.Sockets.Trace;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets.Trace;

/// <summary>Bytes of perf rings and of tracefs, as Linux 6.18 writes them, whole and broken.</summary>
public class RecordSpecs
{
    private const string States = """
        name: inet_sock_set_state
        ID: 2287
        format:
        	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
        	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
        	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
        	field:int common_pid;	offset:4;	size:4;	signed:1;

        	field:const void * skaddr;	offset:8;	size:8;	signed:0;
        	field:int oldstate;	offset:16;	size:4;	signed:1;
        	field:int newstate;	offset:20;	size:4;	signed:1;
        	field:__u16 sport;	offset:24;	size:2;	signed:0;
        	field:__u16 dport;	offset:26;	size:2;	signed:0;
        	field:__u16 family;	offset:28;	size:2;	signed:0;
        	field:__u16 protocol;	offset:30;	size:2;	signed:0;
        	field:__u8 saddr[4];	offset:32;	size:4;	signed:0;
        	field:__u8 daddr[4];	offset:36;	size:4;	signed:0;
        	field:__u8 saddr_v6[16];	offset:40;	size:16;	signed:0;
        	field:__u8 daddr_v6[16];	offset:56;	size:16;	signed:0;

        print fmt: "family=%s offset:9; size:9;"
        """;

    private static readonly PerfRecords s_records = new(TraceFormat.Parse(States)!, null);

    // A sample: header; pid and tid; time; size of the raw record; the raw record.
    private static readonly byte[] s_sample = Convert.FromHexString(
        "09000000" + "0000" + "7000" // PERF_RECORD_SAMPLE, misc, 112 bytes
        + "D2040000" + "D3040000" // pid 1234, tid 1235
        + "00CA9A3B00000000" // 1 s
        + "54000000" // 84 bytes
        + "EF08" + "10" + "02" + "D2040000" // common: type 2287, in a soft interrupt
        + "0010000080E8FFFF" // skaddr
        + "01000000" + "08000000" // ESTABLISHED to CLOSE-WAIT
        + "B315" + "9297" + "0200" + "0600" // 5555, 38802, AF_INET, TCP
        + "7F000001" + "7F000001"
        + "00000000000000000000FFFF7F000001" + "00000000000000000000FFFF7F000001"
        + "000000000000000000000000"); // perf fills up to a multiple of 8

    [Fact]
    public void A_format_file_says_where_the_fields_are()
    {
        var format = TraceFormat.Parse(States)!;
        Assert.Equal(2287, format.Id);
        Assert.Equal(new(8, 8), format["skaddr"]);
        Assert.Equal(new(56, 16), format["daddr_v6"]);
        Assert.False(format["sock_cookie"].Exists);
        Assert.True(s_records.IsUsable);
    }

    [Fact]
    public void A_state_change_is_read_from_its_sample()
    {
        Assert.True(s_records.TryRead(s_sample, out var record));
        Assert.Equal((TraceRecordKind.StateChange, 1234, 1235, 1_000_000_000UL, true), (record.Kind, record.Pid, record.Tid, record.Time, record.InInterrupt));
        Assert.Equal((0xFFFFE88000001000UL, TcpState.Established, TcpState.CloseWait), (record.Address, record.OldState, record.NewState));
        Assert.Equal(("127.0.0.1", 5555, "127.0.0.1", 38802),
            (record.Tuple.Local.ToString(), record.Tuple.LocalPort, record.Tuple.Remote.ToString(), record.Tuple.RemotePort));
    }

    [Fact]
    public void Sctp_and_mptcp_are_not_told_as_tcp()
    {
        byte[] sctp = [.. s_sample];
        BinaryPrimitives.WriteUInt16LittleEndian(sctp.AsSpan(28 + 30), 132);
        Assert.False(s_records.TryRead(sctp, out _));
    }

    [Fact]
    public void A_record_cut_anywhere_is_no_record()
    {
        for (int length = 0; length < s_sample.Length; length++)
            Assert.False(s_records.TryRead(s_sample.AsSpan(0, length), out _));
    }

    [Fact]
    public void A_raw_record_shorter_than_the_format_says_is_no_record()
    {
        for (uint size = 0; size < 40; size++) // IPv6 addresses follow, which this one needs not
        {
            byte[] bytes = [.. s_sample];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), size);
            Assert.False(s_records.TryRead(bytes, out _));
        }
    }

    [Fact]
    public void Names_forks_namespaces_and_losses_are_read()
    {
        byte[] identity = Bytes(1u, 2u, 3u, 0u);
        Assert.True(s_records.TryRead(Record(3, Bytes(10u, 10u), Encoding.ASCII.GetBytes("curl\0\0\0\0"), identity), out var name));
        Assert.Equal((TraceRecordKind.Name, 10, (UInt128)0x6C727563), (name.Kind, name.Pid, name.Name));
        Assert.True(s_records.TryRead(Record(7, Bytes(11u, 10u, 11u, 10u, 5u, 0u), identity), out var fork));
        Assert.Equal((TraceRecordKind.Fork, 11, 10, 5UL), (fork.Kind, fork.Pid, fork.ParentPid, fork.Time));
        Assert.True(s_records.TryRead(Record(16, Bytes(11u, 12u, 1u, 0u, 4u, 0u, 0xF0000000u, 0u), identity), out var moved));
        Assert.Equal((TraceRecordKind.Namespace, 12, 0xF0000000UL), (moved.Kind, moved.Tid, moved.NetworkNamespace));
        Assert.True(s_records.TryRead(Record(2, Bytes(7u, 0u, 99u, 0u), identity), out var lost));
        Assert.Equal((TraceRecordKind.Lost, 99UL), (lost.Kind, lost.Lost));
    }

    [Fact]
    public void Any_bytes_at_all_are_read_without_a_crash() => Gen.Byte.Array[0, 200].Sample(bytes => { s_records.TryRead(bytes, out _); });

    [Fact]
    public void A_broken_sample_is_read_without_a_crash() =>
        Gen.Select(Gen.Int[0, s_sample.Length - 1], Gen.Byte, Gen.Int[0, s_sample.Length]).Array[1, 8].Sample(changes =>
        {
            byte[] bytes = [.. s_sample];
            int length = bytes.Length;
            foreach (var (at, value, cut) in changes)
            {
                bytes[at] = value;
                length = Math.Min(length, cut + 40);
            }
            _ = s_records.TryRead(bytes.AsSpan(0, Math.Min(length, bytes.Length)), out _);
        });

    [Fact]
    public void A_format_file_with_any_offsets_and_sizes_lets_no_record_be_read_beyond_its_end() =>
        Gen.Select(Gen.UShort, Gen.UShort).Array[10].Sample(places =>
        {
            string[] names = ["skaddr", "oldstate", "newstate", "sport", "dport", "family", "saddr[4]", "daddr[4]", "saddr_v6[16]", "daddr_v6[16]"];
            string text = "ID: 2287\n" + string.Join('\n', names.Zip(places, (n, p) => $"field:int {n};\toffset:{p.Item1};\tsize:{p.Item2};\tsigned:0;"));
            _ = new PerfRecords(TraceFormat.Parse(text)!, TraceFormat.Parse(text)).TryRead(s_sample, out _);
        });

    [Fact]
    public void Any_text_at_all_is_a_format_file_or_none() =>
        Gen.OneOf(Gen.String, Gen.Int[0, States.Length].Select(n => States[n..]), Gen.Int[0, States.Length].Select(n => "ID:1\n" + States[..n])).Sample(text => { _ = TraceFormat.Parse(text)?["skaddr"]; });

    [Fact]
    public void A_sockets_end_is_told_with_its_bytes_also_by_kernels_with_a_shorter_tcp_info()
    {
        byte[] info = new byte[248];
        BinaryPrimitives.WriteUInt64LittleEndian(info.AsSpan(120), 1006); // acknowledged, with SYN and retransmissions
        BinaryPrimitives.WriteUInt64LittleEndian(info.AsSpan(128), 6);
        BinaryPrimitives.WriteUInt64LittleEndian(info.AsSpan(200), 1500);
        BinaryPrimitives.WriteUInt64LittleEndian(info.AsSpan(208), 500);
        Assert.True(SocketEnd.TryRead(End(info), 9, out var end));
        Assert.Equal((0xABCDUL, 1000UL, 6UL, 9UL), (end.Cookie, end.BytesSent, end.BytesReceived, end.Time));
        Assert.True(SocketEnd.TryRead(End(info[..136]), 9, out end));
        Assert.Equal((1006UL, 6UL), (end.BytesSent, end.BytesReceived));
        Assert.True(SocketEnd.TryRead(End([]), 9, out end));
        Assert.False(SocketEnd.TryRead(End(info).AsSpan(0, 71), 9, out _));
    }

    [Fact]
    public void Any_message_of_an_end_is_read_without_a_crash() => Gen.Byte.Array[0, 400].Sample(bytes => { SocketEnd.TryRead(bytes, 0, out _); });

    private static byte[] End(byte[] info)
    {
        byte[] message = new byte[512];
        int length = InetDiag.Write(message, new() { Protocol = SocketProtocol.Tcp, State = TcpState.Close, IsIPv4 = true, Cookie = 0xABCD }, 0);
        byte[] attribute = new byte[4 + info.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)attribute.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute.AsSpan(2), 2); // INET_DIAG_INFO
        info.CopyTo(attribute.AsSpan(4));
        return [.. message[NetlinkMessage.HeaderLength..length], .. attribute];
    }

    private static byte[] Record(uint type, params byte[][] parts)
    {
        byte[] body = [.. parts.SelectMany(p => p)];
        byte[] header = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), (ushort)(8 + body.Length));
        return [.. header, .. body];
    }

    private static byte[] Bytes(params uint[] words) => [.. words.SelectMany(BitConverter.GetBytes)];
}
