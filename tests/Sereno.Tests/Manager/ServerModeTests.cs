using Sereno.Manager;
using Sereno.Manager.Checkpoint;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Sereno.Units.Values;
using Xunit;

namespace Sereno.Tests.Manager;

/// <summary>Server=: one client after the other, or each a process; and what keeps a flood of them within bounds.</summary>
public class ServerModeTests
{
    private const string Name = "a.socket";

    [Fact]
    public void A_dedicated_socket_is_watched_again_when_the_one_before_has_ended()
    {
        var host = Listening(s => s with { Dedicated = true });
        Assert.Equal(1, host.WatchedSockets[Name]);
        Connect(host, 70);
        Assert.Equal((0, 1), (host.WatchedSockets[Name], Socket(host).Connections));
        Assert.Equal("listening", Socket(host).SubState);
        host.Stop(Instance(0));
        host.Run(1_000_000);
        Assert.Equal((1, 0), (host.WatchedSockets[Name], Socket(host).Connections));
        Connect(host, 71);
        Assert.Equal((0, 2u, 0u), (host.WatchedSockets[Name], Socket(host).Accepted, Socket(host).Refused));
    }

    [Fact]
    public void A_concurrent_one_is_always_watched()
    {
        var host = Listening(s => s);
        Connect(host, 70);
        Connect(host, 71);
        Assert.Equal((1, 2), (host.WatchedSockets[Name], Socket(host).Connections));
    }

    [Fact]
    public void Whenever_the_manager_dies_the_next_client_waits_for_the_one_before()
    {
        for (int at = 0, steps = int.MaxValue; at < steps; at++)
        {
            var host = Listening(s => s with { Dedicated = true });
            int step = 0;
            host.BeforeStep = () =>
            {
                if (step++ == at)
                    throw new SimulatedCrashException();
            };
            Connect(host, 70);
            bool isServed = host.Alive.Any();
            Assert.Equal((isServed ? 0 : 1, isServed ? 1 : 0, at), (host.WatchedSockets[Name], Socket(host).Connections, at));
            host.Stop(Instance(0)).Run(1_000_000);
            Assert.Equal((1, 0, at), (host.WatchedSockets[Name], Socket(host).Connections, at));
            steps = step;
        }
    }

    [Fact]
    public void Whenever_the_manager_dies_who_has_served_his_client_is_forgotten()
    {
        for (int at = 0, steps = int.MaxValue; at < steps; at++)
        {
            var host = Listening(s => s);
            host.Programs["/bin/a"] = Behaviour.Exits(0);
            int step = 0;
            host.BeforeStep = () =>
            {
                if (step++ == at)
                    throw new SimulatedCrashException();
            };
            Connect(host, 70);
            host.Run(10_000_000);
            Assert.Equal((0, at), (Socket(host).Connections, at));
            Assert.InRange(host.Processes.Count, at == 0 ? 0 : 1, 1);
            Assert.False(host.Core.Graph.TryGet(UnitName.Parse(Instance(0)), out _));
            Assert.DoesNotContain(CheckpointLog.Read([.. host.Checkpoint]), r => r.Name == Instance(0) && !r.Gone);
            steps = step;
        }
    }

    [Fact]
    public void The_process_takes_the_connection_and_nobody_else_has_it()
    {
        var host = Listening(s => s);
        Connect(host, 70);
        Assert.Equal(70UL, Assert.Single(host.Effects.OfType<SpawnProcess>()).Takes);
        Assert.Equal(0UL, Assert.IsType<ServiceUnit>(host[Instance(0)]).Connection!.Descriptor);
    }

