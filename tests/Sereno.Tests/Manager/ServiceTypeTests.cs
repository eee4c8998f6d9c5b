using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;
using static Sereno.Tests.Simulation.UnitTableExtensions;

namespace Sereno.Tests.Manager;

public class ServiceTypeTests
{
    [Theory]
    [InlineData(ServiceType.Simple)]
    [InlineData(ServiceType.Exec)]
    [InlineData(ServiceType.Idle)]
    [InlineData(ServiceType.Dbus)]
    public void Is_started_once_its_process_runs(ServiceType type)
    {
        var host = new SimulatedHost(UnitTable.Service("a", type)).Start("a.service").Run();
        Assert.Equal((ServiceState.Running, JobResult.Done), (host.Service("a").State, host.Ended.Single().Job.Result));
        Assert.Equal(host.Processes.Single().Pid, host.Service("a").Main.Pid);
    }

    [Fact]
    public void A_simple_service_whose_program_is_missing_has_started_and_then_failed()
    {
        var host = new SimulatedHost(UnitTable.Service("a")) { SpawnFailure = _ => (203, "No such file or directory") };
        host.Start("a.service").Run();
        Assert.Equal((ServiceState.Failed, ServiceResult.ExitCode, JobResult.Done), (host.Service("a").State, host.Service("a").Result, host.Ended.Single().Job.Result));
        Assert.Contains("a.service: Failed at step EXEC spawning /bin/a: No such file or directory", host.Log);
    }

