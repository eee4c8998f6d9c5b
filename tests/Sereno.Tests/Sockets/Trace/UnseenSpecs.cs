using Sereno.Sockets.Trace;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets.Trace;

/// <summary>Changes that the kernel counted and did not record.</summary>
public class UnseenSpecs
{
    private const int Client = 200;
    private const ulong ClientAt = 0xffff_8880_0000_2000;
    private static readonly InetAddress s_loopback = new(true, 0, 0x7F000001);
    private static readonly TcpTuple s_client = new(s_loopback, 40000, s_loopback, 5555);

    private readonly FakeMachine _machine = new() { Processes = { [Client] = ("curl", null, FakeMachine.Here) } };
    private readonly TcpTracer _tracer;
    private ulong _now = 1_000_000_000;

    public UnseenSpecs()
    {
        _tracer = new(_machine) { DumpIsComplete = true };
        _tracer.Take(Change(TcpState.Close, TcpState.SynSent));
        _tracer.Take(Change(TcpState.SynSent, TcpState.Established));
        _tracer.Take(Change(TcpState.Established, TcpState.FinWait1));
        Events();
    }

    [Fact]
    public void What_they_left_is_told_as_seen_in_a_dump_and_the_rest_goes_on()
    {
        _machine.Sockets.Add(Left(TcpState.FinWait2));
        Reconcile();
        Assert.Equal(["fin-wait-1>fin-wait-2 dump"], Events());
        _machine.Sockets[0] = Left(TcpState.TimeWait);
        _tracer.LookAtRemains(_now += 2_000_000_000);
        Assert.Equal(["fin-wait-2>time-wait dump"], Events());
    }

    [Fact]
    public void A_socket_that_has_gone_is_closed_unless_the_dump_passed_it_by()
    {
        _machine.Sockets.Add(Left(TcpState.FinWait1));
        _machine.Overlooked.Add(4242);
        Reconcile();
        Assert.Empty(Events());
        _machine.Sockets.Clear();
        Reconcile();
        Assert.Equal(["fin-wait-1>closed dump"], Events());
        Reconcile();
        Assert.Empty(Events());
    }

    [Fact]
    public void A_record_that_waits_tells_it_better()
    {
        _machine.Sockets.Add(Left(TcpState.FinWait2) with { Inode = 7 });
        var record = Change(TcpState.FinWait1, TcpState.FinWait2);
        Reconcile(record);
        Assert.Empty(Events());
        _tracer.Take(record);
        Assert.Equal(["fin-wait-1>fin-wait-2 tracepoint"], Events());
    }

    [Fact]
    public void A_connection_that_nobody_told_of_is_found_once_and_followed_by_its_records()
    {
        var other = s_client with { LocalPort = 40001 };
        _machine.Sockets.Add(Left(TcpState.FinWait1));
        _machine.Sockets.Add(Left(TcpState.Established) with { LocalPort = 40001, Inode = 8, Cookie = 4343 });
        Reconcile();
        Reconcile();
        Assert.Equal(["unknown>established dump"], Events());
        _tracer.Take(Change(TcpState.Established, TcpState.CloseWait) with { Address = ClientAt + 1, Tuple = other });
        Assert.Equal(["established>close-wait tracepoint"], Events());
    }

    [Fact]
    public void A_dump_that_is_not_whole_says_nothing()
    {
        _machine.DumpsAreConsistent = false;
        Assert.False(_tracer.TryDump());
    }

    private void Reconcile(params TraceRecord[] pending)
    {
        Assert.True(_tracer.TryDump());
        _tracer.Reconcile(pending, _now += 1000);
    }

    private TraceRecord Change(TcpState old, TcpState state) => new()
    {
        Kind = TraceRecordKind.StateChange, Time = _now += 1000, Address = ClientAt, OldState = old, NewState = state, Tuple = s_client, Pid = Client, Tid = Client,
    };

    private static SocketRecord Left(TcpState state) => new()
    {
        Protocol = SocketProtocol.Tcp, State = state, IsIPv4 = true, Local = s_loopback, LocalPort = 40000, Remote = s_loopback, RemotePort = 5555, Cookie = 4242,
    };

    private List<string> Events()
    {
        var events = new List<string>();
        while (_tracer.TryTake(_now, out var e))
            events.Add($"{e.OldState.Name()}>{e.NewState.Name()} {e.Observation.ToString().ToLowerInvariant()}");
        return events;
    }
}
