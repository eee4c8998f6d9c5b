using CsCheck;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Wire;
using Sereno.Tests.Sockets.Lab;
using Xunit;

namespace Sereno.Tests.Sockets.Wire;

/// <summary>A recorded dump (TCPDIAG_FILE, as ss -D writes it), whole, with other figures, and damaged: read by the real ss and by ours.</summary>
public sealed class ReplayFuzzSpecs : IDisposable
{
    private static readonly string[] s_arguments = ["-tanoeimO", "--tos", "--cgroup", "--inet-sockopt"];

    // INET_DIAG_MEMINFO, INFO, TOS, TCLASS, SKMEMINFO, BBRINFO: figures that may have any value.
    private static readonly int[] s_figures = [1, 2, 5, 6, 7, 16];

    private readonly string _file = System.IO.Path.GetTempFileName();
    private readonly List<byte[]> _messages = [];

    public ReplayFuzzSpecs() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(Recipes.Tcp.Except([Specimen.TcpMd5])); // whose key the real ss prints before everything else
        foreach (int family in (int[])[Libc.AF_INET, Libc.AF_INET6])
            foreach (byte[] datagram in LiveDump.Of(family, Libc.IPPROTO_TCP))
                for (int at = 0; at < datagram.Length; at += Align(BitConverter.ToInt32(datagram, at)))
                    if (BitConverter.ToUInt16(datagram, at + 4) == InetDiag.SockDiagByFamily)
                        _messages.Add(datagram[at..(at + Align(BitConverter.ToInt32(datagram, at)))]);
    });

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_recording_reads_as_iproute2s_ss_reads_it() => AssertSame(_messages);

    [Fact]
    public void A_recording_with_any_figures_reads_as_iproute2s_ss_reads_it() =>
        Gen.Select(Gen.Int[0, _messages.Count - 1], Gen.Int[0, 300], Gen.OneOf(Gen.UInt[0, 3], Gen.UInt)).Array[1, 200].Sample(changes =>
        {
            List<byte[]> changed = [.. _messages.Select(message => message.ToArray())];
            foreach (var (which, at, value) in changes)
                SetFigure(changed[which], at, value);
            AssertSame(changed);
        }, iter: 15, threads: 1);

    [Fact]
    public void A_damaged_recording_is_read_to_an_end() => Mutations.Gen1To8.Sample(damage =>
    {
        File.WriteAllBytes(_file, damage(Recording(_messages)));
        Ours();
    }, iter: 300, threads: 1);

    private Outcome Ours() => Differential.OurSs(s_arguments, files: new ProcFiles(name => name == "TCPDIAG_FILE" ? _file : null));

    private void AssertSame(List<byte[]> messages)
    {
        Differential.SkipUnless("ss", "-V", "iproute2-6.1");
        File.WriteAllBytes(_file, Recording(messages));
        var theirs = Differential.Run("ss", s_arguments, ("TCPDIAG_FILE", _file));
        Assert.Equal(messages.Count + 1, theirs.Output.Count(c => c == '\n')); // a header, and one line a socket
        Assert.Equal(theirs, Ours());
    }

    private static byte[] Recording(List<byte[]> messages) =>
        [.. messages.SelectMany(m => m), .. new Message(NetlinkMessage.Done, 2, 0, new byte[4], []).Write()];

    // Writes one of the 32-bit words of one of the attributes that hold figures.
    private static void SetFigure(byte[] message, int at, uint value)
    {
        List<int> words = [];
        for (int begin = 16 + InetDiag.MessageLength; begin + 4 <= message.Length; begin += Align(BitConverter.ToUInt16(message, begin)))
            if (s_figures.Contains(BitConverter.ToUInt16(message, begin + 2)))
                for (int word = begin + 4; word + 4 <= begin + BitConverter.ToUInt16(message, begin); word += 4)
                    words.Add(word);
        if (words.Count > 0)
            BitConverter.TryWriteBytes(message.AsSpan(words[at % words.Count]), value);
    }

    private static int Align(int length) => (length + 3) & ~3;
}
