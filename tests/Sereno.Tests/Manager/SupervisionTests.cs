using Sereno.Manager;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;
using static Sereno.Tests.Simulation.UnitTable;
using static Sereno.Tests.Simulation.UnitTableExtensions;

namespace Sereno.Tests.Manager;

/// <summary>What ends a service, how far its limits go, and what follows (systemd.service(5)).</summary>
public class SupervisionTests
{
    [Fact]
    public void A_dbus_service_is_up_when_its_name_is_owned_and_down_when_it_is_lost()
    {
        var host = new SimulatedHost(Service("a", ServiceType.Dbus, s => s with { BusName = "org.a" })) { BusNames = { ["org.a"] = BusNameState.Free } };
        host.Start("a.service").Run(1_000_000);
        Assert.Equal(ServiceState.Start, host.Service("a").State);
        host.Do(() => host.Core.OnBusName(host.Service("a").Name, BusNameState.Owned));
        Assert.Equal(ServiceState.Running, host.Service("a").State);
        host.Do(() => host.Core.OnBusName(host.Service("a").Name, BusNameState.Free));
        host.Run();
        Assert.Equal((ServiceState.Dead, 0), (host.Service("a").State, host.Alive.Count()));
    }

    [Fact]
    public void A_dbus_service_that_never_takes_its_name_times_out()
    {
        var host = new SimulatedHost(Service("a", ServiceType.Dbus, s => s with { BusName = "org.a" })) { BusNames = { ["org.a"] = BusNameState.Free } };
        host.Start("a.service").Run();
        Assert.Equal((ServiceState.Failed, ServiceResult.Timeout), (host.Service("a").State, host.Service("a").Result));
    }

    [Fact]
    public void Without_a_bus_a_dbus_service_is_up_when_its_process_runs()
    {
        var host = new SimulatedHost(Service("a", ServiceType.Dbus, s => s with { BusName = "org.a" }));
        host.Start("a.service").Run(1_000_000);
        Assert.Equal(ServiceState.Running, host.Service("a").State);
        Assert.Contains(host.Log, l => l.Contains("There is no message bus", StringComparison.Ordinal));
    }

    [Fact]
    public void With_exit_type_cgroup_a_service_lasts_as_long_as_its_last_process()
    {
        var host = new SimulatedHost(Service("a", also: s => s with { ExitsWithGroup = true }))
        { Programs = { ["/bin/a"] = Behaviour.Forking(new() { EndsAfter = 60_000_000 }) } };
        host.Start("a.service").Run(30_000_000);
        Assert.Equal((ServiceState.Running, 0), (host.Service("a").State, host.Service("a").Main.Pid));
        host.Run();
        Assert.Equal((ServiceState.Dead, ServiceResult.Success), (host.Service("a").State, host.Service("a").Result));
    }

    [Theory]
    [InlineData(TimeoutFailureMode.Terminate, 15)]
    [InlineData(TimeoutFailureMode.Abort, 6)]
    [InlineData(TimeoutFailureMode.Kill, 9)]
    public void A_start_that_takes_too_long_is_answered_as_its_failure_mode_says(TimeoutFailureMode mode, int signal)
    {
        var host = new SimulatedHost(Service("a", ServiceType.Notify, s => s with { TimeoutStartUsec = 1_000_000, TimeoutStartFailure = mode }));
        host.Start("a.service").Run();
        Assert.Equal((ServiceState.Failed, ServiceResult.Timeout, signal), (host.Service("a").State, host.Service("a").Result, host.Processes[0].Signals[0].Signal));
    }

    [Fact]
    public void A_stop_that_takes_too_long_is_aborted_within_its_own_limit_and_then_killed()
    {
        var host = new SimulatedHost(Service("a", also: s => s with { TimeoutStopUsec = 2_000_000, TimeoutAbortUsec = 30_000_000, TimeoutStopFailure = TimeoutFailureMode.Abort }))
        { Programs = { ["/bin/a"] = Behaviour.Hangs } };
        host.Start("a.service").Run(1_000_000);
        ulong start = host.Now;
        host.Stop("a.service").Run();
        var signals = host.Processes[0].Signals.Where(s => s.Signal != 18).Select(s => ((s.Time - start) / 1_000_000, s.Signal)).Distinct();
        Assert.Equal([(0ul, 15), (2ul, 6), (32ul, 9)], signals);
        Assert.Contains(host.States, s => s.State == "stop-watchdog");
    }

    [Fact]
    public void The_watchdog_signal_can_be_chosen()
    {
        var host = new SimulatedHost(Service("a", also: s => s with { WatchdogUsec = 1_000_000, NotifyAccess = NotifyAccess.Main }).Configure(s => s.Killing(k => k with { WatchdogSignal = 12 })));
        host.Start("a.service").Run(5_000_000);
        Assert.Equal(12, host.Processes[0].Signals[0].Signal);
    }

