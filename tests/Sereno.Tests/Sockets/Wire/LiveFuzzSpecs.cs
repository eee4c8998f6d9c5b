using CsCheck;
using Sereno.Sockets.Wire;
using Sereno.Tests.Sockets.Lab;
using Xunit;

namespace Sereno.Tests.Sockets.Wire;

/// <summary>What this machine's kernel says of sockets of every kind, whole and damaged.</summary>
public class LiveFuzzSpecs
{
    [Fact]
    public void The_kernels_answers_of_every_family_are_read_whole_and_damaged() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(Recipes.All);
        byte[][] datagrams =
        [
            .. LiveDump.Of(Libc.AF_INET, Libc.IPPROTO_TCP), .. LiveDump.Of(Libc.AF_INET6, Libc.IPPROTO_TCP), .. LiveDump.Of(Libc.AF_INET, Libc.IPPROTO_UDP),
            .. LiveDump.Of(Libc.AF_INET6, Libc.IPPROTO_UDP), .. LiveDump.Of(Libc.AF_UNIX), .. LiveDump.Of(Libc.AF_PACKET), .. LiveDump.Of(Libc.AF_NETLINK),
        ];
        Assert.All(datagrams, datagram => Assert.True(Decoders.Walk(datagram) > 0));
        Gen.Select(Gen.Int[0, datagrams.Length - 1], Mutations.Gen1To8).Sample((which, damage) => { Decoders.Walk(damage(datagrams[which])); }, iter: 500);
    });

    [Fact]
    public void A_record_of_the_kernels_survives_the_way_to_bytes_and_back() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add([.. Recipes.Tcp, .. Recipes.Udp]);
        int records = 0;
        foreach (int family in (int[])[Libc.AF_INET, Libc.AF_INET6])
            foreach (byte[] datagram in (IEnumerable<byte[]>)[.. LiveDump.Of(family, Libc.IPPROTO_TCP), .. LiveDump.Of(family, Libc.IPPROTO_UDP)])
            {
                var reader = new NetlinkReader(datagram);
                while (reader.Next(out var message))
                    if (message.Type == InetDiag.SockDiagByFamily)
                    {
                        Assert.True(InetDiag.TryRead(message.Payload, SocketProtocol.Tcp, out var record));
                        byte[] bytes = new byte[256];
                        var again = new NetlinkReader(bytes.AsSpan(0, InetDiag.Write(bytes, record, message.Sequence)));
                        Assert.True(again.Next(out var written) && InetDiag.TryRead(written.Payload, SocketProtocol.Tcp, out var read) && read == record);
                        records++;
                    }
                Assert.False(reader.Malformed);
            }
        Assert.True(records > 100, $"{records} records");
    });

    /// <summary>Ten of the eleven; and CLOSED for what is only bound, which Linux 6.8 and later list to who asks for state 13.</summary>
    [Fact]
    public void Every_state_that_the_kernel_lists_is_read() => NetworkNamespace.Run(() =>
    {
        using var lab = new SocketLab();
        lab.Add(Recipes.Tcp);
        HashSet<TcpState> states = [];
        foreach (byte[] datagram in LiveDump.Of(Libc.AF_INET, Libc.IPPROTO_TCP))
        {
            var reader = new NetlinkReader(datagram);
            while (reader.Next(out var message))
                if (message.Type == InetDiag.SockDiagByFamily && InetDiag.TryRead(message.Payload, SocketProtocol.Tcp, out var record))
                    states.Add(record.State);
        }
        TcpState[] listed =
        [
            TcpState.Established, TcpState.SynSent, TcpState.SynReceived, TcpState.FinWait1, TcpState.FinWait2, TcpState.TimeWait, TcpState.CloseWait,
            TcpState.LastAck, TcpState.Listen, TcpState.Closing,
        ];
        Assert.Superset(listed.ToHashSet(), states);
        if (OperatingSystem.IsOSPlatformVersionAtLeast("linux", 6, 8))
            Assert.Contains(TcpState.Close, states);
    });
}
