using CsCheck;
using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;
using static Sereno.Tests.Simulation.UnitTable;

namespace Sereno.Tests.Manager;

/// <summary>Transactions over generated graphs, beside a reference that walks the relations as systemd.unit(5) tells them.</summary>
public class TransactionPropertyTests
{
    private const int Units = 10;
    private static readonly Dependency[] s_starts = [Dependency.Requires, Dependency.BindsTo, Dependency.Wants, Dependency.Upholds];
    private static readonly Dependency[] s_stops = [Dependency.Requires, Dependency.BindsTo, Dependency.PartOf, Dependency.Requisite, Dependency.StopPropagatedFrom];
    private static readonly Dependency[] s_kinds = [.. s_starts.Union(s_stops)];

    private static readonly Gen<(Dependency Kind, int From, int To)[]> s_edges =
        Gen.Select(Gen.Int[0, s_kinds.Length - 1].Select(i => s_kinds[i]), Gen.Int[0, Units - 1], Gen.Int[0, Units - 1]).Array[0, 20];

    [Fact]
    public void A_start_brings_up_what_it_pulls_in_and_nothing_else() => s_edges.Sample(edges =>
    {
        edges = [.. edges.Where(e => e.Kind != Dependency.Requisite)];
        var host = Build(edges).Start("u0.service").Run();
        var expected = Closure(0, i => edges.Where(e => e.From == i && s_starts.Contains(e.Kind)).Select(e => e.To));
        Assert.Equal(expected.Order(), Running(host));
        Assert.Empty(host.Core.Jobs.All);
    });

    [Fact]
    public void A_stop_takes_down_who_depends_and_nobody_else() => Gen.Select(s_edges, Gen.Int[0, Units - 1]).Sample((edges, stopped) =>
    {
        edges = [.. edges.Where(e => e.Kind != Dependency.Upholds)]; // which would start again what was stopped
        var host = Build(edges);
        for (int i = 0; i < Units; i++)
            host.Start($"u{i}.service", JobMode.IgnoreDependencies);
        host.Run();
        Assert.Equal(Units, Running(host).Count());
        host.Stop($"u{stopped}.service").Run();
        var expected = Closure(stopped, i => edges.Where(e => e.To == i && s_stops.Contains(e.Kind)).Select(e => e.From));
        Assert.Equal(Enumerable.Range(0, Units).Except(expected), Running(host));
    });

    [Fact]
    public void A_restart_restarts_who_depends_and_starts_nobody_who_was_not_there() => Gen.Select(s_edges, Gen.Int[0, Units - 1].Array[0, Units]).Sample((edges, up) =>
    {
        edges = [.. edges.Where(e => e.Kind is Dependency.Requires or Dependency.PartOf)];
        var host = Build(edges);
        var before = up.Append(0).Distinct().ToHashSet();
        foreach (int i in before)
            host.Start($"u{i}.service", JobMode.IgnoreDependencies);
        host.Run();
        int from = host.Processes.Count;
        host.Enqueue("u0.service", JobType.Restart);
        host.Run();
        var restarted = Closure(0, i => edges.Where(e => e.To == i && before.Contains(e.From)).Select(e => e.From));
        // Each of them is started anew, and a start pulls in what it requires.
        var expected = restarted.Union(restarted.SelectMany(r => Closure(r, i => edges.Where(e => e.From == i && e.Kind == Dependency.Requires && !before.Contains(e.To)).Select(e => e.To))));
        Assert.Equal(expected.Order(), host.Processes.Skip(from).Select(p => int.Parse(p.Path["/bin/u".Length..])).Distinct().Order());
    });

    [Theory]
    [InlineData(JobMode.IgnoreDependencies)]
    [InlineData(JobMode.IgnoreRequirements)]
    public void Modes_that_ignore_what_is_required_have_one_job(JobMode mode) => s_edges.Sample(edges =>
    {
        // What lasts beyond the start is looked at afterwards: who is upheld, and who is bound to nobody.
        var host = Build([.. edges.Where(e => e.Kind is not (Dependency.Upholds or Dependency.BindsTo))]).Start("u0.service", mode).Run();
        Assert.Equal("u0.service", host.Ended.Single().Job.Unit.Full);
        Assert.Equal(["u0"], host.Started);
    });

    [Fact]
    public void Isolating_leaves_the_closure_of_the_target() => Gen.Select(s_edges, Gen.Int[0, Units - 1]).Sample((edges, wanted) =>
    {
        edges = [.. edges.Where(e => e.Kind is Dependency.Requires or Dependency.Wants)];
        var host = Build(edges);
        host.Units.Add(Target("t").With(Dependency.Requires, $"u{wanted}.service") with { AllowIsolate = true });
        for (int i = 0; i < Units; i++)
            host.Start($"u{i}.service", JobMode.IgnoreDependencies);
        host.Run().Start("t.target", JobMode.Isolate).Run();
        Assert.Equal(Closure(wanted, i => edges.Where(e => e.From == i).Select(e => e.To)).Order(), Running(host));
    });

    [Fact]
    public void Every_job_ends_whatever_is_asked_in_whatever_mode() =>
        Gen.Select(s_edges, Gen.Select(Gen.Int[0, Units - 1], Gen.Int[0, Units - 1]).Array[0, 12], Gen.Select(Gen.Int[0, Units - 1], Gen.Int[0, 3], Gen.Int[0, 6]).Array[1, 12])
        .Sample((edges, orders, requests) =>
        {
            var host = Build(edges, orders);
            foreach (var (unit, type, mode) in requests)
                try
                {
                    host.Enqueue($"u{unit}.service", (JobType[])[JobType.Start, JobType.Stop, JobType.Restart, JobType.VerifyActive] is var types ? types[type] : default,
                        ((JobMode[])[JobMode.Replace, JobMode.Fail, JobMode.ReplaceIrreversibly, JobMode.Flush, JobMode.IgnoreDependencies, JobMode.IgnoreRequirements, JobMode.Replace])[mode]);
                    host.Run(100);
                }
                catch (ManagerException e)
                {
                    Assert.Contains(e.Kind, (ManagerErrorKind[])[ManagerErrorKind.TransactionOrderIsCyclic, ManagerErrorKind.TransactionJobsConflicting, ManagerErrorKind.TransactionIsDestructive]);
                }
            host.Run();
            Assert.Empty(host.Core.Jobs.All);
        });

