using Sereno.Sockets.Trace;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets.Trace;

/// <summary>Changes seen as the difference between two dumps, and by the word of ended sockets in between.</summary>
public class DumpTracerSpecs
{
    private readonly FakeMachine _machine = new();
    private readonly DumpTracer _tracer;

    public DumpTracerSpecs() => _tracer = new(_machine);

    [Fact]
    public void What_was_there_at_first_is_no_change_and_what_differs_is()
    {
        Dump(Listener, Connection(TcpState.Established));
        Assert.Empty(Events());
        Dump(Listener, Connection(TcpState.CloseWait), Connection(TcpState.Established, port: 40001, cookie: 3));
        var events = Events();
        Assert.Equal(["established>close-wait", "unknown>established"], events.Select(Change));
        Assert.All(events, e => Assert.Equal((Observation.Dump, ConnectionRole.Server, SocketNamespace.This), (e.Observation, e.Role, e.Namespace)));
        Dump(Listener);
        Assert.Equal(["close-wait>closed", "established>closed"], Events().Select(Change).Order());
    }

    [Fact]
    public void A_dump_that_may_lack_sockets_ends_none()
    {
        Dump(Listener, Connection(TcpState.Established));
        _tracer.Take([Listener], complete: false, 2);
        Assert.Empty(Events());
        Dump(Listener);
        Assert.Equal("established>closed", Change(Assert.Single(Events())));
    }

    [Fact]
    public void A_socket_that_a_dump_overlooks_has_not_ended()
    {
        Dump(Listener, Connection(TcpState.Established));
        _machine.Sockets.Add(Connection(TcpState.CloseWait));
        Dump(Listener);
        Assert.Equal("established>close-wait", Change(Assert.Single(Events())));
        _machine.Sockets[0] = Connection(TcpState.Established, cookie: 5); // another one at the same place
        Dump(Listener);
        Assert.Equal("close-wait>closed", Change(Assert.Single(Events())));
    }

    [Fact]
    public void An_owner_is_remembered_into_time_wait()
    {
        Dump();
        Dump(Connection(TcpState.Established));
        Assert.True(_tracer.WantsOwners);
        _tracer.TakeOwners((inode, _) => inode == 9 ? new(OwnerSource.Exact, 5, "httpd", "web.service") : default);
        Assert.Equal("httpd", Assert.Single(Events()).Owner.Name);
        Dump(Connection(TcpState.TimeWait) with { Inode = 0 });
        Assert.Equal("web.service", Assert.Single(Events()).Owner.Unit);
        Assert.True(_tracer.Owners.TryGet(2, out _));
    }

    [Fact]
    public void The_cgroup_names_the_unit_until_somebody_is_seen_with_the_socket()
    {
        Dump();
        Dump(Connection(TcpState.Established) with { CgroupId = 4 });
        Assert.Equal(new(OwnerSource.Cgroup, 0, null, "cgroup4.service"), Assert.Single(Events()).Owner);
    }

    [Fact]
    public void A_connection_that_no_dump_saw_is_told_by_its_end()
    {
        Dump();
        _tracer.Take(new SocketEnd { Cookie = 8, Tuple = Tuple, BytesSent = 1, BytesReceived = 2, Time = 5 });
        Dump();
        var e = Assert.Single(Events());
        Assert.Equal(("unknown>closed", Observation.Destroyed, 1UL, 2UL), (Change(e), e.Observation, e.BytesSent, e.BytesReceived));
        _tracer.Take(new SocketEnd { Cookie = 9, Tuple = Tuple with { RemotePort = 0 } }); // never connected
        Assert.Empty(Events());
    }

    [Fact]
    public void An_end_that_leaves_time_wait_is_told_as_that_once_and_its_end_later()
    {
        Dump();
        var left = Connection(TcpState.TimeWait, cookie: 20) with { Inode = 0 }; // its socket had no cookie by then
        _machine.Sockets.Add(left);
        _tracer.Take(new SocketEnd { Cookie = 8, Tuple = Tuple, BytesSent = 1, Time = 5 });
        Dump(left);
        Assert.Equal("unknown>time-wait", Change(Assert.Single(Events())));
        _machine.Sockets.Clear();
        Dump();
        var e = Assert.Single(Events());
        Assert.Equal(("time-wait>closed", 1UL), (Change(e), e.BytesSent));
    }

    private static SocketRecord Listener { get; } = new()
    {
        Protocol = SocketProtocol.Tcp, State = TcpState.Listen, IsIPv4 = true, Local = new(true, 0, 0), LocalPort = 5555, Remote = new(true, 0, 0), Inode = 8, Cookie = 1,
    };

    private static SocketRecord Connection(TcpState state, ushort port = 40000, ulong cookie = 2) => new()
    {
        Protocol = SocketProtocol.Tcp, State = state, IsIPv4 = true, Local = new(true, 0, 0x7F000001), LocalPort = 5555,
        Remote = new(true, 0, 0x7F000001), RemotePort = port, Inode = 9, Cookie = cookie,
    };

    private static TcpTuple Tuple => TcpTuple.Of(Connection(TcpState.Established));

    private ulong _now = 10;

    private void Dump(params SocketRecord[] sockets) => _tracer.Take(sockets, complete: true, ++_now);

    private List<TraceEvent> Events()
    {
        var events = new List<TraceEvent>();
        while (_tracer.TryTake(ulong.MaxValue, out var e))
            events.Add(e);
        return events;
    }

    private static string Change(TraceEvent e) => $"{e.OldState.Name()}>{e.NewState.Name()}";
}
