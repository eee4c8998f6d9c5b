using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Sereno.Sockets.Wire;
using Sereno.Tests.Sockets.Lab;
using Xunit;

namespace Sereno.Tests.Sockets.Ss;

/// <summary>Recorded dumps: ours reads theirs, they read ours, and dumps that no kernel here would send are read alike.</summary>
public sealed class SsReplaySpecs : IDisposable
{
    private const int Info = 2, Vegas = 3, Congestion = 4, Tos = 5, TrafficClass = 6, SocketMemory = 7, Shutdown = 8, Dctcp = 9, V6Only = 11, Mark = 15,
        Bbr = 16, ClassId = 17, Md5 = 18, UpperLayer = 19, CgroupId = 21, Options = 22, OldMemory = 1;

    private readonly string _file = Path.GetTempFileName();

    // Small, large and missing figures, as often each.
    private static readonly Gen<byte[]> s_figures =
        from words in Gen.OneOf(Gen.Const(0u), Gen.UInt[1, 5000], Gen.UInt).Array[75]
        select words.SelectMany(BitConverter.GetBytes).ToArray();

    private static readonly Gen<byte[]> s_attributes =
        from figures in s_figures
        from length in Gen.Int[1, 75]
        from present in Gen.UInt
        from small in Gen.Byte.Array[8]
        from name in Gen.Int[0, 3].Select(i => ((string[])["cubic", "bbr", "an-algorithm-of-a-long-name", ""])[i])
        from memory in Gen.Int[7, 9]
        from keys in Gen.Int[1, 2]
        select Attributes(present,
            (Info, figures[..(4 * length)]), (Vegas, figures[..16]), (Congestion, [.. Encoding.ASCII.GetBytes(name), 0]), (Tos, small[..1]), (TrafficClass, small[1..2]),
            (SocketMemory, figures[8..(8 + 4 * memory)]), (OldMemory, figures[..16]), (Shutdown, [(byte)(small[2] & 3)]), (Dctcp, figures[4..20]), (V6Only, [(byte)(small[3] & 1)]),
            (Mark, figures[..4]), (Bbr, figures[..(4 * (1 + small[4] % 5))]), (ClassId, figures[4..8]), (Md5, Keys(keys, small)), (UpperLayer, Layer(present, figures, small)),
            (CgroupId, [1, .. figures[1..8]]), (Options, small[4..6]));

    private static readonly Gen<byte[]> s_message =
        from attributes in s_attributes
        from v6 in Gen.Bool
        from state in Gen.Byte[1, 11]
        from timer in Gen.Byte[0, 6]
        from retransmits in Gen.Byte
        from ports in Gen.UShort.Array[2]
        from addresses in Gen.OneOf(Gen.Const(new byte[32]), Gen.Byte.Array[32])
        from expires in Gen.OneOf(Gen.UInt[0, 70_000], Gen.UInt[0, 7_000_000])
        from rest in Gen.UInt.Array[6]
        select Message(v6, state, timer, retransmits, ports, addresses, expires, rest, attributes);

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Any_figures_that_a_kernel_may_send_are_worded_alike() => s_message.Array[1, 12].Sample(messages =>
    {
        Write([.. messages, Done]);
        foreach (string options in (string[])["-tanoeim --tos --cgroup --inet-sockopt", "-taeim", "-tanOim --tos"])
            Assert.Equal(SsPrograms.Theirs(options, ("TCPDIAG_FILE", _file)), SsPrograms.Ours(options, ("TCPDIAG_FILE", _file)));
    }, iter: 60, threads: 1);

