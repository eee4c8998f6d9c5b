using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;
using static Sereno.Tests.Simulation.UnitTable;

namespace Sereno.Tests.Manager;

public class DependencyTests
{
    [Fact]
    public void Requires_and_BindsTo_fail_with_what_they_need_and_Wants_does_not()
    {
        foreach (var (kind, runs) in ((Dependency, bool)[])[(Dependency.Requires, false), (Dependency.BindsTo, false), (Dependency.Wants, true)])
        {
            var host = new SimulatedHost(Service("a").With(kind, "b.service").With(Dependency.After, "b.service"), Service("b", ServiceType.Oneshot)) { Programs = { ["/bin/b"] = Behaviour.Exits(1) } };
            host.Start("a.service").Run();
            Assert.Equal(runs, host.Started.Contains("a"));
            Assert.Equal(runs ? JobResult.Done : JobResult.Dependency, host.Ended.Single(e => e.Job.Unit.Full == "a.service").Job.Result);
        }
    }

    [Fact]
    public void Requisite_starts_nothing_and_wants_it_active()
    {
        var host = new SimulatedHost(Service("a").With(Dependency.Requisite, "b.service").With(Dependency.After, "b.service"), Service("b"));
        host.Start("a.service").Run();
        Assert.Empty(host.Processes);
        Assert.Equal(JobResult.Dependency, host.Ended.Single(e => e.Job.Unit.Full == "a.service").Job.Result);
        host.Start("b.service").Run().Start("a.service").Run();
        Assert.Equal(["b", "a"], host.Started);
    }

    [Fact]
    public void A_wanted_unit_whose_requirement_is_missing_does_not_fail_the_whole()
    {
        var host = new SimulatedHost(Target("t").With(Dependency.Wants, "bad.service", "good.service"),
            Service("bad").With(Dependency.Requires, "missing.service"), Service("good"));
        host.Start("t.target").Run();
        Assert.Equal(["good"], host.Started);
        Assert.Equal(ActiveState.Active, host["t.target"].Active);
    }

    [Fact]
    public void A_required_unit_whose_requirement_is_missing_refuses_the_request()
    {
        var host = new SimulatedHost(Target("t").With(Dependency.Wants, "bad.service").With(Dependency.Requires, "x.service"),
            Service("bad").With(Dependency.Requires, "missing.service"), Service("x").With(Dependency.Requires, "bad.service"));
        var e = Assert.Throws<ManagerException>(() => host.Start("t.target"));
        Assert.Equal("Unit missing.service not found.", e.Message);
        Assert.Empty(host.Core.Jobs.All);
    }

    [Fact]
    public void BindsTo_follows_a_service_that_ends_by_itself_and_Requires_does_not()
    {
        var host = new SimulatedHost(Service("a").With(Dependency.BindsTo, "c.service"), Service("b").With(Dependency.Requires, "c.service"), Service("c"));
        host.Programs["/bin/c"] = Behaviour.Exits(0, after: 1_000_000);
        host.Start("a.service").Start("b.service").Run();
        Assert.Equal((ServiceState.Dead, ServiceState.Running), (host.Service("a").State, host.Service("b").State));
    }

    [Theory]
    [InlineData(Dependency.Requires, true, true)]
    [InlineData(Dependency.BindsTo, true, true)]
    [InlineData(Dependency.PartOf, true, true)]
    [InlineData(Dependency.Wants, false, false)]
    [InlineData(Dependency.StopPropagatedFrom, true, false)]
    public void A_stop_and_a_restart_reach_dependents_by(Dependency kind, bool stops, bool restarts)
    {
        var host = new SimulatedHost(Service("a").With(kind, "b.service"), Service("b"));
        host.Start("b.service").Start("a.service").Run();
        host.Enqueue("b.service", JobType.Restart);
        host.Run();
        Assert.Equal(restarts ? 2 : 1, host.Started.Count(p => p == "a"));
        host.Stop("b.service").Run();
        Assert.Equal(stops ? ServiceState.Dead : ServiceState.Running, host.Service("a").State);
    }

    [Fact]
    public void Conflicts_stop_the_other_side_before_this_one_starts()
    {
        var host = new SimulatedHost(Service("a").With(Dependency.Conflicts, "b.service").With(Dependency.After, "b.service"), Service("b"));
        host.Start("b.service").Run().Start("a.service").Run();
        Assert.Equal((ServiceState.Running, ServiceState.Dead), (host.Service("a").State, host.Service("b").State));
        Assert.True(host.Processes[1].Started >= host.Processes[0].Ended);
        host.Start("b.service").Run();
        Assert.Equal(ServiceState.Dead, host.Service("a").State);
    }

    [Fact]
    public void Ordered_units_stop_in_reverse()
    {
        var host = new SimulatedHost(Target("t").With(Dependency.Requires, "a.service", "b.service"),
            Service("a").With(Dependency.After, "b.service").With(Dependency.PartOf, "t.target"), Service("b").With(Dependency.PartOf, "t.target"));
        host.Start("t.target").Run().Stop("t.target").Run();
        Assert.Equal(["b", "a"], host.Started);
        Assert.True(host.Processes[0].Signals[0].Time >= host.Processes[1].Ended);
    }

