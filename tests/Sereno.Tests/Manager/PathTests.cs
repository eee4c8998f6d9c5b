using Sereno.Manager;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Manager;

public class PathTests
{
    private const ulong Second = 1_000_000;
    private static readonly UnitName s_name = UnitName.Parse("a.path");

    private static SimulatedHost Host(PathKind kind, Func<PathDefinition, PathDefinition>? also = null, Behaviour? program = null, ServiceType type = ServiceType.Oneshot)
    {
        var path = new PathDefinition { Specs = [new(kind, "/spool/x")] };
        var unit = new UnitDefinition { Name = s_name, Description = "a", DefaultDependencies = false, Path = also is null ? path : also(path), Triggers = UnitName.Parse("a.service") };
        var host = new SimulatedHost(UnitTable.Service("a", type) with { StartLimitIntervalUsec = 0 }, unit) { Programs = { ["/bin/a"] = program ?? (Behaviour.Exits(0) with { EndsAfter = Second }) } };
        host.Machine.Existing.Add("/");
        return host;
    }

    private static PathUnit Of(SimulatedHost host) => (PathUnit)host["a.path"];

    private static void Happens(SimulatedHost host, bool isChange = false) => host.Do(() => host.Core.OnPathEvent(s_name, "/spool/x", isChange));

    [Theory]
    [InlineData(PathKind.PathExists)]
    [InlineData(PathKind.PathExistsGlob)]
    [InlineData(PathKind.DirectoryNotEmpty)]
    public void What_is_there_already_starts_the_unit_and_again_while_it_stays(PathKind kind)
    {
        var host = Host(kind);
        host.Machine.Existing.Add("/spool/x");
        host.Start("a.path").Run(500_000);
        Assert.Equal(TriggerState.Running, Of(host).State);
        Assert.Single(host.Processes);
        // The unit ends without having taken it away.
        host.Run(Second);
        Assert.Equal(2, host.Processes.Count);
        host.Machine.Existing.Remove("/spool/x");
        host.Run(5 * Second);
        Assert.Equal((TriggerState.Waiting, 2), (Of(host).State, host.Processes.Count));
        Assert.Contains("a.path", host.WatchedPaths);
    }

    [Fact]
    public void What_comes_later_starts_it_when_something_happens_on_the_way()
    {
        var host = Host(PathKind.PathExists);
        host.Start("a.path").Run(Second);
        Assert.Equal(TriggerState.Waiting, Of(host).State);
        Happens(host);
        Assert.Empty(host.Run(Second).Processes);
        host.Machine.Existing.Add("/spool/x");
        Happens(host);
        host.Run(500_000);
        Assert.Single(host.Processes);
        Assert.Contains("TRIGGER_PATH=/spool/x", host.Effects.OfType<SpawnProcess>().Single().Plan.Command.Environment);
        Assert.Empty(host.WatchedPaths);
    }

    [Fact]
    public void A_change_counts_and_what_was_there_before_does_not()
    {
        var host = Host(PathKind.PathChanged);
        host.Machine.Existing.Add("/spool/x");
        host.Start("a.path").Run(Second);
        Assert.Empty(host.Processes);
        Happens(host, isChange: true);
        host.Run(5 * Second);
        Assert.Single(host.Processes);
        // That it vanishes is a change too, though its own watch may be gone with it.
        host.Machine.Existing.Remove("/spool/x");
        Happens(host);
        host.Run(5 * Second);
        Assert.Equal(2, host.Processes.Count);
        Assert.Equal(TriggerState.Waiting, Of(host).State);
    }

    [Fact]
    public void The_folder_that_it_makes_itself_is_no_change()
    {
        var host = Host(PathKind.PathChanged, p => p with { MakeDirectory = true });
        host.BeforeStep = () =>
        {
            if (host.Effects.Any(e => e is MakeFolders))
                host.Machine.Existing.Add("/spool/x");
        };
        host.Start("a.path").Run(Second);
        Assert.Equal((TriggerState.Waiting, 0), (Of(host).State, host.Processes.Count));
        Assert.Contains(host.Effects, e => e is MakeFolders { Paths: ["/spool/x"], Mode: 0x1ED });
    }

    [Fact]
    public void Triggers_without_end_hit_the_limit()
    {
        var host = Host(PathKind.PathExists, p => p with { TriggerLimitBurst = 3 }, Behaviour.Exits(0) with { EndsAfter = 1000 });
        host.Machine.Existing.Add("/spool/x");
        host.Start("a.path").Run(60 * Second);
        Assert.Equal((TriggerState.Failed, TriggerResult.TriggerLimitHit, 3), (Of(host).State, Of(host).Result, host.Processes.Count));
        Assert.Contains("a.path: Trigger limit hit, refusing further activation.", host.Log);
        host.Machine.Existing.Remove("/spool/x");
        host.Do(Of(host).ResetFailed);
        host.Run(10 * Second);
        Assert.Equal(ActiveState.Active, host.Start("a.path")["a.path"].Active);
    }

    [Fact]
    public void Unwatchable_paths_end_it_and_a_stop_ends_the_watching()
    {
        var host = Host(PathKind.PathExists);
        host.Start("a.path");
        host.Do(() => host.Core.OnPathsWatched(s_name, "cannot create an inotify instance: Too many open files"));
        Assert.Equal((TriggerState.Failed, TriggerResult.Resources), (Of(host).State, Of(host).Result));
        Assert.Empty(host.WatchedPaths);
        Assert.Equal(TriggerState.Waiting, Of(host.Start("a.path")).State);
        host.Stop("a.path");
        Assert.Equal(TriggerState.Dead, Of(host).State);
        Assert.Empty(host.WatchedPaths);
        Happens(host, isChange: true);
        Assert.Empty(host.Run(Second).Processes);
    }

    [Fact]
    public void A_unit_that_was_started_by_others_counts_as_running()
    {
        var host = Host(PathKind.PathExists, type: ServiceType.Simple);
        host.Start("a.path").Start("a.service").Run(500_000);
        Assert.Equal(TriggerState.Running, Of(host).State);
        host.Run(5 * Second);
        Assert.Equal(TriggerState.Waiting, Of(host).State);
    }

    [Fact]
    public void A_manager_that_dies_leaves_its_paths_to_the_next()
    {
        var host = Host(PathKind.PathModified);
        host.Machine.Existing.Add("/spool/x");
        host.Start("a.path").Run(Second);
        host.WatchedPaths.Clear();
        host.Crash();
        Assert.Contains("a.path", host.WatchedPaths);
        Happens(host, isChange: true);
        Assert.Single(host.Run(Second).Processes);
    }
}
