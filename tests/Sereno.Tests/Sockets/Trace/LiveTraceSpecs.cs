using System.Net;
using System.Net.Sockets;
using Sereno.Linux;
using Sereno.Sockets.Trace;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets.Trace;

/// <summary>The sources against this kernel, each in a network namespace of its own.</summary>
[Collection(Live.Live.Name)]
public class LiveTraceSpecs
{
    private const int Many = 10_000;

    [Fact]
    public void Every_change_of_ten_thousand_short_connections_is_seen_with_owner_and_bytes() => NetworkNamespace.Run(() =>
    {
        using var source = Perf();
        using var connections = new ShortConnections();
        var ports = new List<int>();
        var events = While(source, () => ports = connections.Make(Many));
        Assert.Equal(0UL, source.LostEvents);
        Assert.Equal(0, source.LostEnds);
        Assert.Equal(Many, ports.Count);
        // Meanwhile other tests have connections in namespaces of their own.
        events.RemoveAll(e => e.Namespace == SocketNamespace.Other);
        ShortConnections.AssertComplete(ports, connections.Paths(events));
        var changes = events.Where(e => !e.IsOfListener && (e.Tuple.LocalPort == connections.Port || e.Tuple.RemotePort == connections.Port)).ToList();
        Assert.All(changes, e => Assert.Equal((SocketNamespace.This, Self.Pid), (e.Namespace, e.Owner.Pid)));
        Assert.All(changes, e => Assert.Equal(e.Tuple.RemotePort == connections.Port ? ConnectionRole.Client : ConnectionRole.Server, e.Role));
        var ends = changes.Where(e => e.BytesSent is not null && Change(e) != "time-wait>closed").ToList();
        Assert.Equal(2 * Many, ends.Count);
        // The peer's FIN counts for one.
        Assert.All(ends, e => Assert.Equal(e.Role == ConnectionRole.Client ? (3UL, 6UL) : (5UL, 4UL), (e.BytesSent, e.BytesReceived)));
        Assert.True(events.Select(e => e.Time).SequenceEqual(events.Select(e => e.Time).Order()));
    });

    [Fact]
    public void Connections_of_another_namespace_are_known_as_that() => NetworkNamespace.Run(() =>
    {
        using var source = Perf();
        using var connections = new ShortConnections();
        var events = While(source, () => NetworkNamespace.Run(() =>
        {
            using var others = new ShortConnections(connections.Port);
            others.Make(50);
        }));
        var seen = events.Where(e => e.Tuple.LocalPort == connections.Port || e.Tuple.RemotePort == connections.Port).ToList();
        Assert.True(seen.Count >= 500);
        // An accepted one could be either listener's: of those we say that we don't know.
        Assert.DoesNotContain(seen, e => e.Namespace == SocketNamespace.This && e.Tuple.RemotePort != 0);
        Assert.All(seen.Where(e => e.Role == ConnectionRole.Client), e => Assert.Equal(SocketNamespace.Other, e.Namespace));
    });

    [Fact]
    public void Records_that_do_not_fit_are_counted_and_the_rings_grow() => NetworkNamespace.Run(() =>
    {
        using var source = Perf(ringSize: 8192);
        using var connections = new ShortConnections();
        connections.Make(500);
        While(source, () => { });
        Assert.True(source.LostEvents > 0);
        Assert.True(source.RingSize > 8192);
        // Every burst that finds them crowded makes them larger, until all of one is seen.
        for (int burst = 0; ; burst++)
        {
            var ports = new List<int>();
            ulong before = source.LostEvents;
            var events = While(source, () => ports = connections.Make(500));
            if (source.LostEvents > before && burst < 8)
                continue;
            events.RemoveAll(e => e.Namespace == SocketNamespace.Other);
            ShortConnections.AssertComplete(ports, connections.Paths(events));
            break;
        }
    });

    [Fact]
    public void Rings_that_cannot_grow_stay_as_they_are_and_the_trace_goes_on() => NetworkNamespace.Run(() =>
    {
        using var source = Perf(ringSize: 8192, largestRing: 8192);
        var watched = source.Descriptors;
        using var connections = new ShortConnections();
        for (int burst = 0; burst < 2; burst++)
        {
            connections.Make(500);
            Assert.NotEmpty(While(source, () => { }));
            // Who watches them adds a list that is another: these are watched already (EEXIST).
            Assert.Same(watched, source.Descriptors);
        }
        Assert.True(source.LostEvents > 0);
        Assert.Equal(8192, source.RingSize);
    });

