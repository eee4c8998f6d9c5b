using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Wire;
using Xunit;
using static Sereno.Tests.Sockets.Diag.FakeKernel;

namespace Sereno.Tests.Sockets.Diag;

/// <summary>Dumps that don't come in one piece: what the kernel does when its lists change meanwhile, or its memory is short.</summary>
public class SocketDumpSpecs
{
    private const int Eio = 5, Enobufs = 105;

    // More datagrams than these are received on another thread.
    private const int Large = 12;

    private static readonly Answer[] s_whole = [Datagram(Socket(1), Socket(2)), Datagram(End())];

    public static TheoryData<string> Troubles => [.. s_troubles.Keys];

    private static readonly Dictionary<string, Answer[]> s_troubles = new()
    {
        ["interrupted"] = [Datagram(Socket(1, Interrupted)), Datagram(End())],
        ["interrupted at its end"] = [Datagram(Socket(1)), Datagram(End(Interrupted))],
        ["truncated"] = [Truncated(Datagram(Socket(1), Socket(2)))],
        ["malformed"] = [_ => ([1, 2, 3], false)],
        ["overrun"] = [Datagram(Socket(1), (Overrun, 0, [])), Datagram(End())],
        ["interrupted, large"] = [.. Rows(Large), Datagram(Socket(99, Interrupted)), Datagram(End())],
        ["truncated, large"] = [.. Rows(Large), Truncated(Datagram(Socket(99)))],
    };

    [Theory, MemberData(nameof(Troubles))]
    public void A_dump_that_is_not_whole_is_asked_for_again(string trouble)
    {
        var kernel = new FakeKernel(s_troubles[trouble], s_whole);
        var dump = Ask(kernel);
        Assert.Equal(2, kernel.Asked);
        Assert.False(dump.Inconsistent);
        Assert.Equal([1UL, 2UL], Cookies(dump));
    }

    [Theory, MemberData(nameof(Troubles))]
    public void After_three_times_what_came_last_is_kept_and_said_to_be_inconsistent(string trouble)
    {
        var kernel = new FakeKernel([s_troubles[trouble], s_troubles[trouble], s_troubles[trouble]]);
        var dump = Ask(kernel);
        Assert.Equal(3, kernel.Asked);
        Assert.True(dump.Inconsistent);
        Assert.Equal(Cookies(dump).Distinct(), Cookies(dump));
    }

    [Fact]
    public void A_large_dump_comes_whole_and_in_order()
    {
        var kernel = new FakeKernel([[.. Rows(Large), Datagram(End())]]);
        Assert.Equal(Enumerable.Range(1, Large).Select(i => (ulong)i), Cookies(Ask(kernel)));
        Assert.Equal(1, kernel.Asked);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Large)]
    public void An_error_is_the_callers_unless_rows_were_handed_on(int rows)
    {
        Answer[][] errors = [[.. Rows(rows), Datagram(ErrorOf(Eio))], [.. Rows(rows), Failure(Enobufs)]];
        foreach (var (attempt, errno) in errors.Zip([Eio, Enobufs]))
        {
            Assert.Equal(errno, Assert.Throws<LinuxException>(() => Ask(new(attempt))).Number);
            var kernel = new FakeKernel([attempt]);
            var sink = new Sink(canForget: false);
            Assert.True(Ask(kernel, sink).Inconsistent);
            Assert.Equal((1, rows), (kernel.Asked, sink.Taken));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rows_that_were_handed_on_are_taken_back_or_not_asked_for_again(bool canForget)
    {
        var sink = new Sink(canForget);
        var dump = Ask(new(s_troubles["interrupted"], s_whole), sink);
        Assert.Equal((!canForget, canForget ? 2 : 1), (dump.Inconsistent, sink.Taken));
    }

    [Fact]
    public void Answers_to_another_request_are_passed_over()
    {
        Answer other = sequence => Datagram(Socket(9), End())(sequence + 7);
        Assert.Equal([1UL, 2UL], Cookies(Ask(new([[other, .. s_whole]]))));
    }

    private static SocketDump Ask(FakeKernel kernel, IRowSink? sink = null)
    {
        var dump = new SocketDump(open: kernel.Open) { Rows = sink };
        dump.Add(ipv4: true, SocketProtocol.Tcp, TcpStates.All);
        return dump;
    }

    private static Answer[] Rows(int count) => [.. Enumerable.Range(1, count).Select(i => Datagram(Socket((byte)i)))];

    private static ulong[] Cookies(SocketDump dump)
    {
        var cookies = new List<ulong>();
        foreach (ref readonly var socket in dump.Records)
            cookies.Add(socket.Cookie);
        return [.. cookies];
    }

    private sealed class Sink(bool canForget) : IRowSink
    {
        public int Taken { get; private set; }

        public void Take(in SocketRecord socket) => Taken++;

        public bool TryForget()
        {
            Taken = canForget ? 0 : Taken;
            return canForget;
        }
    }
}
