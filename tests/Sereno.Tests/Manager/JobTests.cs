using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;
using static Sereno.Tests.Simulation.UnitTable;

namespace Sereno.Tests.Manager;

public class JobTests
{
    [Fact]
    public void A_second_start_is_the_same_job()
    {
        var host = Slow();
        Assert.Same(host.Enqueue("a.service", JobType.Start), host.Enqueue("a.service", JobType.Start));
        host.Run();
        Assert.Single(host.Processes);
    }

    [Fact]
    public void A_stop_replaces_a_start_and_in_fail_mode_is_refused()
    {
        var host = Slow().Start("a.service").Run(1_000);
        Assert.Equal(ManagerErrorKind.TransactionIsDestructive, Assert.Throws<ManagerException>(() => host.Enqueue("a.service", JobType.Stop, JobMode.Fail)).Kind);
        host.Stop("a.service").Run();
        Assert.Equal([JobResult.Canceled, JobResult.Done], host.Ended.Select(e => e.Job.Result));
        Assert.Empty(host.Alive);
    }

    [Fact]
    public void An_irreversible_job_is_not_replaced()
    {
        var host = Slow().Start("a.service", JobMode.ReplaceIrreversibly).Run(1_000);
        Assert.Throws<ManagerException>(() => host.Stop("a.service"));
    }

    [Fact]
    public void Isolate_stops_everything_else_that_may_be_stopped()
    {
        var host = new SimulatedHost(Target("t").With(Dependency.Requires, "b.service") with { AllowIsolate = true }, Service("a"), Service("b"), Service("c") with { IgnoreOnIsolate = true });
        Assert.Throws<ManagerException>(() => host.Start("a.service", JobMode.Isolate));
        host.Start("a.service").Start("c.service").Run().Start("t.target", JobMode.Isolate).Run();
        Assert.Equal((ServiceState.Dead, ServiceState.Running, ServiceState.Running), (host.Service("a").State, host.Service("b").State, host.Service("c").State));
    }

    [Fact]
    public void Ignore_dependencies_pulls_nothing_in_and_waits_for_nothing()
    {
        var host = Slow();
        host.Units.Add(Service("b").With(Dependency.Requires, "a.service", "c.service").With(Dependency.After, "a.service"));
        host.Start("a.service").Run(1_000).Start("b.service", JobMode.IgnoreDependencies).Run(1_000);
        Assert.Equal(["a", "b"], host.Started);
        Assert.Equal(ServiceState.Running, host.Service("b").State);
    }

    [Fact]
    public void Ignore_requirements_keeps_the_order()
    {
        var host = Slow();
        host.Units.Add(Service("b").With(Dependency.Requires, "c.service").With(Dependency.After, "a.service"));
        host.Start("a.service").Run(1_000).Start("b.service", JobMode.IgnoreRequirements).Run(1_000);
        Assert.Equal(["a"], host.Started);
        host.Run();
        Assert.Equal(["a", "b"], host.Started);
    }

    [Fact]
    public void Flush_cancels_what_else_is_queued()
    {
        var host = Slow();
        host.Units.Add(Service("b"));
        host.Start("a.service").Run(1_000).Start("b.service", JobMode.Flush).Run(1_000);
        Assert.Equal(("a.service", JobResult.Canceled), (host.Ended[0].Job.Unit.Full, host.Ended[0].Job.Result));
    }

    [Fact]
    public void An_ordering_cycle_is_broken_at_what_is_only_wanted_and_its_chain_is_named()
    {
        var host = new SimulatedHost(Target("t").With(Dependency.Requires, "a.service").With(Dependency.Wants, "b.service"),
            Service("a").With(Dependency.After, "b.service"), Service("b").With(Dependency.After, "c.service").With(Dependency.Requires, "only-b.service"),
            Service("c").With(Dependency.After, "a.service"), Service("only-b"));
        host.Units.Add(host.Units.Load(UnitName.Parse("t.target")).With(Dependency.Requires, "c.service"));
        host.Start("t.target").Run();
        Assert.Equal(["a", "c"], host.Started.Order());
        Assert.Contains(host.Log, l => l.Contains("deleted to break ordering cycle", StringComparison.Ordinal) && l.Contains("b.service/start", StringComparison.Ordinal));
        foreach (string name in (string[])["a", "b", "c"])
            Assert.Contains(host.Log, l => l.Contains("Found ", StringComparison.Ordinal) && l.Contains($"on {name}.service/start", StringComparison.Ordinal));
    }

    [Fact]
    public void A_cycle_of_what_is_required_refuses_the_request()
    {
        var host = new SimulatedHost(Service("a").With(Dependency.After, "b.service").With(Dependency.Requires, "b.service"), Service("b").With(Dependency.After, "a.service"));
        Assert.Equal(ManagerErrorKind.TransactionOrderIsCyclic, Assert.Throws<ManagerException>(() => host.Start("a.service")).Kind);
    }

    [Fact]
    public void A_cycle_across_two_requests_is_refused_instead_of_waiting_for_ever()
    {
        var host = new SimulatedHost(Service("a", ServiceType.Oneshot).With(Dependency.After, "b.service"), Service("b", ServiceType.Oneshot).With(Dependency.After, "a.service"));
        host.Programs["/bin/a"] = host.Programs["/bin/b"] = Behaviour.Exits(0, after: 1_000_000);
        host.Start("a.service").Run(1_000);
        Assert.Throws<ManagerException>(() => host.Start("b.service"));
        host.Run();
        Assert.Empty(host.Core.Jobs.All);
    }

    [Fact]
    public void A_cancelled_start_fails_those_who_wait_for_it()
    {
        var host = Slow();
        host.Units.Add(Service("b").With(Dependency.Requires, "a.service").With(Dependency.After, "a.service"));
        host.Start("b.service").Run(1_000);
        host.Do(() => host.Core.Cancel(host["a.service"].Job!));
        host.Run();
        Assert.Equal([JobResult.Canceled, JobResult.Dependency], host.Ended.Select(e => e.Job.Result));
    }

    [Fact]
    public void Shutdown_stops_in_order_and_those_without_default_dependencies_last()
    {
        var host = new SimulatedHost(Target("shutdown"), Target("sysinit"), Target("basic"), Target("default").With(Dependency.Wants, "a.service", "b.service", "late.service"),
            Service("a").With(Dependency.After, "b.service") with { DefaultDependencies = true }, Service("b") with { DefaultDependencies = true }, Service("late"));
        host.Start("default.target").Run();
        var byName = host.Processes.ToDictionary(p => p.Path["/bin/".Length..]);
        host.Do(() => host.Core.Shutdown(7));
        host.Run();
        Assert.Equal(7, host.QuitCode);
        Assert.Empty(host.Alive);
        Assert.True(byName["b"].Signals[0].Time >= byName["a"].Ended);
        Assert.True(byName["late"].Signals[0].Time >= byName["b"].Ended);
        Assert.Throws<ManagerException>(() => host.Start("a.service"));
        Assert.Single(host.Effects.OfType<Quit>());
    }

    private static SimulatedHost Slow() => new(Service("a", ServiceType.Oneshot)) { Programs = { ["/bin/a"] = Behaviour.Exits(0, after: 5_000_000) } };
}