    [Fact]
    public void A_service_that_crashes_with_every_client_lets_the_next_one_in_and_leaves_a_bounded_number_of_failures()
    {
        var host = Listening(s => s with { Dedicated = true, TriggerLimitIntervalUsec = 0 });
        host.Programs["/bin/a"] = Behaviour.Exits(1);
        for (ulong id = 70; id < 170; id++)
        {
            Connect(host, id);
            Assert.Equal(1, host.WatchedSockets[Name]);
        }
        Assert.Equal(100u, Socket(host).Accepted);
        Assert.Equal(64, host.Core.Graph.All.Count(u => u.Active == ActiveState.Failed));
        Assert.True(host.Core.Graph.TryGet(UnitName.Parse(Instance(99)), out _));
        Assert.False(host.Core.Graph.TryGet(UnitName.Parse(Instance(35)), out _));
        host.Crash();
        host.Run(1_000_000);
        Connect(host, 170);
        Assert.Equal(64, host.Core.Graph.All.Count(u => u.Active == ActiveState.Failed));
    }

    [Fact]
    public void Beyond_the_poll_limit_nobody_is_listened_to_for_the_rest_of_the_interval()
    {
        var host = Listening(s => s with { PollLimit = 2 });
        Connect(host, 70, 1000);
        Assert.Equal(1, host.WatchedSockets[Name]);
        Connect(host, 71, 1000);
        Assert.Equal((0, 0u, "listening"), (host.WatchedSockets[Name], Socket(host).Refused, Socket(host).SubState));
        host.Run(2_000_000);
        Assert.Equal(1, host.WatchedSockets[Name]);
        Connect(host, 72, 1000);
        Assert.Equal((1, 3u), (host.WatchedSockets[Name], Socket(host).Accepted));
    }

    [Fact]
    public void Who_takes_the_name_of_an_instance_takes_no_connection_with_it()
    {
        var host = Listening(s => s);
        host.Start(Instance(0)).Run(1_000_000);
        Connect(host, 70);
        Assert.Equal([70UL], Assert.Single(host.Effects.OfType<SpawnProcess>(), s => s.Unit.Full == Instance(1)).Descriptors);
        Assert.Equal((1u, 0u, 1), (Socket(host).Accepted, Socket(host).Refused, Socket(host).Connections));
        Assert.Equal(ActiveState.Active, Socket(host).Active);
    }

    [Fact]
    public void The_peer_is_in_the_description_also_after_a_reload()
    {
        var host = Listening(s => s);
        Connect(host, 70);
        Assert.EndsWith(" (10.0.0.9:4711)", host[Instance(0)].Definition.Description, StringComparison.Ordinal);
        host.Do(host.Core.Reload);
        Assert.EndsWith(" (10.0.0.9:4711)", host[Instance(0)].Definition.Description, StringComparison.Ordinal);
        Assert.Equal("PID 12/UID 1000", new ConnectionEnds("12-1000", null, null, null).ToString());
        Assert.Equal("[::1]:80", new ConnectionEnds("", "::1", 80, null).ToString());
        Assert.Equal("vsock:2:80", new ConnectionEnds("", "vsock:2", 80, null).ToString());
    }

    private static string Instance(int number) => $"a@{number}-10.0.0.1:80-10.0.0.9:4711.service";

    private static SimulatedHost Listening(Func<SocketDefinition, SocketDefinition> change)
    {
        var socket = new UnitDefinition
        {
            Name = UnitName.Parse(Name),
            Description = "a",
            DefaultDependencies = false,
            Socket = change(new() { Accept = true, MaxConnections = 1000, Listens = [new(ListenKind.Stream, new InternetAddress(null, 80, null))] }),
        };
        var host = new SimulatedHost([socket, .. Enumerable.Range(0, 102).Select(n => UnitTable.Service(Instance(n)[..^".service".Length], also: s => s with { ExecStart = [UnitTable.Command("/bin/a")] }) with { Description = "Echo" })]);
        host.Start(Name).Run(1_000_000);
        return host;
    }

    private static void Connect(SimulatedHost host, ulong id, ulong runUsec = 1_000_000)
    {
        host.Do(() => host.Core.OnConnection(UnitName.Parse(Name), id, new("10.0.0.1:80-10.0.0.9:4711", "10.0.0.9", 4711, "10.0.0.9")));
        host.Run(runUsec);
    }

    private static SocketUnit Socket(SimulatedHost host) => Assert.IsType<SocketUnit>(host[Name]);
}
