using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;
using static Sereno.Tests.Simulation.UnitTableExtensions;

namespace Sereno.Tests.Manager;

public class StopTests
{
    /// <summary>What main process and child get when all ignore everything but SIGKILL (systemd.kill(5), KillMode=).</summary>
    [Theory]
    [InlineData(KillMode.ControlGroup, "15 9", "15 9", true)]
    [InlineData(KillMode.Process, "15 9", "", false)]
    [InlineData(KillMode.Mixed, "15 9", "9", true)]
    [InlineData(KillMode.None, "", "", false)]
    public void KillMode_says_who_gets_which_signal(KillMode mode, string main, string child, bool childGoes)
    {
        var host = WithChild(s => s.Killing(k => k with { Mode = mode }), Behaviour.Hangs, Behaviour.Hangs);
        host.Stop("a.service").Run();
        Assert.Equal(main, Signals(host.Processes[0]));
        Assert.Equal(child.Length == 0, host.Processes[1].Signals.Count == 0);
        Assert.StartsWith(child, Signals(host.Processes[1]), StringComparison.Ordinal);
        Assert.Equal(childGoes, !host.Processes[1].IsAlive);
        Assert.Equal((0, true), (host.Core.Jobs.All.Count, host.Service("a").IsInactiveOrFailed));
    }

    [Fact]
    public void Without_anybody_to_wait_for_KillMode_none_is_over_at_once()
    {
        var host = new SimulatedHost(UnitTable.Service("a", also: s => s.Killing(k => k with { Mode = KillMode.None }))).Start("a.service").Run();
        ulong before = host.Now;
        host.Stop("a.service").Run(1_000);
        Assert.Equal((ServiceState.Dead, true), (host.Service("a").State, host.Now - before <= 1_000));
    }

    [Fact]
    public void Configured_signals_are_used()
    {
        var host = WithChild(s => s.Killing(k => k with { Signal = 2, FinalSignal = 3, SendSighup = true }), Behaviour.Hangs with { Ignores = [1, 2] }, Behaviour.Daemon);
        host.Stop("a.service").Run();
        Assert.Equal(("2 1 3", "2 1"), (Signals(host.Processes[0]), Signals(host.Processes[1])));
    }

    [Fact]
    public void A_restart_uses_RestartKillSignal()
    {
        var host = new SimulatedHost(UnitTable.Service("a", also: s => s.Killing(k => k with { RestartSignal = 12 }))).Start("a.service").Run();
        host.Enqueue("a.service", JobType.Restart);
        host.Run();
        Assert.Equal(("12", 2), (Signals(host.Processes[0]), host.Processes.Count));
        host.Stop("a.service").Run();
        Assert.Equal("15", Signals(host.Processes[1]));
    }

    [Fact]
    public void Without_SendSIGKILL_nobody_is_killed()
    {
        var host = new SimulatedHost(UnitTable.Service("a", also: s => s.Killing(k => k with { SendSigkill = false }))) { Programs = { ["/bin/a"] = Behaviour.Hangs } };
        host.Start("a.service").Run();
        host.Stop("a.service").Run();
        Assert.DoesNotContain(9, host.Processes[0].Signals.Select(s => s.Signal));
        Assert.Equal((ServiceState.Failed, ServiceResult.Timeout), (host.Service("a").State, host.Service("a").Result));
    }