    [Fact]
    public void A_refused_connection_and_a_reset_are_told_as_they_were() => NetworkNamespace.Run(() =>
    {
        using var source = Perf();
        using var connections = new ShortConnections();
        int refused = 0, reset = 0;
        var events = While(source, () =>
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            using (var client = new TcpClient())
            {
                client.Connect((IPEndPoint)listener.LocalEndpoint);
                reset = ((IPEndPoint)client.Client.LocalEndPoint!).Port;
                using var server = listener.AcceptSocket();
                server.LingerState = new(true, 0);
            }
            listener.Stop();
            using var late = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            late.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            refused = ((IPEndPoint)late.LocalEndPoint!).Port;
            Assert.Throws<SocketException>(() => late.Connect(new IPEndPoint(IPAddress.Loopback, 1)));
        });
        Assert.Equal(["closed>syn-sent", "syn-sent>closed"], events.Where(e => e.Tuple.LocalPort == refused).Select(Change));
        Assert.Equal(["closed>syn-sent", "syn-sent>established", "established>closed"], events.Where(e => e.Tuple.LocalPort == reset).Select(Change));
    });

    [Fact]
    public void Time_wait_is_followed_although_its_socket_is_gone() => NetworkNamespace.Run(() =>
    {
        using var source = Perf();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = 0;
        var events = While(source, () =>
        {
            Socket server;
            using (var client = new TcpClient())
            {
                client.Connect((IPEndPoint)listener.LocalEndpoint);
                port = ((IPEndPoint)client.Client.LocalEndPoint!).Port;
                server = listener.AcceptSocket();
            }
            // By now the client's FIN-WAIT-2 is nobody's; the server ends later.
            Thread.Sleep(200);
            server.Dispose();
        });
        var client = events.Where(e => e.Tuple.LocalPort == port).ToList();
        Assert.Equal(ShortConnections.ClientPath, client.Select(Change));
        Assert.True(client[4].Time - client[2].Time > 150_000_000);
        Assert.Equal(Self.Pid, client[4].Owner.Pid);
    });

    [Fact]
    public void Without_privilege_no_connection_is_missed_but_its_states_are() => NetworkNamespace.Run(() =>
    {
        using var source = new DumpTraceSource(null, withEnds: true, TimeSpan.FromMilliseconds(100));
        using var connections = new ShortConnections();
        var ports = new List<int>();
        var events = While(source, () => ports = connections.Make(300));
        Assert.Equal(0, source.LostEnds);
        foreach (int port in ports)
        {
            Assert.Contains(events, e => e.Tuple.LocalPort == port && e.NewState is TcpState.TimeWait or TcpState.Close && e.BytesSent == 3);
            Assert.Contains(events, e => e.Tuple.RemotePort == port && e.NewState == TcpState.Close && e.BytesSent == 5);
        }
    });

    [Fact]
    public void Polling_sees_what_lasts() => NetworkNamespace.Run(() =>
    {
        using var source = new DumpTraceSource(null, withEnds: false, TimeSpan.FromMilliseconds(20));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        int port = 0;
        var events = While(source, () =>
        {
            listener.Start();
            using var client = new TcpClient();
            client.Connect((IPEndPoint)listener.LocalEndpoint);
            port = ((IPEndPoint)client.Client.LocalEndPoint!).Port;
            Thread.Sleep(1000);
        });
        var client = events.Where(e => e.Tuple.LocalPort == port).ToList();
        Assert.Equal("unknown>established", Change(client[0]));
        Assert.Equal(Self.Pid, client[^1].Owner.Pid);
        Assert.Contains(events, e => e is { NewState: TcpState.Listen, Role: ConnectionRole.Server });
    });

    private static PerfTraceSource Perf(int ringSize = PerfTraceSource.DefaultRingSize, int largestRing = PerfTraceSource.LargestRing)
    {
        try
        {
            return new(null, ringSize, largestRing);
        }
        catch (IOException e)
        {
            Assert.Skip($"tracepoints: {e.Message}");
            throw;
        }
    }

    /// <summary>Reads until the action, on another thread of the same namespace, is done, and a little longer.</summary>
    private static List<TraceEvent> While(ITraceSource source, Action action)
    {
        Exception? failure = null;
        var worker = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        var events = new List<TraceEvent>();
        worker.Start();
        void Read()
        {
            source.Read();
            while (source.TryTake(out var e))
                events.Add(e);
        }
        while (!worker.Join(10))
            Read();
        for (int i = 0; i < 30; i++, Thread.Sleep(20))
            Read();
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        return events;
    }

    private static string Change(TraceEvent e) => $"{e.OldState.Name()}>{e.NewState.Name()}";
}
