using Sereno.Sockets.Trace;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets.Trace;

/// <summary>The joining of tracepoints, ends and dumps, by records as the kernel writes them (a loopback connection of Linux 6.18).</summary>
public class TracerSpecs
{
    private const int Server = 100, Client = 200, Bystander = 300;
    private const ulong ListenerAt = 0xffff_8880_0000_1000, ClientAt = 0xffff_8880_0000_2000, ServerAt = 0xffff_8880_0000_3000;

    private static readonly InetAddress s_loopback = new(true, 0, 0x7F000001), s_any = new(true, 0, 0);
    private static readonly TcpTuple s_listener = new(s_loopback, 5555, s_any, 0), s_client = new(s_loopback, 40000, s_loopback, 5555), s_server = s_client.Reversed;

    private readonly FakeMachine _machine = new()
    {
        Processes =
        {
            [Server] = ("httpd", "web.service", FakeMachine.Here),
            [Client] = ("curl", null, FakeMachine.Here),
            [Bystander] = ("bystander", "wrong.service", FakeMachine.Here),
        },
    };

    private readonly TcpTracer _tracer;
    private ulong _now = 1_000_000_000;

    public TracerSpecs() => _tracer = new(_machine) { DumpIsComplete = true };

    [Fact]
    public void Every_change_of_both_ends_is_told_in_order_with_phase_role_and_owner()
    {
        Listen();
        Connect();
        var events = Events();
        Assert.Equal(
            ["closed>listen", "closed>syn-sent", "syn-sent>established", "listen>syn-received", "syn-received>established"],
            events.Select(Change));
        Assert.Equal(["establish", "establish", "transmit", "establish", "transmit"], events.Select(e => Sereno.Sockets.Wire.TcpPhases.Name(e.Phase)));
        Assert.Equal([ConnectionRole.Server, ConnectionRole.Client, ConnectionRole.Client, ConnectionRole.Server, ConnectionRole.Server], events.Select(e => e.Role));
        Assert.Equal(new(OwnerSource.Exact, Client, "curl", null), events[1].Owner);
        Assert.Equal(new(OwnerSource.Listener, Server, "httpd", "web.service"), events[4].Owner);
        Assert.All(events, e => Assert.Equal(SocketNamespace.This, e.Namespace));
        Assert.True(events.Select(e => e.Time).SequenceEqual(events.Select(e => e.Time).Order()));
    }

    [Fact]
    public void Connect_chooses_its_port_after_syn_sent_is_told_and_the_event_gets_it_nevertheless()
    {
        Change(ClientAt, TcpState.Close, TcpState.SynSent, s_client with { LocalPort = 0 }, Client);
        Assert.False(_tracer.TryTake(_now, out _));
        Change(ClientAt, TcpState.SynSent, TcpState.Established, s_client, Bystander, interrupt: true);
        Assert.Equal([40000, 40000], Events().Select(e => (int)e.Tuple.LocalPort));
    }

    [Fact]
    public void An_event_without_its_port_waits_no_longer_than_its_patience()
    {
        Change(ClientAt, TcpState.Close, TcpState.SynSent, s_client with { LocalPort = 0 }, Client);
        Assert.False(_tracer.TryTake(_now + TcpTracer.Patience - 1, out _));
        Assert.True(_tracer.TryTake(_now + TcpTracer.Patience, out var e));
        Assert.Equal(0, e.Tuple.LocalPort);
    }

    [Fact]
    public void Who_happens_to_run_during_an_interrupt_is_never_the_owner()
    {
        Listen();
        Connect();
        Change(ServerAt, TcpState.Established, TcpState.CloseWait, s_server, Bystander, interrupt: true);
        Change(ClientAt, TcpState.Established, TcpState.Close, s_client, Bystander, interrupt: true);
        Assert.DoesNotContain(Events(), e => e.Owner.Pid == Bystander || e.Owner.Unit == "wrong.service");
    }

    [Fact]
    public void Who_aborts_another_ones_connection_is_not_its_owner()
    {
        Connect();
        Change(ClientAt, TcpState.Established, TcpState.Close, s_client, Bystander); // ss -K
        Assert.Equal(Client, Events()[^1].Owner.Pid);
    }

    [Fact]
    public void A_kernel_thread_owns_nothing()
    {
        _machine.KernelThreads.Add(Bystander);
        Change(ClientAt, TcpState.Close, TcpState.SynSent, s_client, Bystander);
        Assert.Equal(default, Events()[0].Owner);
    }