    [Fact]
    public void A_cycle_of_ten_thousand_units_is_named_whole_and_refused_or_broken()
    {
        const int length = 10_000;
        foreach (var kind in (Dependency[])[Dependency.Requires, Dependency.Wants])
        {
            var host = new SimulatedHost();
            for (int i = 0; i < length; i++)
                host.Units.Add(Service($"c{i}").With(kind, $"c{(i + 1) % length}.service").With(Dependency.After, $"c{(i + 1) % length}.service"));
            if (kind == Dependency.Requires)
            {
                Assert.Equal(ManagerErrorKind.TransactionOrderIsCyclic, Assert.Throws<ManagerException>(() => host.Start("c0.service")).Kind);
                host.Do(() => { });
            }
            else
                Assert.Equal(["c0"], host.Start("c0.service").Run().Started); // without c1 nobody wants the others
            Assert.Equal(length, host.Log.Count(l => l.Contains("Found ", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void In_fail_mode_what_is_not_needed_stops_nothing()
    {
        var host = new SimulatedHost(Service("a").With(Dependency.Wants, "b.service"), Service("b").With(Dependency.Conflicts, "c.service"), Service("c"));
        host.Start("c.service").Run().Start("a.service", JobMode.Fail).Run();
        Assert.Equal(["a", "c"], host.Alive.Select(p => p.Path["/bin/".Length..]).Order());
    }

    [Fact]
    public void Triggering_stops_what_would_start_the_unit_again()
    {
        var host = new SimulatedHost(Service("a"), Plain("a.socket") with { Triggers = UnitName.Parse("a.service") });
        host.Start("a.socket").Start("a.service").Run();
        host.Enqueue("a.service", JobType.Stop, JobMode.Triggering);
        host.Run();
        Assert.Equal((ActiveState.Inactive, ActiveState.Inactive), (host["a.service"].Active, host["a.socket"].Active));
        Assert.Equal(ManagerErrorKind.InvalidArguments, Assert.Throws<ManagerException>(() => host.Start("a.service", JobMode.Triggering)).Kind);
    }

    [Fact]
    public void A_job_that_takes_too_long_times_out_and_fails_who_waits_for_it()
    {
        var host = new SimulatedHost(Service("a", ServiceType.Oneshot) with { Jobs = new() { RunningTimeoutUsec = 1_000_000, TimeoutAction = EmergencyAction.None } },
            Service("b").With(Dependency.Requires, "a.service").With(Dependency.After, "a.service")) { Programs = { ["/bin/a"] = Behaviour.Exits(0, after: 5_000_000) } };
        host.Start("b.service").Run(2_000_000);
        Assert.Equal([JobResult.Timeout, JobResult.Dependency], host.Ended.Where(e => e.Job.Unit.Type == UnitType.Service).Select(e => e.Job.Result));
    }

    [Fact]
    public void A_job_timeout_can_end_the_instance_and_a_reboot_has_its_own_exit_status()
    {
        var host = new SimulatedHost(Service("a", ServiceType.Oneshot) with { Jobs = new() { TimeoutUsec = 1_000_000, TimeoutAction = EmergencyAction.Reboot } })
        { Programs = { ["/bin/a"] = Behaviour.Exits(0, after: 5_000_000) } };
        host.Start("a.service").Run();
        Assert.Equal(ManagerCore.RebootStatus, host.QuitCode);
    }

    [Fact]
    public void Slices_hold_their_units_and_come_with_them()
    {
        var host = new SimulatedHost(Service("a") with { Slice = UnitName.Parse("x-y.slice") });
        host.Start("a.service").Run();
        Assert.All((string[])["x-y.slice", "x.slice", "-.slice", "system.slice"], s => Assert.True(s == "system.slice" || host[s].Active == ActiveState.Active));
        host.Stop("x.slice").Run();
        Assert.Empty(host.Alive);
        Assert.Equal(ManagerErrorKind.JobTypeNotApplicable, Assert.Throws<ManagerException>(() => host.Stop("-.slice")).Kind);
    }

    private static IEnumerable<int> Running(SimulatedHost host) => host.Alive.Select(p => int.Parse(p.Path["/bin/u".Length..])).Order();

    private static HashSet<int> Closure(int start, Func<int, IEnumerable<int>> next)
    {
        var all = new HashSet<int>();
        var work = new Stack<int>([start]);
        while (work.TryPop(out int i))
            if (all.Add(i))
                foreach (int other in next(i))
                    work.Push(other);
        return all;
    }

    private static SimulatedHost Build((Dependency Kind, int From, int To)[] edges, (int From, int To)[]? orders = null)
    {
        var host = new SimulatedHost();
        for (int i = 0; i < Units; i++)
        {
            var unit = Service($"u{i}");
            foreach (var edge in edges.Where(e => e.From == i && e.To != i).Distinct())
                unit = unit.With(edge.Kind, $"u{edge.To}.service");
            foreach (var (_, to) in orders?.Where(o => o.From == i && o.To != i).Distinct() ?? [])
                unit = unit.With(Dependency.After, $"u{to}.service");
            host.Units.Add(unit);
        }
        return host;
    }
}
