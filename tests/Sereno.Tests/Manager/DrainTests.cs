using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Sereno.Units.Values;
using Xunit;
using static Sereno.Tests.Simulation.UnitTable;
using static Sereno.Tests.Simulation.UnitTableExtensions;

namespace Sereno.Tests.Manager;

/// <summary>Drain=: what a stop waits for first.</summary>
public class DrainTests
{
    private const ulong Second = 1_000_000;

    [Fact]
    public void A_stop_waits_for_the_clients_and_then_goes_on_as_ever()
    {
        var host = Running(out var clients);
        clients.Count = 3;
        host.Stop("a.service").Run(2 * Second);
        var a = host.Service("a");
        Assert.Equal((ServiceState.StopDrain, ActiveState.Deactivating, "stop-drain"), (a.State, a.Active, a.SubState));
        Assert.Equal("Draining, 3 connections left", a.Status);
        Assert.Contains("a.service: Waiting for 3 connections to end, for 60 s at most.", host.Log);
        Assert.Empty(host.Alive.Single().Signals);
        clients.Count = 1;
        host.Run(1 * Second);
        Assert.Equal("Draining, 1 connection left", a.Status);
        clients.Count = 0;
        host.Run(1 * Second);
        Assert.Equal((ServiceState.Dead, ServiceResult.Success), (a.State, a.Result));
        Assert.Equal(["a", "stop"], host.Started);
        Assert.Equal(["stop-drain", "stop", "stop-sigterm"], host.States.Where(s => s.State.StartsWith("stop", StringComparison.Ordinal)).Select(s => s.State).Distinct());
        Assert.Empty(host.Alive);
    }

    [Fact]
    public void Without_clients_it_takes_no_time()
    {
        var host = Running(out _);
        ulong before = host.Now;
        host.Stop("a.service").Run(Second);
        Assert.InRange(host.Ended.Last().Time - before, 0ul, 50_000ul);
    }

    [Fact]
    public void Clients_that_stay_are_left_to_the_stop_at_the_end_of_the_time()
    {
        var host = Running(out var clients);
        clients.Count = 2;
        host.Stop("a.service").Run(59 * Second);
        Assert.Equal(ServiceState.StopDrain, host.Service("a").State);
        host.Notify("a", host.Service("a").Main.Pid, "EXTEND_TIMEOUT_USEC=100000000"); // that is for its own limits
        host.Run(2 * Second);
        Assert.Equal((ServiceState.Dead, ServiceResult.Success), (host.Service("a").State, host.Service("a").Result));
        Assert.Contains("a.service: 2 connections left at the end of Drain=. Stopping.", host.Log);
    }

    [Fact]
    public void Infinity_waits_as_long_as_they_stay()
    {
        var host = Running(out var clients, ServiceDefinition.Infinity);
        clients.Count = 1;
        host.Stop("a.service").Run(3000 * Second);
        Assert.Equal(ServiceState.StopDrain, host.Service("a").State);
        Assert.Contains("a.service: Waiting for 1 connection to end.", host.Log);
    }

    [Fact]
    public void A_restart_drains_and_then_starts()
    {
        var host = Running(out var clients);
        clients.Count = 1;
        host.Enqueue("a.service", JobType.Restart);
        host.Run(5 * Second);
        Assert.Equal(ServiceState.StopDrain, host.Service("a").State);
        clients.Count = 0;
        host.Run(Second);
        Assert.Equal((ServiceState.Running, JobResult.Done), (host.Service("a").State, host.Ended.Last().Job.Result));
        Assert.Equal(["a", "stop", "a"], host.Started);
    }

    [Fact]
    public void A_signal_of_the_users_ends_it_and_what_is_set_to_follow_a_stop_follows()
    {
        var host = Running(out var clients);
        clients.Count = 1;
        host.Stop("a.service").Run(Second);
        host.Stop("a.service").Run(Second); // changes nothing
        Assert.Equal(ServiceState.StopDrain, host.Service("a").State);
        host.Kill(host.Service("a").Main.Pid);
        host.Run(Second);
        Assert.Equal((ServiceState.Failed, ServiceResult.Signal), (host.Service("a").State, host.Service("a").Result));
        Assert.Empty(host.Alive);
    }

    [Fact]
    public void A_service_that_ends_by_itself_meanwhile_has_stopped_well()
    {
        var host = Running(out var clients, program: Behaviour.Exits(0, after: 10 * Second));
        clients.Count = 1;
        host.Stop("a.service").Run(30 * Second);
        Assert.Equal((ServiceState.Dead, ServiceResult.Success), (host.Service("a").State, host.Service("a").Result));
        Assert.Equal(["a", "stop"], host.Started);
    }

    [Fact]
    public void A_start_that_comes_meanwhile_waits_for_the_end_of_the_stop()
    {
        var host = Running(out var clients);
        clients.Count = 1;
        host.Stop("a.service").Run(Second);
        host.Start("a.service").Run(Second);
        Assert.Equal(ServiceState.StopDrain, host.Service("a").State);
        clients.Count = 0;
        host.Run(Second);
        Assert.Equal((ServiceState.Running, 2), (host.Service("a").State, host.Started.Count(s => s == "a")));
    }

    [Fact]
    public void A_reload_that_is_under_way_may_end_while_it_drains()
    {
        var host = Running(out var clients, also: s => s with { ExecReload = Commands("/bin/reload") });
        host.Programs["/bin/reload"] = Behaviour.Exits(7, after: 5 * Second);
        clients.Count = 1;
        host.Enqueue("a.service", JobType.Reload);
        host.Run(Second);
        host.Stop("a.service").Run(10 * Second);
        Assert.Equal(ServiceState.StopDrain, host.Service("a").State);
        clients.Count = 0;
        host.Run(Second);
        Assert.Equal((ServiceState.Dead, ServiceResult.Success), (host.Service("a").State, host.Service("a").Result));
        Assert.Contains("stop", host.Started);
    }