    [Fact]
    public void An_accepted_connection_has_its_listeners_unit_and_no_process_once_there_may_be_several()
    {
        Listen();
        Take(new() { Kind = TraceRecordKind.Fork, Pid = 101, Tid = 101, ParentPid = Server });
        Connect();
        Assert.Equal(new(OwnerSource.Listener, 0, null, "web.service"), Events()[^1].Owner);
        // The worker closes it: it was the worker's.
        Take(new() { Kind = TraceRecordKind.Name, Pid = 101, Tid = 101, Name = 0x72656B726F77 }); // "worker"
        _machine.Processes[101] = ("worker", "web.service", FakeMachine.Here);
        Change(ServerAt, TcpState.Established, TcpState.FinWait1, s_server, 101);
        Assert.Equal(new(OwnerSource.Exact, 101, "worker", "web.service"), Events()[^1].Owner);
    }

    [Fact]
    public void A_process_that_is_gone_keeps_the_name_that_it_took()
    {
        Take(new() { Kind = TraceRecordKind.Fork, Pid = 777, Tid = 777, ParentPid = Server });
        Take(new() { Kind = TraceRecordKind.Namespace, Pid = 777, Tid = 777, NetworkNamespace = FakeMachine.Here });
        Take(new() { Kind = TraceRecordKind.Name, Pid = 777, Tid = 777, Name = 0x746567 }); // "get"
        Change(ClientAt, TcpState.Close, TcpState.SynSent, s_client, 777);
        var e = Assert.Single(Events());
        Assert.Equal(new(OwnerSource.Exact, 777, "get", null), e.Owner);
        Assert.Equal(SocketNamespace.This, e.Namespace);
    }

    [Fact]
    public void A_number_that_passed_to_another_process_takes_nothing_along()
    {
        Change(ClientAt, TcpState.Close, TcpState.SynSent, s_client, Client);
        Take(new() { Kind = TraceRecordKind.Exit, Pid = Client, Tid = Client });
        Take(new() { Kind = TraceRecordKind.Fork, Pid = Client, Tid = Client, ParentPid = Server });
        _machine.Processes[Client] = ("other", "other.service", FakeMachine.Here);
        Change(ServerAt, TcpState.Close, TcpState.SynSent, s_server, Client);
        Assert.Equal(["curl", "other"], Events().Select(e => e.Owner.Name));
    }