    [Fact]
    public void OnFailure_and_OnSuccess_start_their_units_at_the_end_and_not_before_a_restart()
    {
        foreach (var (status, expected) in ((int, string)[])[(1, "bad"), (0, "good")])
        {
            var host = new SimulatedHost(Service("a").With(Dependency.OnFailure, "bad.service").With(Dependency.OnSuccess, "good.service"), Service("bad"), Service("good"));
            host.Programs["/bin/a"] = Behaviour.Exits(status);
            host.Start("a.service").Run();
            Assert.Equal(["a", expected], host.Started);
        }
        var restarting = new SimulatedHost(Service("a", also: s => s with { Restart = RestartPolicy.Always }).With(Dependency.OnFailure, "bad.service"), Service("bad"));
        restarting.Programs["/bin/a"] = Behaviour.Exits(1);
        restarting.Start("a.service").Run();
        Assert.Equal("a a a a a bad", string.Join(' ', restarting.Started)); // once, when the start limit ends it
    }

    [Fact]
    public void OnFailure_hears_of_a_start_that_failed_by_a_dependency()
    {
        var host = new SimulatedHost(Service("a").With(Dependency.Requires, "b.service").With(Dependency.After, "b.service").With(Dependency.OnFailure, "bad.service"),
            Service("b", ServiceType.Oneshot), Service("bad"));
        host.Programs["/bin/b"] = Behaviour.Exits(1);
        host.Start("a.service").Run();
        Assert.Equal(["b", "bad"], host.Started);
    }

    [Fact]
    public void StopWhenUnneeded_stops_with_the_last_that_needs_it()
    {
        var host = new SimulatedHost(Service("a").With(Dependency.Requires, "c.service"), Service("b").With(Dependency.Wants, "c.service"), Service("c") with { StopWhenUnneeded = true });
        host.Start("a.service").Start("b.service").Run().Stop("a.service").Run();
        Assert.Equal(ServiceState.Running, host.Service("c").State);
        host.Stop("b.service").Run();
        Assert.Equal(ServiceState.Dead, host.Service("c").State);
    }

    [Fact]
    public void Upholds_starts_again_what_has_ended_but_not_for_ever()
    {
        var host = new SimulatedHost(Service("a").With(Dependency.Upholds, "b.service"), Service("b") with { StartLimitBurst = 1000 });
        host.Programs["/bin/b"] = Behaviour.Exits(0);
        host.Start("a.service").Run();
        Assert.InRange(host.Started.Count(p => p == "b"), 10, 20);
        host.Programs["/bin/b"] = Behaviour.Daemon;
    }

    [Fact]
    public void Reloads_are_propagated()
    {
        var host = new SimulatedHost(Reloadable("a").With(Dependency.PropagatesReloadTo, "b.service"), Reloadable("b"), Reloadable("c").With(Dependency.ReloadPropagatedFrom, "a.service"));
        host.Programs["/bin/r"] = Behaviour.Succeeds;
        host.Start("a.service").Start("b.service").Start("c.service").Run();
        host.Enqueue("a.service", JobType.Reload);
        host.Run();
        Assert.Equal(3, host.Started.Count(p => p == "r"));

        static UnitDefinition Reloadable(string name) => Service(name, also: s => s with { ExecReload = UnitTableExtensions.Commands("/bin/r") });
    }

    [Theory]
    [InlineData(false, JobResult.Done)]
    [InlineData(true, JobResult.Assert)]
    public void An_unmet_condition_skips_and_an_unmet_assert_fails(bool isAssert, JobResult result)
    {
        var host = new SimulatedHost(Service("a").When("PathExists", isAssert)) { Machine = { Conditions = { ["PathExists"] = false } } };
        host.Start("a.service").Run();
        Assert.Equal((result, ServiceState.Dead, false), (host.Ended.Single().Job.Result, host.Service("a").State, host.Service("a").ConditionsMet));
        Assert.Empty(host.Processes);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("+", true)]
    [InlineData("-", false)]
    [InlineData("+-", false)]
    [InlineData("!-", true)]
    [InlineData("!+", false)]
    [InlineData("|-", false)]
    [InlineData("|-|+", true)]
    [InlineData("+|-", false)]
    [InlineData("+|-|+", true)]
    [InlineData("-|+", false)]
    [InlineData("?", true)]
    [InlineData("!?", true)]
    public void All_plain_conditions_and_one_of_the_triggering_must_hold(string conditions, bool starts)
    {
        var host = new SimulatedHost { Machine = { Conditions = { ["+"] = true, ["-"] = false } } };
        var unit = Service("a");
        foreach (System.Text.RegularExpressions.Match m in System.Text.RegularExpressions.Regex.Matches(conditions, @"(\|?)(!?)([-+?])"))
            unit = unit.When(m.Groups[3].Value, isTrigger: m.Groups[1].Length > 0, negated: m.Groups[2].Length > 0);
        host.Units.Add(unit);
        host.Start("a.service").Run();
        Assert.Equal(starts, host.Started.Any());
    }

    [Fact]
    public void What_Sereno_provides_itself_does_not_fail_those_who_require_it()
    {
        var host = new SimulatedHost(Service("a").With(Dependency.Requires, "syslog.socket").With(Dependency.After, "syslog.socket"),
            new UnitDefinition { Name = UnitName.Parse("syslog.socket"), Description = "Provided by Sereno", DefaultDependencies = false });
        host.Start("a.service").Run();
        Assert.Equal(ServiceState.Running, host.Service("a").State);
    }
}