    [Theory]
    [InlineData(OomPolicy.Continue, ServiceState.Running, ServiceResult.Success)]
    [InlineData(OomPolicy.Stop, ServiceState.Failed, ServiceResult.OomKill)]
    [InlineData(OomPolicy.Kill, ServiceState.Failed, ServiceResult.OomKill)]
    public void An_out_of_memory_kill_is_answered_as_OOMPolicy_says(OomPolicy policy, ServiceState state, ServiceResult result)
    {
        var host = new SimulatedHost(Service("a", also: s => s with { OomPolicy = policy }));
        host.Start("a.service").Run(1_000_000);
        host.Do(() => host.Core.OnOomKill(host.Service("a").Name));
        host.Run(1_000_000);
        Assert.Equal((state, result), (host.Service("a").State, host.Service("a").Result));
    }

    [Fact]
    public void The_delay_before_a_restart_grows_step_by_step_to_its_maximum()
    {
        var host = new SimulatedHost(Service("a", also: s => s with
        {
            Restart = RestartPolicy.Always, RestartUsec = 1_000_000, RestartSteps = 3, RestartMaxDelayUsec = 8_000_000,
        }) with { StartLimitIntervalUsec = 0 }) { Programs = { ["/bin/a"] = Behaviour.Exits(1, 10) } };
        host.Start("a.service").Run(60_000_000);
        var starts = host.Processes.Select(p => p.Started).ToList();
        var delays = starts.Skip(1).Zip(starts, (next, before) => (next - before + 50_000) / 100_000 * 100_000).Take(5);
        Assert.Equal([1_000_000, 2_000_000, 4_000_000, 8_000_000, 8_000_000], delays);
    }

    [Fact]
    public void An_idle_service_waits_for_the_jobs_of_others_but_not_for_ever()
    {
        var host = new SimulatedHost(Service("slow", ServiceType.Oneshot), Service("late", ServiceType.Oneshot), Service("a", ServiceType.Idle),
            Target("all").With(Dependency.Wants, "slow.service", "a.service"))
        { Programs = { ["/bin/slow"] = Behaviour.Exits(0, 2_000_000), ["/bin/late"] = Behaviour.Exits(0, 60_000_000) } };
        host.Start("all.target").Run(1_000_000);
        Assert.Equal((ActiveState.Active, 0), (host.Service("a").Active, host.Service("a").Main.Pid));
        host.Run(2_000_000);
        Assert.Equal(ServiceState.Running, host.Service("a").State);
        host.Stop("a.service").Run(1_000_000);
        host.Start("late.service").Run(1_000);
        host.Start("a.service").Run(6_000_000);
        Assert.Equal(ServiceState.Running, host.Service("a").State);
    }

    [Fact]
    public void A_daemon_may_hand_over_to_another_process_by_its_pid_file()
    {
        var host = new SimulatedHost(Service("a", ServiceType.Forking, s => s with { PidFile = "/run/a.pid" }))
        { Programs = { ["/bin/a"] = Behaviour.Forking(Behaviour.Forking(Behaviour.Daemon, pidAfter: 0, after: 5_000_000) with { ForksAtOnce = true }, pidAfter: 0) } };
        host.Start("a.service").Run(1_000_000);
        host.Run(10_000_000);
        Assert.Equal((ServiceState.Running, host.Processes[2].Pid), (host.Service("a").State, host.Service("a").Main.Pid));
    }

    [Fact]
    public void A_main_process_that_is_nobodys_child_here_ends_the_service_too()
    {
        var host = new SimulatedHost(Service("a", ServiceType.Notify, s => s with { NotifyAccess = NotifyAccess.All })) { Programs = { ["/bin/a"] = Behaviour.Notifying("READY=1\nMAINPID=4711") } };
        host.Start("a.service").Run(1_000_000);
        Assert.Contains(host.Effects.OfType<WatchProcess>(), e => e.Pid == 4711);
        host.Do(() => host.Core.OnVanished(host.Service("a").Name, 4711));
        host.Run();
        Assert.Equal((ServiceState.Dead, 0), (host.Service("a").State, host.Alive.Count()));
    }

    [Theory]
    [InlineData(7, null, 7)]
    [InlineData(7, 42, 42)]
    public void A_failure_can_end_the_instance(int exit, int? status, int expected)
    {
        var host = new SimulatedHost(Service("a") with { Actions = new(Failure: EmergencyAction.Exit, FailureExitStatus: status) }, Service("b"))
        { Programs = { ["/bin/a"] = Behaviour.Exits(exit) } };
        host.Start("b.service").Start("a.service").Run();
        Assert.Equal((expected, 0), (host.QuitCode, host.Alive.Count()));
    }

    [Fact]
    public void A_success_can_end_the_instance_and_a_restart_is_none()
    {
        var host = new SimulatedHost(Service("a", ServiceType.Oneshot) with { Actions = new(Success: EmergencyAction.Exit) })
        { Programs = { ["/bin/a"] = Behaviour.Succeeds } };
        host.Start("a.service").Run();
        Assert.Equal(0, host.QuitCode);
    }

    [Fact]
    public void Too_many_starts_can_end_the_instance_at_once()
    {
        var host = new SimulatedHost(Service("a", also: s => s with { Restart = RestartPolicy.Always }) with { Actions = new(StartLimit: EmergencyAction.ExitForce) })
        { Programs = { ["/bin/a"] = Behaviour.Exits(3, 10) } };
        host.Start("a.service").Run(60_000_000);
        Assert.Equal(3, host.QuitCode);
    }
}