    /// <summary>A program that hangs in a state is ended by that state's timeout, and no job is left.</summary>
    [Theory]
    [InlineData("ExecCondition", JobResult.Failed)]
    [InlineData("ExecStartPre", JobResult.Failed)]
    [InlineData("ExecStart", JobResult.Failed)]
    [InlineData("ExecStartPost", JobResult.Failed)]
    [InlineData("ExecReload", JobResult.Failed)]
    [InlineData("ExecStop", JobResult.Done)]
    [InlineData("ExecStopPost", JobResult.Done)]
    public void Every_state_has_its_timeout(string section, JobResult result)
    {
        var x = Commands("/bin/x");
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Notify, s => section switch
        {
            "ExecCondition" => s with { ExecCondition = x },
            "ExecStartPre" => s with { ExecStartPre = x },
            "ExecStart" => s with { ExecStart = x },
            "ExecStartPost" => s with { ExecStartPost = x },
            "ExecReload" => s with { ExecReload = x },
            "ExecStop" => s with { ExecStop = x },
            _ => s with { ExecStopPost = x },
        } with { TimeoutStartUsec = 5_000_000, TimeoutStopUsec = 7_000_000 }));
        host.Programs["/bin/x"] = Behaviour.Hangs;
        host.Programs["/bin/a"] = Behaviour.Notifying("READY=1");
        host.Start("a.service").Run();
        if (section == "ExecReload")
            host.Enqueue("a.service", JobType.Reload);
        else if (section.StartsWith("ExecStop", StringComparison.Ordinal))
            host.Stop("a.service");
        host.Run();
        Assert.Equal((result, 0), (host.Ended[^1].Job.Result, host.Core.Jobs.All.Count));
        Assert.DoesNotContain(host.Alive, p => p.Path == "/bin/x");
        Assert.Equal(section == "ExecReload" ? ServiceState.Running : ServiceState.Failed, host.Service("a").State);
        Assert.Equal(section == "ExecReload" ? ServiceResult.Success : ServiceResult.Timeout, host.Service("a").Result);
    }

    [Fact]
    public void RuntimeMaxSec_counts_from_the_start_also_across_a_reload()
    {
        var host = new SimulatedHost(UnitTable.Service("a", also: s => s with { RuntimeMaxUsec = 10_000_000, ExecReload = Commands("/bin/r") }));
        host.Programs["/bin/r"] = Behaviour.Succeeds;
        host.Start("a.service").Run(8_000_000);
        host.Enqueue("a.service", JobType.Reload);
        host.Run(1_900_000);
        Assert.Equal(ServiceState.Running, host.Service("a").State);
        host.Run(1_000_000);
        Assert.Equal((ServiceState.Failed, ServiceResult.Timeout), (host.Service("a").State, host.Service("a").Result));
    }

    [Theory]
    [InlineData(DirectoryPreserve.No, true, true)]
    [InlineData(DirectoryPreserve.Restart, false, true)]
    [InlineData(DirectoryPreserve.Yes, false, false)]
    public void RuntimeDirectoryPreserve_says_when_the_folder_goes(DirectoryPreserve preserve, bool atRestart, bool atStop)
    {
        var host = new SimulatedHost(UnitTable.Service("a", also: s => s with
        {
            Exec = s.Exec with { RuntimeDirectoryPreserve = preserve, Directories = s.Exec.Directories.Add(DirectoryKind.Runtime, new(["a"])) },
        })).Start("a.service").Run();
        host.Enqueue("a.service", JobType.Restart);
        host.Run();
        Assert.Equal(atRestart, host.Effects.OfType<ReleaseUnit>().Single().RemoveDirectories is ["/run/a"]);
        host.Stop("a.service").Run();
        Assert.Equal(atStop, host.Effects.OfType<ReleaseUnit>().Last().RemoveDirectories is ["/run/a"]);
    }

    [Fact]
    public void A_stop_while_the_process_is_still_on_its_way_reaches_it()
    {
        var host = new SimulatedHost(UnitTable.Service("a")) { SpawnDelay = _ => 50_000 };
        host.Start("a.service").Run(10_000);
        host.Stop("a.service").Run();
        Assert.Equal((0, true, 0), (host.Alive.Count(), host.Service("a").IsInactiveOrFailed, host.Core.Jobs.All.Count));
    }

    private static SimulatedHost WithChild(Func<ServiceDefinition, ServiceDefinition> also, Behaviour main, Behaviour child)
    {
        var host = new SimulatedHost(UnitTable.Service("a", also: also)) { Programs = { ["/bin/a"] = main with { Child = child, ForksAtOnce = true } } };
        return host.Start("a.service").Run();
    }

    private static string Signals(SimulatedProcess process) => string.Join(' ', process.Signals.Select(s => s.Signal));
}
