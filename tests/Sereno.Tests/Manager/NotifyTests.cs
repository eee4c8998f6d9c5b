using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Manager;

public class NotifyTests
{
    [Fact]
    public void STATUS_and_ERRNO_are_kept()
    {
        var (host, pid) = Running();
        host.Notify("a", pid, "STATUS=Listening\nERRNO=5");
        Assert.Equal(("Listening", 5), (host.Service("a").StatusText, host.Service("a").StatusErrno));
    }

    [Fact]
    public void A_service_may_speak_before_it_is_known_which_process_it_is()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Notify));
        host.Start("a.service");
        host.Notify("a", host.Processes[0].Pid, "READY=1\nSTATUS=early");
        Assert.Equal(ServiceState.Start, host.Service("a").State);
        host.Run(1_000_000);
        Assert.Equal((ServiceState.Running, "early"), (host.Service("a").State, host.Service("a").StatusText));
        Assert.DoesNotContain(host.Log, l => l.Contains("reception"));
    }

    [Fact]
    public void What_it_passes_that_early_is_kept_until_it_is_known()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Notify, s => s with { FileDescriptorStoreMax = 1 }));
        host.Start("a.service");
        host.Store("a", host.Processes[0].Pid, "READY=1\nFDSTORE=1", new PassedDescriptor(7, null));
        Assert.Equal([7UL], host.Core.AwaitedDescriptors);
        Assert.Empty(host.Stored);
        host.Run(1_000_000);
        Assert.Empty(host.Core.AwaitedDescriptors);
        Assert.Equal([7UL], host.Stored);
    }

    [Fact]
    public void STOPPING_waits_for_the_end_that_was_announced()
    {
        var (host, pid) = Running();
        host.Notify("a", pid, "STOPPING=1");
        Assert.Equal(ServiceState.StopSigterm, host.Service("a").State);
        host.Run();
        Assert.Equal((ServiceState.Failed, ServiceResult.Timeout), (host.Service("a").State, host.Service("a").Result));
    }

    [Fact]
    public void RELOADING_lasts_until_READY()
    {
        var (host, pid) = Running();
        host.Notify("a", pid, "RELOADING=1");
        Assert.Equal(ActiveState.Reloading, host.Service("a").Active);
        host.Notify("a", pid, "READY=1");
        Assert.Equal(ServiceState.Running, host.Service("a").State);
    }

    [Fact]
    public void A_service_that_dies_while_it_reloads_itself_has_ended()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Notify))
        { Programs = { ["/bin/a"] = new() { EndsAfter = 9_000, Notifies = [(1_000, "READY=1"), (5_000, "RELOADING=1")] } } };
        host.Start("a.service").Run(1_000_000);
        Assert.Equal(ServiceState.Dead, host.Service("a").State);
    }

    [Fact]
    public void MAINPID_moves_the_main_process()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Notify, s => s with { NotifyAccess = NotifyAccess.All }))
        { Programs = { ["/bin/a"] = Behaviour.Forking(Behaviour.Notifying("MAINPID=$PID\nREADY=1"), after: 5_000) with { ForksAtOnce = true } } };
        host.Start("a.service").Run();
        Assert.Equal((ServiceState.Running, host.Processes[1].Pid), (host.Service("a").State, host.Service("a").Main.Pid));
        host.Stop("a.service").Run();
        Assert.Equal((ServiceState.Dead, 0), (host.Service("a").State, host.Alive.Count()));
    }

    [Theory]
    [InlineData(NotifyAccess.None, false, false)]
    [InlineData(NotifyAccess.Main, true, false)]
    [InlineData(NotifyAccess.Exec, true, false)]
    [InlineData(NotifyAccess.All, true, true)]
    public void NotifyAccess_says_whose_word_counts(NotifyAccess access, bool main, bool child)
    {
        var host = new SimulatedHost(UnitTable.Service("a", also: s => s with { NotifyAccess = access }))
        { Programs = { ["/bin/a"] = new() { Child = Behaviour.Daemon, ForksAtOnce = true } } };
        host.Start("a.service").Run();
        host.Notify("a", host.Processes[1].Pid, "STATUS=child");
        Assert.Equal(child ? "child" : null, host.Service("a").StatusText);
        host.Notify("a", host.Processes[0].Pid, "STATUS=main");
        Assert.Equal(main ? "main" : null, host.Service("a").StatusText);
    }

    [Fact]
    public void A_watchdog_that_is_fed_stays_quiet_and_one_that_is_not_aborts()
    {
        var host = new SimulatedHost(UnitTable.Service("a", also: s => s with { WatchdogUsec = 1_000_000, NotifyAccess = NotifyAccess.Main }))
        { Programs = { ["/bin/a"] = new() { Notifies = [.. Enumerable.Range(1, 10).Select(i => ((ulong)i * 500_000, "WATCHDOG=1"))] } } };
        host.Start("a.service").Run(5_900_000);
        Assert.Equal(ServiceState.Running, host.Service("a").State);
        host.Run();
        Assert.Equal((ServiceState.Failed, ServiceResult.Watchdog, 6), (host.Service("a").State, host.Service("a").Result, host.Processes[0].Signals[0].Signal));
    }

    [Fact]
    public void Feeding_the_watchdog_while_stopping_does_not_start_it_again()
    {
        var host = new SimulatedHost(UnitTable.Service("a", also: s => s with { WatchdogUsec = 1_000_000, NotifyAccess = NotifyAccess.Main }))
        { Programs = { ["/bin/a"] = new() { DiesAfter = 30_000_000 } } };
        host.Start("a.service").Run(500_000);
        host.Stop("a.service");
        host.Notify("a", host.Processes[0].Pid, "WATCHDOG=1");
        host.Run();
        Assert.Equal((ServiceState.Dead, ServiceResult.Success), (host.Service("a").State, host.Service("a").Result));
    }

    [Fact]
    public void A_service_may_ask_for_its_watchdog_and_for_another_limit()
    {
        var (host, pid) = Running(s => s with { WatchdogUsec = 1_000_000 });
        host.Notify("a", pid, "WATCHDOG_USEC=60000000");
        host.Run(30_000_000);
        Assert.Equal(ServiceState.Running, host.Service("a").State);
        host.Notify("a", pid, "WATCHDOG=trigger");
        Assert.Equal((ServiceState.StopWatchdog, ServiceResult.Watchdog), (host.Service("a").State, host.Service("a").Result));
    }

    [Fact]
    public void EXTEND_TIMEOUT_USEC_gives_a_slow_start_more_time()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Notify, s => s with { TimeoutStartUsec = 1_000_000 }))
        { Programs = { ["/bin/a"] = new() { Notifies = [(900_000, "EXTEND_TIMEOUT_USEC=5000000"), (4_000_000, "READY=1")] } } };
        host.Start("a.service").Run();
        Assert.Equal(ServiceState.Running, host.Service("a").State);
    }

    [Fact]
    public void Of_contradicting_words_the_last_one_counts()
    {
        var (host, pid) = Running();
        host.Notify("a", pid, "STOPPING=1\nRELOADING=1");
        Assert.Equal(ServiceState.Reload, host.Service("a").State);
        host.Notify("a", pid, "RELOADING=1\nREADY=1");
        Assert.Equal(ServiceState.Running, host.Service("a").State);
    }

    [Fact]
    public void A_word_said_during_the_start_counts_once_it_is_over()
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Notify, s => s with { ExecStartPost = UnitTableExtensions.Commands("/bin/post"), NotifyAccess = NotifyAccess.Main }))
        { Programs = { ["/bin/a"] = new() { Notifies = [(1_000, "READY=1"), (2_000, "STOPPING=1")] }, ["/bin/post"] = Behaviour.Exits(0, 10_000) } };
        host.Start("a.service").Run(1_000_000);
        Assert.Equal(ServiceState.StopSigterm, host.Service("a").State);
    }

    [Fact]
    public void A_notify_reload_service_is_signalled_and_reloads_until_it_is_ready()
    {
        var (host, pid) = Running(type: ServiceType.NotifyReload);
        ulong before = host.Now;
        host.Do(() => host.Core.Enqueue(host.Service("a"), JobType.Reload, JobMode.Replace));
        Assert.Equal((ServiceState.ReloadSignal, 1), (host.Service("a").State, host.Processes[0].Signals[^1].Signal));
        host.Notify("a", pid, "RELOADING=1\nMONOTONIC_USEC=1"); // an older one
        Assert.Equal(ServiceState.ReloadSignal, host.Service("a").State);
        host.Notify("a", pid, $"RELOADING=1\nMONOTONIC_USEC={before + 1}");
        Assert.Equal(ServiceState.ReloadNotify, host.Service("a").State);
        host.Notify("a", pid, "READY=1");
        Assert.Equal((ServiceState.Running, JobResult.Done), (host.Service("a").State, host.Ended[^1].Job.Result));
    }

    [Fact]
    public void A_notify_reload_service_that_never_answers_fails_the_reload_and_runs_on()
    {
        var (host, _) = Running(s => s with { TimeoutStartUsec = 5_000_000 }, ServiceType.NotifyReload);
        host.Do(() => host.Core.Enqueue(host.Service("a"), JobType.Reload, JobMode.Replace));
        host.Run(60_000_000);
        Assert.Equal((ServiceState.Running, ServiceResult.Timeout, JobResult.Failed), (host.Service("a").State, host.Service("a").ReloadResult, host.Ended[^1].Job.Result));
    }

    [Fact]
    public void Descriptors_are_stored_up_to_the_limit_without_doubles_and_passed_on_newest_first()
    {
        var (host, pid) = Running(s => s with { FileDescriptorStoreMax = 2, Restart = RestartPolicy.Always });
        host.Store("a", pid, "FDSTORE=1\nFDNAME=one", new PassedDescriptor(1));
        host.Store("a", pid, "FDSTORE=1", new PassedDescriptor(2, SameAs: 1), new PassedDescriptor(3), new PassedDescriptor(4));
        Assert.Equal([(3ul, "stored"), (1ul, "one")], host.Service("a").Stored.Select(d => (d.Id, d.Name)));
        Assert.Contains(host.Log, l => l.EndsWith("Cannot store more fds than FileDescriptorStoreMax=2, closing remaining.", StringComparison.Ordinal));
        host.Kill(pid);
        host.Run(1_000_000);
        var plan = host.Effects.OfType<SpawnProcess>().Last();
        Assert.Equal([3ul, 1ul], plan.Descriptors);
        Assert.Contains("LISTEN_FDS=2", plan.Plan.Command.Environment);
        Assert.Contains("LISTEN_FDNAMES=stored:one", plan.Plan.Command.Environment);
        Assert.Equal([3ul, 1ul], host.Stored.OrderDescending());
    }

    [Fact]
    public void Stored_descriptors_go_by_name_on_hang_up_and_at_the_end()
    {
        var (host, pid) = Running(s => s with { FileDescriptorStoreMax = 9 });
        host.Store("a", pid, "FDSTORE=1\nFDNAME=x", new PassedDescriptor(1), new PassedDescriptor(2));
        host.Store("a", pid, "FDSTORE=1\nFDNAME=y:z", new PassedDescriptor(3), new PassedDescriptor(4));
        host.Notify("a", pid, "FDSTOREREMOVE=1\nFDNAME=x");
        Assert.Equal(["stored", "stored"], host.Service("a").Stored.Select(d => d.Name)); // y:z is no name
        host.Do(() => host.Core.OnDescriptorClosed(host.Service("a").Name, 3));
        Assert.Equal([4ul], host.Stored);
        host.Stop("a.service").Run();
        Assert.Empty(host.Stored);
    }

    private static (SimulatedHost Host, int Pid) Running(Func<ServiceDefinition, ServiceDefinition>? also = null, ServiceType type = ServiceType.Notify)
    {
        var host = new SimulatedHost(UnitTable.Service("a", type, also)) { Programs = { ["/bin/a"] = Behaviour.Notifying("READY=1", 1) with { Ignores = [1, 15] } } };
        host.Start("a.service").Run(500_000);
        return (host, host.Processes[0].Pid);
    }
}