    [Fact]
    public void Leaving_fin_wait_2_for_time_wait_is_told_as_that()
    {
        Connect();
        CloseClient();
        _machine.Sockets.Add(Left(TcpState.TimeWait));
        Change(ClientAt, TcpState.FinWait2, TcpState.Close, s_client, Bystander, interrupt: true);
        Assert.Equal("fin-wait-2>time-wait", Change(Events()[^1]));
        _machine.Sockets.Clear();
        _tracer.LookAtRemains(_now += 2_000_000_000);
        var end = Events()[^1];
        Assert.Equal("time-wait>closed", Change(end));
        Assert.Equal(Observation.Dump, end.Observation);
        Assert.Equal(Client, end.Owner.Pid);
        Assert.Equal(0, _tracer.Remains);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Time_wait_that_a_dump_overlooks_has_not_ended(bool consistent)
    {
        Connect();
        CloseClient();
        _machine.Sockets.Add(Left(TcpState.TimeWait));
        Change(ClientAt, TcpState.FinWait2, TcpState.Close, s_client, Bystander, interrupt: true);
        Events();
        _machine.Overlooked.Add(Left(TcpState.TimeWait).Cookie);
        _machine.DumpsAreConsistent = consistent;
        _tracer.LookAtRemains(_now += 2_000_000_000);
        Assert.Empty(Events());
        _machine.Sockets.Clear();
        _tracer.LookAtRemains(_now += 2_000_000_000);
        Assert.Equal(consistent ? ["time-wait>closed"] : [], Events().Select(Change));
        _machine.DumpsAreConsistent = true;
        _tracer.LookAtRemains(_now += 2_000_000_000);
        Assert.Equal(consistent ? [] : ["time-wait>closed"], Events().Select(Change));
    }

    [Fact]
    public void A_reset_in_fin_wait_2_leads_to_nothing_but_closed()
    {
        Connect();
        CloseClient();
        Change(ClientAt, TcpState.FinWait2, TcpState.Close, s_client, Bystander, interrupt: true);
        Assert.Equal("fin-wait-2>closed", Change(Events()[^1]));
        Assert.Equal(0, _tracer.Remains);
    }

    [Fact]
    public void A_fin_wait_2_that_only_lost_its_socket_stays_until_the_peers_fin()
    {
        Connect();
        CloseClient();
        _machine.Sockets.Add(Left(TcpState.FinWait2));
        Change(ClientAt, TcpState.FinWait2, TcpState.Close, s_client, Bystander, interrupt: true);
        Assert.Equal("fin-wait-1>fin-wait-2", Change(Events()[^1]));
        // The peer is on this machine: its FIN tells at once.
        Change(ServerAt, TcpState.Established, TcpState.CloseWait, s_server, Bystander, interrupt: true);
        _machine.Sockets[0] = Left(TcpState.TimeWait);
        Change(ServerAt, TcpState.CloseWait, TcpState.LastAck, s_server, Server);
        Assert.Equal(["established>close-wait", "close-wait>last-ack", "fin-wait-2>time-wait"], Events().Select(Change));
    }

    [Fact]
    public void A_fin_wait_2_without_socket_whose_peer_is_far_away_is_looked_up()
    {
        Connect();
        CloseClient();
        _machine.Sockets.Add(Left(TcpState.FinWait2));
        Change(ClientAt, TcpState.FinWait2, TcpState.Close, s_client, Bystander, interrupt: true);
        _tracer.LookAtRemains(_now += 2_000_000_000);
        _machine.Sockets[0] = Left(TcpState.TimeWait);
        _tracer.LookAtRemains(_now); // not twice a second
        Assert.Equal("fin-wait-1>fin-wait-2", Change(Events()[^1]));
        _tracer.LookAtRemains(_now += 2_000_000_000);
        Assert.Equal("fin-wait-2>time-wait", Change(Assert.Single(Events())));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bytes_join_by_cookie_whichever_word_of_the_end_comes_first(bool tracepointFirst)
    {
        _tracer.EndsAreTold = true;
        Connect();
        Events();
        Change(ClientAt, TcpState.Established, TcpState.Close, s_client, Bystander, interrupt: true);
        Assert.False(_tracer.TryTake(_now, out _));
        var end = new SocketEnd { Cookie = 42, BytesSent = 5, BytesReceived = 1000, Time = _now };
        if (!tracepointFirst)
            _tracer.Take(end);
        Take(new() { Kind = TraceRecordKind.SocketEnd, Address = ClientAt, Cookie = 42, Tuple = s_client });
        if (tracepointFirst)
            _tracer.Take(end);
        Assert.True(_tracer.TryTake(_now, out var e));
        Assert.Equal((5UL, 1000UL, 42UL), (e.BytesSent, e.BytesReceived, e.Cookie));
    }

    [Fact]
    public void Bytes_of_a_descriptor_that_is_closed_much_later_are_told_then()
    {
        _tracer.EndsAreTold = true;
        Connect();
        Change(ClientAt, TcpState.Established, TcpState.Close, s_client, Bystander, interrupt: true);
        _now += TcpTracer.Patience;
        Assert.Null(Events()[^1].BytesSent);
        Take(new() { Kind = TraceRecordKind.SocketEnd, Address = ClientAt, Cookie = 42, Tuple = s_client });
        _tracer.Take(new SocketEnd { Cookie = 42, BytesSent = 7, Time = _now });
        var end = Assert.Single(Events());
        Assert.True(end.IsEndOnly);
        Assert.Equal(7UL, end.BytesSent);
        Assert.True(_tracer.Owners.TryGet(42, out var owner));
        Assert.Equal(Client, owner.Pid);
    }

    [Fact]
    public void A_socket_of_another_namespace_is_known_as_that_from_its_process_or_its_listener()
    {
        _machine.Processes[Server] = ("httpd", "web.service", FakeMachine.Elsewhere);
        _machine.Processes[Client] = ("curl", null, FakeMachine.Elsewhere);
        Listen();
        Connect();
        CloseClient();
        Change(ClientAt, TcpState.FinWait2, TcpState.Close, s_client, Bystander, interrupt: true);
        Assert.All(Events(), e => Assert.Equal((SocketNamespace.Other, FakeMachine.Elsewhere), (e.Namespace, e.NamespaceInode)));
        Assert.Equal(0, _machine.Lookups);
    }

    [Fact]
    public void A_socket_older_than_the_trace_is_ours_if_our_dump_had_it_and_else_anothers()
    {
        _tracer.Adopt(new() { Protocol = SocketProtocol.Tcp, State = TcpState.Established, IsIPv4 = true, Local = s_loopback, LocalPort = 40000, Remote = s_loopback, RemotePort = 5555, Inode = 9, Cookie = 77 },
            new(OwnerSource.Exact, Client, "curl", null), true);
        Change(ClientAt, TcpState.Established, TcpState.CloseWait, s_client, Bystander, interrupt: true);
        Change(ServerAt, TcpState.Established, TcpState.CloseWait, s_server, Bystander, interrupt: true);
        var events = Events();
        Assert.Equal([SocketNamespace.This, SocketNamespace.Other], events.Select(e => e.Namespace));
        Assert.Equal((Client, 77UL, null), (events[0].Owner.Pid, events[0].Cookie, events[0].Duration));
        Assert.Equal(default, events[1].Owner);
    }

    [Fact]
    public void An_old_connection_at_a_port_where_somebody_listens_is_a_servers()
    {
        _tracer.Adopt(new() { Protocol = SocketProtocol.Tcp, State = TcpState.Listen, IsIPv4 = true, Local = s_any, LocalPort = 5555, Inode = 8, Cookie = 1 },
            new(OwnerSource.Exact, Server, "httpd", "web.service"), soleHolder: false);
        _tracer.Adopt(new() { Protocol = SocketProtocol.Tcp, State = TcpState.Established, IsIPv4 = true, Local = s_loopback, LocalPort = 5555, Remote = s_loopback, RemotePort = 40000, Inode = 9, Cookie = 2 }, default, false);
        Change(ServerAt, TcpState.Established, TcpState.CloseWait, s_server, Bystander, interrupt: true);
        var e = Assert.Single(Events());
        Assert.Equal(ConnectionRole.Server, e.Role);
        Assert.Equal(new(OwnerSource.Listener, 0, null, "web.service"), e.Owner);
    }

    [Fact]
    public void Lost_records_are_counted()
    {
        Take(new() { Kind = TraceRecordKind.Lost, Lost = 3 });
        Take(new() { Kind = TraceRecordKind.Lost, Lost = 4 });
        Assert.Equal(7UL, _tracer.Lost);
    }

    [Fact]
    public void A_process_whose_end_was_lost_is_forgotten()
    {
        var memory = new ProcessMemory(_machine);
        _ = (memory.OwnerOf(Client), memory.OwnerOf(Server));
        _machine.Processes.Remove(Client);
        memory.Prune(_now);
        Assert.Equal(1, memory.Count);
        Assert.Equal("httpd", memory.OwnerOf(Server).Name);
        Assert.Null(memory.OwnerOf(Client).Name);
    }

    [Fact]
    public void The_memory_of_cookies_keeps_the_latest_and_the_best_known()
    {
        var memory = new CookieMemory(capacity: 3);
        for (ulong cookie = 1; cookie <= 5; cookie++)
            memory.Remember(cookie, new(OwnerSource.Listener, 0, null, $"u{cookie}"));
        memory.Remember(5, new(OwnerSource.Exact, 9, "p", "u"));
        memory.Remember(5, new(OwnerSource.Cgroup, 0, null, "worse"));
        memory.Remember(0, new(OwnerSource.Exact, 9, "p", "u"));
        Assert.Equal(3, memory.Count);
        Assert.False(memory.TryGet(2, out _));
        Assert.True(memory.TryGet(5, out var owner));
        Assert.Equal(new(OwnerSource.Exact, 9, "p", "u"), owner);
    }

    private void Listen() => Change(ListenerAt, TcpState.Close, TcpState.Listen, s_listener, Server);

    private void Connect()
    {
        Change(ClientAt, TcpState.Close, TcpState.SynSent, s_client with { LocalPort = 0 }, Client);
        Change(ClientAt, TcpState.SynSent, TcpState.Established, s_client, Client);
        Change(ServerAt, TcpState.Listen, TcpState.SynReceived, s_server, Bystander, interrupt: true);
        Change(ServerAt, TcpState.SynReceived, TcpState.Established, s_server, Bystander, interrupt: true);
    }

    private void CloseClient()
    {
        Change(ClientAt, TcpState.Established, TcpState.FinWait1, s_client, Client);
        Change(ClientAt, TcpState.FinWait1, TcpState.FinWait2, s_client, Bystander, interrupt: true);
    }

    private void Change(ulong address, TcpState old, TcpState state, TcpTuple tuple, int pid, bool interrupt = false) => Take(new()
    {
        Kind = TraceRecordKind.StateChange, Address = address, OldState = old, NewState = state, Tuple = tuple, Pid = pid, Tid = pid, InInterrupt = interrupt,
    });

    private void Take(TraceRecord record)
    {
        record.Time = _now += 1000;
        _tracer.Take(record);
    }

    private static SocketRecord Left(TcpState state) => new()
    {
        Protocol = SocketProtocol.Tcp, State = state, IsIPv4 = true, Local = s_loopback, LocalPort = 40000, Remote = s_loopback, RemotePort = 5555, Cookie = 4242,
    };

    private List<TraceEvent> Events()
    {
        var events = new List<TraceEvent>();
        while (_tracer.TryTake(_now, out var e))
            events.Add(e);
        return events;
    }

    private static string Change(TraceEvent e) => $"{e.OldState.Name()}>{e.NewState.Name()}";
}
