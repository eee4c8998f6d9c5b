using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;
using static Sereno.Tests.Simulation.UnitTable;

namespace Sereno.Tests.Manager;

/// <summary>A unit that is inactive, and that nobody names, looks at or has a job for, is forgotten at once, as systemd does.</summary>
public class CollectTests
{
    [Fact]
    public void A_service_that_is_over_is_forgotten_and_found_again_when_it_is_named()
    {
        var host = new SimulatedHost(Service("a"));
        host.Start("a.service").Run(1_000_000);
        Assert.True(Knows(host, "a.service"));
        host.Stop("a.service").Run(1_000_000);
        Assert.False(Knows(host, "a.service"));
        Assert.Equal(new ForgetUnit(UnitName.Parse("a.service"), null), host.Effects.OfType<ForgetUnit>().Single());
        Assert.InRange(host.Effects.FindIndex(e => e is JobEnded { Type: JobType.Stop }), 0, host.Effects.FindIndex(e => e is ForgetUnit));
        host.Start("a.service").Run(1_000_000);
        Assert.Equal(ServiceState.Running, host.Service("a").State);
    }

    [Fact]
    public void Hundreds_of_instances_that_come_and_go_leave_nothing_behind()
    {
        var host = new SimulatedHost();
        host.Units.Otherwise = name => name is { IsInstance: true, Type: UnitType.Service } ? Service(name.Stem, ServiceType.Oneshot) : null;
        host.Programs["/bin/t@0"] = Behaviour.Succeeds;
        host.Start("t@0.service").Run(1_000_000);
        int units = host.Core.Graph.All.Count;
        for (int i = 1; i < 400; i++)
        {
            host.Programs[$"/bin/t@{i}"] = Behaviour.Succeeds;
            host.Start($"t@{i}.service").Run(1_000_000);
        }
        Assert.Equal((400, units), (host.Processes.Count, host.Core.Graph.All.Count));
        host.Crash();
        host.Run(10_000_000);
        Assert.Equal(units, host.Core.Graph.All.Count);
    }

    [Fact]
    public void One_that_failed_stays_until_it_is_reset_unless_CollectMode_lets_it_go()
    {
        var host = new SimulatedHost(Service("a"), Service("b") with { Jobs = JobSettings.Default with { CollectMode = CollectMode.InactiveOrFailed } })
        {
            Programs = { ["/bin/a"] = Behaviour.Exits(1), ["/bin/b"] = Behaviour.Exits(1) },
        };
        host.Start("a.service").Start("b.service").Run();
        Assert.Equal((true, false), (Knows(host, "a.service"), Knows(host, "b.service")));
        host.Do(host["a.service"].ResetFailed);
        Assert.False(Knows(host, "a.service"));
    }

    [Fact]
    public void One_stays_as_long_as_a_unit_that_stays_names_it()
    {
        var host = new SimulatedHost(Service("a").With(Dependency.Wants, "b.service"), Service("b").With(Dependency.Wants, "c.service"), Service("c"));
        host.Start("a.service").Run(1_000_000);
        host.Stop("c.service").Run(1_000_000);
        host.Stop("b.service").Run(1_000_000);
        Assert.Equal((true, true), (Knows(host, "b.service"), Knows(host, "c.service")));
        Assert.NotEqual(default, host["c.service"].InactiveEnter);
        host.Stop("a.service").Run(1_000_000);
        Assert.Equal((false, false, false), (Knows(host, "a.service"), Knows(host, "b.service"), Knows(host, "c.service")));
    }

    [Fact]
    public void Units_that_only_name_each_other_go_together()
    {
        var host = new SimulatedHost(Service("a").With(Dependency.Wants, "b.service"), Service("b").With(Dependency.PartOf, "a.service"));
        host.Start("a.service").Run(1_000_000);
        host.Stop("b.service").Run(1_000_000);
        Assert.True(Knows(host, "b.service"));
        host.Stop("a.service").Run(1_000_000);
        Assert.Equal((false, false), (Knows(host, "a.service"), Knows(host, "b.service")));
    }

    [Fact]
    public void A_timers_service_keeps_what_is_known_of_its_last_run_until_the_timer_is_stopped()
    {
        var timer = new UnitDefinition
        {
            Name = UnitName.Parse("a.timer"), Description = "a", DefaultDependencies = false, FragmentPath = "/etc/a.timer",
            Timer = new() { Values = [new(TimerBase.Active, 1_000_000)] }, Triggers = UnitName.Parse("a.service"),
        };
        var host = new SimulatedHost(timer, Service("a", ServiceType.Oneshot)) { Programs = { ["/bin/a"] = Behaviour.Succeeds } };
        host.Start("a.timer").Run(5_000_000);
        Assert.NotEqual(default, host.Service("a").InactiveEnter);
        host.Stop("a.timer").Run(1_000_000);
        Assert.Equal((false, false), (Knows(host, "a.timer"), Knows(host, "a.service")));
    }

    [Fact]
    public void A_unit_with_processes_left_behind_stays_until_they_have_gone()
    {
        var host = new SimulatedHost(Service("a", also: s => s with { Kill = s.Kill with { Mode = KillMode.Process } }));
        host.Start("a.service").Run(1_000_000);
        host.Keep("a.service").Stop("a.service").Run(1_000_000);
        host.Do(() => host.Core.OnLeftOvers(UnitName.Parse("a.service")));
        host.Do(() => host.Core.Unreference(UnitName.Parse("a.service")));
        Assert.True(Knows(host, "a.service"));
        host.Do(() => host.Core.OnGroupEmpty(UnitName.Parse("a.service")));
        Assert.False(Knows(host, "a.service"));
    }

    [Fact]
    public void One_stays_while_the_handlers_of_its_end_are_at_work()
    {
        var host = new SimulatedHost(Service("a", ServiceType.Oneshot).With(Dependency.OnSuccess, "tell.service"), Service("tell", ServiceType.Oneshot))
        {
            Programs = { ["/bin/a"] = Behaviour.Succeeds, ["/bin/tell"] = Behaviour.Exits(0, after: 5_000_000) },
        };
        host.Start("a.service").Run(1_000_000);
        Assert.True(Knows(host, "a.service"));
        host.Run(10_000_000);
        Assert.Equal((false, false), (Knows(host, "a.service"), Knows(host, "tell.service")));
    }

    [Fact]
    public void Of_instances_that_others_may_start_only_the_newest_failures_are_kept()
    {
        var host = new SimulatedHost();
        host.Units.Otherwise = name => name is { IsInstance: true, Type: UnitType.Service }
            ? Service(name.Stem, ServiceType.Oneshot) with { Sereno = new() { AllowStart = ["alice"] } } : null;
        for (int i = 0; i < 200; i++)
        {
            host.Programs[$"/bin/t@{i}"] = Behaviour.Exits(1);
            host.Start($"t@{i}.service").Run(1_000_000);
        }
        Assert.Equal(Enumerable.Range(136, 64).Select(i => $"t@{i}.service"), host.Core.Graph.All.Where(u => u.Active == ActiveState.Failed).Select(u => u.Name.Full));
        host.Crash();
        host.Programs["/bin/t@200"] = Behaviour.Exits(1);
        host.Start("t@200.service").Run(10_000_000);
        Assert.Equal(64, host.Core.Graph.All.Count(u => u.Active == ActiveState.Failed));
        Assert.False(Knows(host, "t@136.service"));
    }

    private static bool Knows(SimulatedHost host, string unit) => host.Core.Graph.TryGet(UnitName.Parse(unit), out _);
}
