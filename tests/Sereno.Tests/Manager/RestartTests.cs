using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Manager;

public class RestartTests
{
    /// <summary>systemd.service(5), Restart=, table 2: clean, exit code, signal, core dump, timeout, watchdog.</summary>
    [Theory]
    [InlineData(RestartPolicy.No, "......")]
    [InlineData(RestartPolicy.Always, "RRRRRR")]
    [InlineData(RestartPolicy.OnSuccess, "R.....")]
    [InlineData(RestartPolicy.OnFailure, ".RRRRR")]
    [InlineData(RestartPolicy.OnAbnormal, "..RRRR")]
    [InlineData(RestartPolicy.OnAbort, "..RR..")]
    [InlineData(RestartPolicy.OnWatchdog, ".....R")]
    public void Each_policy_restarts_after_the_endings_of_its_row(RestartPolicy policy, string row)
    {
        Behaviour[] endings = [Behaviour.Exits(0), Behaviour.Exits(1), Behaviour.Dies(11), Behaviour.Dies(6, dumps: true), Behaviour.Daemon, Behaviour.Daemon];
        for (int i = 0; i < endings.Length; i++)
        {
            int ending = i;
            var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Simple, s => s with
            {
                Restart = policy, RestartUsec = 60_000_000,
                RuntimeMaxUsec = ending == 4 ? 1_000_000 : ServiceDefinition.Infinity, WatchdogUsec = ending == 5 ? 1_000_000UL : 0,
            })) { Programs = { ["/bin/a"] = endings[i] } };
            host.Start("a.service").Run(10_000_000);
            Assert.Equal(row[i] == 'R', host.Service("a").State == ServiceState.AutoRestart);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(13)]
    [InlineData(15)]
    public void A_daemon_may_die_of_the_polite_signals(int signal)
    {
        var host = new SimulatedHost(UnitTable.Service("a")) { Programs = { ["/bin/a"] = Behaviour.Dies(signal) } };
        host.Start("a.service").Run();
        Assert.Equal((ServiceState.Dead, ServiceResult.Success), (host.Service("a").State, host.Service("a").Result));
    }

    [Fact]
    public void Exit_status_lists_go_before_the_policy()
    {
        Assert.Equal(ServiceState.Dead, Ended(s => s with { SuccessExitStatus = Set(42) }).State);
        Assert.Equal(ServiceState.Failed, Ended(s => s with { Restart = RestartPolicy.Always, RestartPreventExitStatus = Set(42) }).State);
        Assert.Equal(ServiceState.AutoRestart, Ended(s => s with { RestartForceExitStatus = Set(42) }).State);

        static ExitStatusSet Set(int code) => new([code], []);

        static ServiceUnit Ended(Func<ServiceDefinition, ServiceDefinition> also)
        {
            var host = new SimulatedHost(UnitTable.Service("a", also: s => also(s) with { RestartUsec = 60_000_000 })) { Programs = { ["/bin/a"] = Behaviour.Exits(42) } };
            host.Start("a.service").Run(1_000_000);
            return host.Service("a");
        }
    }

    [Fact]
    public void The_start_limit_ends_a_restart_storm()
    {
        var host = Storm().Start("a.service").Run();
        Assert.Equal((5, ServiceState.Failed, 0), (host.Processes.Count, host.Service("a").State, host.Core.Jobs.All.Count));
        Assert.Contains("a.service: Start request repeated too quickly.", host.Log);
    }

    [Fact]
    public void A_start_that_the_limit_refuses_fails_its_job_also_when_the_service_had_failed_before()
    {
        var host = Storm().Start("a.service").Run();
        var job = host.Enqueue("a.service", JobType.Start);
        Assert.Equal(JobResult.Failed, host.Ended.Single(e => e.Job.Id == job!.Id).Job.Result);
    }

    [Fact]
    public void Reset_failed_forgets_the_start_limit()
    {
        var host = Storm().Start("a.service").Run();
        host.Do(() => host.Service("a").ResetFailed());
        host.Start("a.service").Run(1_000);
        Assert.Equal(6, host.Processes.Count);
    }

    [Fact]
    public void The_restart_counter_counts_until_somebody_starts_it_by_hand()
    {
        var host = Storm(burst: 100).Start("a.service").Run(1_000_000);
        Assert.True(host.Service("a").Restarts >= 5);
        host.Stop("a.service").Run();
        host.Start("a.service").Run(1);
        Assert.Equal(0u, host.Service("a").Restarts);
    }

    [Fact]
    public void An_explicit_stop_cancels_a_restart_that_is_pending()
    {
        var host = Storm(delay: 5_000_000).Start("a.service").Run(1_000_000);
        Assert.Equal(ServiceState.AutoRestart, host.Service("a").State);
        host.Stop("a.service").Run();
        Assert.Equal((ServiceState.Dead, 1), (host.Service("a").State, host.Processes.Count));
    }

    [Fact]
    public void A_start_during_the_delay_waits_for_the_restart_and_a_restart_does_not()
    {
        var host = Storm(delay: 5_000_000).Start("a.service").Run(1_000_000);
        var start = host.Enqueue("a.service", JobType.Start);
        host.Run(1_000_000);
        Assert.Equal((1, JobState.Waiting), (host.Processes.Count, start!.State));
        host.Run(4_000_000);
        Assert.Equal(2, host.Processes.Count);
        host.Enqueue("a.service", JobType.Restart);
        host.Run(1_000);
        Assert.Equal(3, host.Processes.Count);
    }

    [Fact]
    public void A_stop_that_times_out_is_not_followed_by_a_restart()
    {
        var host = new SimulatedHost(UnitTable.Service("a", also: s => s with { Restart = RestartPolicy.Always })) { Programs = { ["/bin/a"] = Behaviour.Hangs } };
        host.Start("a.service").Run();
        host.Stop("a.service").Run();
        Assert.Equal((ServiceState.Failed, ServiceResult.Timeout, 1), (host.Service("a").State, host.Service("a").Result, host.Processes.Count));
    }

    [Fact]
    public void A_restart_of_a_unit_that_is_not_running_waits_for_what_comes_before_it()
    {
        var host = new SimulatedHost(
            UnitTable.Service("a").With(Dependency.Requires, "b.service").With(Dependency.After, "b.service"), UnitTable.Service("b", ServiceType.Oneshot));
        host.Programs["/bin/b"] = Behaviour.Exits(0, after: 3_000_000);
        host.Enqueue("a.service", JobType.Restart);
        host.Run();
        Assert.Equal(["b", "a"], host.Started);
        Assert.True(host.Processes[1].Started >= host.Processes[0].Ended);
    }

    private static SimulatedHost Storm(ulong delay = 100_000, uint burst = 5) =>
        new(UnitTable.Service("a", also: s => s with { Restart = RestartPolicy.Always, RestartUsec = delay }) with { StartLimitBurst = burst })
        { Programs = { ["/bin/a"] = Behaviour.Exits(1) } };
}