    [Fact]
    public void An_exec_service_whose_program_is_missing_fails_to_start()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Exec)) { SpawnFailure = _ => (203, "No such file or directory") };
        host.Start("a.service").Run();
        Assert.Equal((ServiceState.Failed, JobResult.Failed), (host.Service("a").State, host.Ended.Single().Job.Result));
    }

    [Fact]
    public void A_oneshot_runs_its_commands_in_turn_and_is_done_when_the_last_has_ended()
    {
        var host = Oneshot("/bin/x", "/bin/y", "/bin/z").Start("a.service").Run();
        Assert.Equal(["x", "y", "z"], host.Started);
        Assert.Equal((ServiceState.Dead, ServiceResult.Success, JobResult.Done), (host.Service("a").State, host.Service("a").Result, host.Ended.Single().Job.Result));
    }

    [Fact]
    public void A_oneshot_stops_at_the_first_command_that_fails()
    {
        var host = Oneshot("/bin/x", "/bin/y", "/bin/z");
        host.Programs["/bin/y"] = Behaviour.Exits(3);
        host.Start("a.service").Run();
        Assert.Equal(["x", "y"], host.Started);
        Assert.Equal((ServiceState.Failed, ServiceResult.ExitCode, JobResult.Failed), (host.Service("a").State, host.Service("a").Result, host.Ended.Single().Job.Result));
    }

    [Fact]
    public void A_command_behind_a_minus_may_fail()
    {
        var host = Oneshot("/bin/x", "-/bin/y", "/bin/z");
        host.Programs["/bin/y"] = Behaviour.Exits(3);
        host.Start("a.service").Run();
        Assert.Equal(["x", "y", "z"], host.Started);
        Assert.Equal(ServiceResult.Success, host.Service("a").Result);
    }

    [Fact]
    public void With_RemainAfterExit_a_oneshot_stays_active_until_it_is_stopped()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Oneshot, s => s with { RemainAfterExit = true, ExecStop = Commands("/bin/stop") }));
        host.Programs["/bin/a"] = host.Programs["/bin/stop"] = Behaviour.Succeeds;
        host.Start("a.service").Run();
        Assert.Equal(ServiceState.Exited, host.Service("a").State);
        host.Stop("a.service").Run();
        Assert.Equal(["a", "stop"], host.Started);
        Assert.Equal(ServiceState.Dead, host.Service("a").State);
    }

    [Fact]
    public void A_forking_service_is_started_when_its_parent_has_gone_and_its_daemon_is_guessed()
    {
        var host = Forking(Behaviour.Forking(Behaviour.Daemon, after: 500_000)).Start("a.service").Run(400_000);
        Assert.Equal(ServiceState.Start, host.Service("a").State);
        host.Run();
        Assert.Equal((ServiceState.Running, host.Alive.Single().Pid), (host.Service("a").State, host.Service("a").Main.Pid));
        host.Stop("a.service").Run();
        Assert.Equal((ServiceState.Dead, 0), (host.Service("a").State, host.Alive.Count()));
    }

    [Fact]
    public void The_pid_file_may_be_written_after_the_parent_has_gone()
    {
        var host = Forking(Behaviour.Forking(Behaviour.Daemon, pidAfter: 300_000), "/run/a.pid").Start("a.service").Run();
        Assert.Equal((ServiceState.Running, host.Alive.Single().Pid), (host.Service("a").State, host.Service("a").Main.Pid));
    }

    [Fact]
    public void The_pid_file_may_be_written_by_an_ExecStartPost()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Forking, s => s with { PidFile = "/run/a.pid", ExecStartPost = Commands("/bin/post") }));
        host.Programs["/bin/a"] = Behaviour.Forking(Behaviour.Daemon, pidAfter: 800_000);
        host.Programs["/bin/post"] = Behaviour.Exits(0, after: 900_000);
        host.Start("a.service").Run();
        Assert.Equal((ServiceState.Running, host.Alive.Single().Pid), (host.Service("a").State, host.Service("a").Main.Pid));
    }

    [Fact]
    public void A_daemon_that_never_writes_its_pid_file_times_out()
    {
        var host = Forking(Behaviour.Forking(Behaviour.Daemon), "/run/a.pid").Start("a.service").Run();
        Assert.Equal((ServiceState.Failed, ServiceResult.Timeout, 0), (host.Service("a").State, host.Service("a").Result, host.Alive.Count()));
    }

    [Fact]
    public void A_forking_service_that_leaves_nobody_behind_fails_for_its_pid_file()
    {
        var host = Forking(Behaviour.Succeeds, "/run/a.pid").Start("a.service").Run();
        Assert.Equal((ServiceState.Failed, ServiceResult.Protocol), (host.Service("a").State, host.Service("a").Result));
    }

    [Fact]
    public void A_notify_service_is_started_by_READY()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Notify)) { Programs = { ["/bin/a"] = Behaviour.Notifying("READY=1", 700_000) } };
        host.Start("a.service").Run(600_000);
        Assert.Equal((ServiceState.Start, 0), (host.Service("a").State, host.Ended.Count));
        host.Run();
        Assert.Equal((ServiceState.Running, JobResult.Done), (host.Service("a").State, host.Ended.Single().Job.Result));
    }

    [Theory]
    [InlineData(0, ServiceResult.Protocol)]
    [InlineData(1, ServiceResult.ExitCode)]
    public void A_notify_service_that_ends_before_READY_has_failed(int status, ServiceResult result)
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Notify)) { Programs = { ["/bin/a"] = Behaviour.Exits(status) } };
        host.Start("a.service").Run();
        Assert.Equal((ServiceState.Failed, result, JobResult.Failed), (host.Service("a").State, host.Service("a").Result, host.Ended.Single().Job.Result));
    }

    [Fact]
    public void Sections_run_in_the_order_of_a_life()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Simple, s => s with
        {
            ExecCondition = Commands("/bin/c1", "/bin/c2"), ExecStartPre = Commands("/bin/p1", "/bin/p2"), ExecStartPost = Commands("/bin/q1", "/bin/q2"),
            ExecReload = Commands("/bin/r1", "/bin/r2"), ExecStop = Commands("/bin/s1", "/bin/s2"), ExecStopPost = Commands("/bin/t1", "/bin/t2"),
        }));
        foreach (char c in "cpqrst")
            host.Programs[$"/bin/{c}1"] = host.Programs[$"/bin/{c}2"] = Behaviour.Succeeds;
        host.Start("a.service").Run();
        host.Enqueue("a.service", JobType.Reload);
        host.Run().Stop("a.service").Run();
        Assert.Equal("c1 c2 p1 p2 a q1 q2 r1 r2 s1 s2 t1 t2", string.Join(' ', host.Started));
        Assert.Equal(["start", "reload", "stop"], host.Ended.Select(e => e.Job.Type.Name()));
        Assert.Equal((ServiceState.Dead, ServiceResult.Success), (host.Service("a").State, host.Service("a").Result));
    }

    [Theory]
    [InlineData("ExecStartPre", "x t", JobResult.Failed, ServiceResult.ExitCode)]
    [InlineData("ExecStart", "x t", JobResult.Done, ServiceResult.ExitCode)]
    [InlineData("ExecStartPost", "a x t", JobResult.Failed, ServiceResult.ExitCode)]
    [InlineData("ExecCondition", "x t", JobResult.Done, ServiceResult.ExecCondition)]
    public void A_failing_section_ends_in_ExecStopPost(string section, string started, JobResult job, ServiceResult result)
    {
        foreach (bool ignored in (bool[])[false, true])
        {
            var command = Commands(ignored ? "-/bin/x" : "/bin/x");
            var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Simple, s => section switch
            {
                "ExecCondition" => s with { ExecCondition = command },
                "ExecStartPre" => s with { ExecStartPre = command },
                "ExecStart" => s with { ExecStart = command },
                _ => s with { ExecStartPost = command },
            } with { ExecStopPost = Commands("/bin/t") }));
            host.Programs["/bin/x"] = Behaviour.Exits(7);
            host.Programs["/bin/t"] = Behaviour.Succeeds;
            host.Keep("a.service").Start("a.service").Run();
            if (ignored)
                Assert.Equal((section == "ExecStart" ? ServiceState.Dead : ServiceState.Running, ServiceResult.Success), (host.Service("a").State, host.Service("a").Result));
            else
                Assert.Equal((started, job, result), (string.Join(' ', host.Started), host.Ended.Single().Job.Result, host.Service("a").Result));
        }
    }

    [Theory]
    [InlineData(1, ServiceState.Dead, ServiceResult.ExecCondition)]
    [InlineData(254, ServiceState.Dead, ServiceResult.ExecCondition)]
    [InlineData(255, ServiceState.Failed, ServiceResult.ExitCode)]
    public void ExecCondition_skips_the_unit_unless_it_breaks(int status, ServiceState state, ServiceResult result)
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Simple, s => s with { ExecCondition = Commands("/bin/c"), Restart = RestartPolicy.Always }));
        host.Programs["/bin/c"] = Behaviour.Exits(status);
        host.Keep("a.service").Start("a.service").Run(50_000);
        Assert.Equal(result, host.Service("a").Result);
        Assert.Equal(["c"], host.Started);
        if (result == ServiceResult.ExecCondition)
            Assert.Equal((state, false), (host.Service("a").State, host.Service("a").ConditionsMet));
    }

    [Fact]
    public void A_failed_reload_leaves_the_service_running()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Simple, s => s with { ExecReload = Commands("/bin/r") }));
        host.Programs["/bin/r"] = Behaviour.Exits(1);
        host.Start("a.service").Run();
        host.Enqueue("a.service", JobType.Reload);
        host.Run();
        Assert.Equal((ServiceState.Running, JobResult.Failed, ServiceResult.Success), (host.Service("a").State, host.Ended[^1].Job.Result, host.Service("a").Result));
    }

    [Fact]
    public void A_second_reload_during_a_reload_runs_it_again()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Simple, s => s with { ExecReload = Commands("/bin/r") }));
        host.Programs["/bin/r"] = Behaviour.Exits(0, after: 100_000);
        host.Start("a.service").Run();
        host.Enqueue("a.service", JobType.Reload);
        host.Run(50_000);
        host.Enqueue("a.service", JobType.Reload);
        host.Run();
        Assert.Equal((2, ServiceState.Running), (host.Started.Count(p => p == "r"), host.Service("a").State));
    }

    [Fact]
    public void An_ExecStartPre_that_takes_SIGTERM_politely_is_not_followed_by_the_next()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Simple, s => s with { ExecStartPre = Commands("/bin/p", "/bin/q") }));
        host.Programs["/bin/p"] = new() { ExitsOnSignal = 0 };
        host.Start("a.service").Run(1_000);
        host.Stop("a.service").Run();
        Assert.Equal(["p"], host.Started);
        Assert.Equal(ServiceState.Dead, host.Service("a").State);
    }

    private static SimulatedHost Oneshot(params string[] commands)
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Oneshot, s => s with { ExecStart = Commands(commands) }));
        foreach (string command in commands)
            host.Programs[command.TrimStart('-')] = Behaviour.Succeeds;
        return host;
    }

    private static SimulatedHost Forking(Behaviour parent, string? pidFile = null) =>
        new(UnitTable.Service("a", ServiceType.Forking, s => s with { PidFile = pidFile })) { Programs = { ["/bin/a"] = parent } };
}