    [Fact]
    public void A_service_that_hangs_meanwhile_is_aborted_by_its_watchdog()
    {
        var host = Running(out var clients, ServiceDefinition.Infinity, s => s with { WatchdogUsec = 5 * Second });
        clients.Count = 1;
        host.Notify("a", host.Service("a").Main.Pid, "WATCHDOG=1");
        host.Stop("a.service").Run(20 * Second);
        Assert.Equal((ServiceState.Failed, ServiceResult.Watchdog), (host.Service("a").State, host.Service("a").Result));
    }

    [Fact]
    public void New_clients_of_an_open_socket_wait_for_who_comes_next()
    {
        var socket = new UnitDefinition
        {
            Name = UnitName.Parse("a.socket"), Description = "a", DefaultDependencies = false, Triggers = UnitName.Parse("a.service"),
            Socket = new() { Listens = [new(ListenKind.Stream, new InternetAddress(null, 80, null))] },
        };
        var host = Running(out var clients, more: socket, first: "a.socket");
        clients.Count = 1;
        host.Stop("a.service").Run(Second);
        Assert.Equal([SimulatedHost.OpenedId], host.HeldBack);
        host.Crash();
        Assert.Equal([SimulatedHost.OpenedId], host.HeldBack);
        clients.Count = 0;
        host.Run(Second);
        Assert.Equal((ServiceState.Dead, "listening"), (host.Service("a").State, host["a.socket"].SubState));
        Assert.Empty(host.HeldBack);
    }

    /// <summary>A manager that dies at any step between the start and the end of it all changes nothing in the end.</summary>
    [Fact]
    public void A_manager_that_dies_at_any_step_makes_no_difference_in_the_end()
    {
        int steps = 0;
        string expected = Play(() => steps++);
        Assert.Contains("Failed Timeout", expected);
        Assert.True(steps > 30);
        for (int crash = 0; crash < steps; crash++)
        {
            int step = 0, at = crash;
            string actual = Play(() =>
            {
                if (step++ == at)
                    throw new SimulatedCrashException();
            });
            Assert.True(expected == actual, $"after a crash at step {at} of {steps}:\n{actual}\ninstead of\n{expected}");
        }
    }

    private static string Play(Action beforeStep)
    {
        var socket = new UnitDefinition
        {
            Name = UnitName.Parse("a.socket"), Description = "a", DefaultDependencies = false, Triggers = UnitName.Parse("a.service"),
            Socket = new() { Listens = [new(ListenKind.Stream, new InternetAddress(null, 80, null))] },
        };
        var host = new SimulatedHost(socket, Configured("a"), Configured("b"), Configured("c")) { BeforeStep = beforeStep };
        host.Programs["/bin/stop"] = host.Programs["/bin/post"] = Behaviour.Exits(0, after: 20_000);
        host.Programs["/bin/b"] = Behaviour.Exits(0, after: 100_000);
        ulong begun = host.Now, leave = ulong.MaxValue;
        host.Listens = (unit, _) => unit == "a.service" && host.Now > begun + 200_000;
        host.Clients = unit => host.Now > leave ? 0 : 2;
        host.Start("a.socket").Run(10_000);
        host.Start("a.service").Start("b.service").Start("c.service").Run(3 * Second);
        leave = host.Now + Second / 5;
        host.Enqueue("a.service", JobType.Restart);
        host.Run(2 * Second);
        leave = ulong.MaxValue;
        host.Stop("a.service").Run(3 * Second);
        return string.Join('\n', host.Core.Graph.All.OfType<ServiceUnit>().OrderBy(u => u.Name).Select(u => $"{u} {u.State} {u.Result}"))
            + $"\n{host["a.socket"].SubState} held {host.HeldBack.Count} alive {host.Alive.Count()} jobs {host.Core.Jobs.All.Count}\n"
            + string.Join('\n', host.Processes.Where(p => p.SpawnId != 0).GroupBy(p => p.Path).OrderBy(g => g.Key).Select(g => $"{g.Key} x{g.Count()}"));
    }

    private static UnitDefinition Configured(string name) => Service(name, also: s => s with
    {
        TimeoutStartUsec = Second / 2, ExecStop = Commands("/bin/stop"), ExecStartPost = Commands("/bin/post"),
    }) with { Sereno = new() { ReadyPort = 80, DrainUsec = Second / 2 } };

    private sealed class Clients
    {
        public int Count { get; set; }
    }

    private static SimulatedHost Running(out Clients clients, ulong drain = 60 * Second, Func<ServiceDefinition, ServiceDefinition>? also = null, Behaviour? program = null,
        UnitDefinition? more = null, string first = "a.service")
    {
        var unit = Service("a", also: s => (also ?? (x => x))(s with { ExecStop = Commands("/bin/stop"), NotifyAccess = NotifyAccess.Main })) with { Sereno = new() { DrainUsec = drain } };
        var host = new SimulatedHost(more is null ? [unit] : [unit, more]);
        host.Programs["/bin/stop"] = Behaviour.Succeeds;
        if (program is not null)
            host.Programs["/bin/a"] = program;
        var now = clients = new();
        host.Clients = _ => now.Count;
        host.Start(first).Run(10_000);
        host.Start("a.service").Run(10_000);
        Assert.Equal(ServiceState.Running, host.Service("a").State);
        return host;
    }
}
