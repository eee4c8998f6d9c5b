using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;
using static Sereno.Tests.Simulation.UnitTable;
using static Sereno.Tests.Simulation.UnitTableExtensions;

namespace Sereno.Tests.Manager;

/// <summary>Ready=listen: when a service has started.</summary>
public class ReadinessTests
{
    [Theory]
    [InlineData(ServiceType.Simple)]
    [InlineData(ServiceType.Exec)]
    [InlineData(ServiceType.Notify)]
    [InlineData(ServiceType.Forking)]
    public void It_has_when_Type_and_the_listener_are_there_and_not_before(ServiceType type)
    {
        var host = Host(Ready(Service("a", type, s => s with { ExecStartPost = Commands("/bin/post") }), 8080));
        host.Programs["/bin/a"] = type == ServiceType.Forking ? Behaviour.Forking(Behaviour.Daemon) : Behaviour.Notifying("READY=1", after: 50_000);
        bool listens = false;
        host.Listens = (unit, port) => listens && (unit, port) == ("a.service", (ushort)8080);
        host.Start("a.service").Run(1_000_000);
        Assert.Equal((ServiceState.Start, ActiveState.Activating), (host.Service("a").State, host.Service("a").Active));
        Assert.DoesNotContain("post", host.Started);
        listens = true;
        ulong since = host.Now;
        host.Run(1_000_000);
        Assert.Equal(ServiceState.Running, host.Service("a").State);
        Assert.Contains("post", host.Started);
        Assert.InRange(host.Ended.Single().Time - since, 0ul, 110_000ul);
        Assert.Equal(JobResult.Done, host.Ended.Single().Job.Result);
        Assert.DoesNotContain(host.Core.Timers.Next is null ? [] : host.Effects.SkipWhile(e => e is not JobEnded), e => e is LookForListener);
    }

    [Fact]
    public void A_listener_without_READY_is_not_enough_for_a_notifying_service()
    {
        var host = Host(Ready(Service("a", ServiceType.Notify)));
        host.Listens = (_, _) => true;
        host.Start("a.service").Run(1_000_000);
        Assert.Equal(ServiceState.Start, host.Service("a").State);
        host.Notify("a", host.Service("a").Main.Pid, "READY=1");
        host.Run(1);
        Assert.Equal(ServiceState.Running, host.Service("a").State);
    }

    [Fact]
    public void Looks_are_close_together_at_first_and_few_later()
    {
        var host = Host(Ready(Service("a")));
        var looks = new List<ulong>();
        host.Listens = (_, _) =>
        {
            looks.Add(host.Now);
            return false;
        };
        host.Start("a.service").Run(100_000);
        Assert.InRange(looks.Count, 6, 8);
        host.Run(60_000_000);
        Assert.InRange(looks.Count, 200, 400);
        host.Stop("a.service").Run(1_000_000);
        int before = looks.Count;
        host.Run(60_000_000);
        Assert.Equal(before, looks.Count);
        Assert.Equal(ServiceState.Dead, host.Service("a").State);
    }

    [Fact]
    public void Who_does_not_listen_in_time_is_stopped_and_the_log_says_why()
    {
        var host = Host(Ready(Service("a", also: s => s with { TimeoutStartUsec = 2_000_000 }), 80));
        host.Start("a.service").Run();
        Assert.Equal((ServiceState.Failed, ServiceResult.Timeout), (host.Service("a").State, host.Service("a").Result));
        Assert.Contains("a.service: No process of the service is listening on port 80, as Ready= asks for.", host.Log);
        Assert.Contains("a.service: start operation timed out. Terminating.", host.Log);
        Assert.Equal(JobResult.Failed, host.Ended.Single().Job.Result);
    }

    [Theory]
    [InlineData(0, ServiceResult.Protocol)]
    [InlineData(3, ServiceResult.ExitCode)]
    public void Who_ends_before_it_listens_has_failed(int status, ServiceResult result)
    {
        var host = Host(Ready(Service("a", also: s => s with { ExecStopPost = Commands("/bin/post") })));
        host.Programs["/bin/a"] = Behaviour.Exits(status, after: 30_000);
        host.Start("a.service").Run();
        Assert.Equal((ServiceState.Failed, result), (host.Service("a").State, host.Service("a").Result));
        Assert.Contains("a.service: Service ended before it was listening.", host.Log);
        Assert.Contains("post", host.Started);
        Assert.Equal(JobResult.Failed, host.Ended.Single().Job.Result);
    }

    [Fact]
    public void A_daemon_whose_processes_all_end_before_they_listen_has_failed()
    {
        var host = Host(Ready(Service("a", ServiceType.Forking, s => s with { GuessMainPid = false })));
        host.Programs["/bin/a"] = Behaviour.Forking(Behaviour.Exits(0, after: 100_000));
        host.Start("a.service").Run();
        Assert.Equal((ServiceState.Failed, ServiceResult.Protocol), (host.Service("a").State, host.Service("a").Result));
    }

    [Fact]
    public void A_program_that_cannot_be_executed_never_counts_as_started()
    {
        var host = Host(Ready(Service("a")));
        host.SpawnFailure = _ => (203, "No such file or directory");
        host.Start("a.service").Run();
        Assert.Equal((ServiceState.Failed, ServiceResult.ExitCode), (host.Service("a").State, host.Service("a").Result));
        Assert.Equal(JobResult.Failed, host.Ended.Single().Job.Result);
    }

    [Fact]
    public void A_oneshot_has_started_when_it_is_over()
    {
        var host = Host(Ready(Service("a", ServiceType.Oneshot)));
        host.Programs["/bin/a"] = Behaviour.Succeeds;
        host.Start("a.service").Run();
        Assert.Equal(JobResult.Done, host.Ended.Single().Job.Result);
        Assert.DoesNotContain(host.Effects, e => e is LookForListener);
    }

    [Fact]
    public void The_next_manager_goes_on_waiting_within_the_same_limit()
    {
        var host = Host(Ready(Service("a", also: s => s with { TimeoutStartUsec = 10_000_000 })));
        host.Start("a.service").Run(6_000_000);
        host.Crash();
        host.Run(3_000_000);
        Assert.Equal(ServiceState.Start, host.Service("a").State);
        Assert.Single(host.Started);
        host.Run(2_000_000);
        Assert.Equal(ServiceResult.Timeout, host.Service("a").Result);
    }

    [Fact]
    public void A_file_that_does_not_ask_for_it_any_more_lets_the_start_go_on()
    {
        var host = Host(Ready(Service("a")));
        host.Start("a.service").Run(1_000_000);
        host.Units.Add(Service("a"));
        host.Do(host.Core.Reload);
        host.Run(1_000_000);
        Assert.Equal(ServiceState.Running, host.Service("a").State);
    }

    private static SimulatedHost Host(params UnitDefinition[] units)
    {
        var host = new SimulatedHost(units);
        host.Programs["/bin/post"] = Behaviour.Succeeds;
        return host;
    }

    private static UnitDefinition Ready(UnitDefinition unit, ushort port = 0) => unit with { Sereno = new() { ReadyPort = port } };
}