    [Theory]
    [InlineData("-tanoeim")]
    [InlineData("-tan6")]
    [InlineData("-tan state listening")]
    public void What_one_records_the_other_reads(string options) => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add([Specimen.EstablishedV4, Specimen.EstablishedV6, Specimen.ListenV4, Specimen.ListenV6]);
        SsPrograms.Theirs($"{options} -D {_file}");
        byte[] theirs = File.ReadAllBytes(_file);
        var shown = SsPrograms.Theirs("-tanoeim", ("TCPDIAG_FILE", _file));
        Assert.Equal(shown, SsPrograms.Ours("-tanoeim", ("TCPDIAG_FILE", _file)));
        SsPrograms.Ours($"{options} -D {_file}");
        Assert.Equal(theirs.Length, File.ReadAllBytes(_file).Length);
        // Only in one of the two may a clock have stood at zero, and been left out.
        string Still(Outcome outcome) => Differential.Trimmed(Differential.Settled(outcome.Output));
        Assert.Equal(Still(shown), Still(SsPrograms.Theirs("-tanoeim", ("TCPDIAG_FILE", _file))));
    });

    [Fact]
    public void A_file_that_ends_early_or_says_an_error_is_told_alike()
    {
        byte[] message = Message(false, 1, 0, 0, [1, 2], new byte[32], 0, new uint[6], []);
        foreach (byte[] file in (byte[][])[[], message, message[..40], [.. message, .. Error(-13)], [.. message, .. Error(0)[..16]]])
        {
            File.WriteAllBytes(_file, file);
            Assert.Equal(SsPrograms.Theirs("-tan", ("TCPDIAG_FILE", _file)), SsPrograms.Ours("-tan", ("TCPDIAG_FILE", _file)));
        }
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(int.MaxValue - 1)]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(15)]
    public void A_length_that_cant_be_ends_the_file(int length)
    {
        Write([[.. BitConverter.GetBytes(length), .. Done[4..]]]);
        // The real one writes past its buffer.
        var ours = SsPrograms.Ours("-tan", ("TCPDIAG_FILE", _file));
        Assert.Equal((0, "Unexpected EOF reading $TCPDIAG_FILE"), (ours.ExitCode, ours.Errors));
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(8, 3)]
    [InlineData(8, 9)]
    [InlineData(12, 60000)]
    public void Attributes_that_dont_add_up_are_told_alike(int room, int length)
    {
        byte[] attributes = [.. Attribute(Tos, [8]), .. BitConverter.GetBytes((ushort)length), Mark, 0, .. new byte[room - 4]];
        Write([Message(false, 1, 0, 0, [1, 2], new byte[32], 0, new uint[6], attributes), Done]);
        Assert.Equal(SsPrograms.Theirs("-tan", ("TCPDIAG_FILE", _file)), SsPrograms.Ours("-tan", ("TCPDIAG_FILE", _file)));
    }

    [Fact]
    public void A_folder_is_no_recording() =>
        Assert.Equal(SsPrograms.Theirs("-tan", ("TCPDIAG_FILE", "/tmp")), SsPrograms.Ours("-tan", ("TCPDIAG_FILE", "/tmp")));

    private static byte[] Done => [20, 0, 0, 0, 3, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static byte[] Error(int error) => [36, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(error), .. new byte[16]];

    private void Write(byte[][] messages) => File.WriteAllBytes(_file, [.. messages.SelectMany(m => m)]);

    private static byte[] Message(bool v6, byte state, byte timer, byte retransmits, ushort[] ports, byte[] addresses, uint expires, uint[] rest, byte[] attributes)
    {
        byte[] message = new byte[16 + 72 + attributes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        message[4] = (byte)DiagRequest.SockDiagByFamily;
        var payload = message.AsSpan(16);
        (payload[0], payload[1], payload[2], payload[3]) = (v6 ? (byte)10 : (byte)2, state, timer, retransmits);
        BinaryPrimitives.WriteUInt16BigEndian(payload[4..], ports[0]);
        BinaryPrimitives.WriteUInt16BigEndian(payload[6..], ports[1]);
        addresses.CopyTo(payload[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[44..], rest[4]);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[48..], rest[5]);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[52..], expires);
        for (int i = 0; i < 4; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(payload[(56 + 4 * i)..], rest[i]);
        attributes.CopyTo(payload[72..]);
        return message;
    }

    private static byte[] Attributes(uint present, params (int Type, byte[] Value)[] all) =>
        [.. all.Where((_, i) => (present >> i & 1) != 0).SelectMany(a => Attribute(a.Type, a.Value))];

    private static byte[] Attribute(int type, byte[] value) =>
        [.. BitConverter.GetBytes((ushort)(4 + value.Length)), .. BitConverter.GetBytes((ushort)type), .. value, .. new byte[-value.Length & 3]];

    private static byte[] Keys(int count, byte[] small) =>
        [.. Enumerable.Range(0, count).SelectMany(i => (byte[])[small[i] % 2 == 0 ? (byte)2 : (byte)10, small[i + 2], (byte)(small[i] % 81), 0, .. small, .. small, .. Key(small)])];

    private static byte[] Key(byte[] small) => [.. Enumerable.Range(0, 80).Select(i => (byte)(small[i % 8] * (i + 1)))];

    private static byte[] Layer(uint present, byte[] figures, byte[] small) => Attributes(present >> 20,
        (1, [.. "mptcp\0"u8]),
        (2, Attributes(present >> 23, (1, [small[0], 3]), (2, [(byte)(50 + small[1] % 4), 0]), (3, [(byte)(small[2] % 6), 0]), (4, [(byte)(small[3] % 6), 0]), (5, []))),
        (3, Attributes(present >> 22, (1, figures[..4]), (2, figures[4..8]), (4, figures[..8]), (5, figures[8..12]), (6, figures[..4]), (7, small[..2]),
            (8, [small[0], (byte)(small[1] & 1), 0, 0]), (9, small[2..3]), (10, small[3..4]))));
}
