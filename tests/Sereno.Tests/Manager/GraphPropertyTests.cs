using CsCheck;
using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Manager;

/// <summary>What holds for every graph and every schedule. A failure prints the seed that replays it.</summary>
public class GraphPropertyTests
{
    private const int MaxUnits = 9;
    private static readonly Dependency[] s_pulls = [Dependency.Requires, Dependency.Wants, Dependency.BindsTo];

    /// <summary>One service: how it behaves, what it pulls in, and which of the units before it (by index) it comes after.</summary>
    private sealed record Node(ServiceType Type, int Milliseconds, bool Fails, (Dependency Kind, int To)[] Pulls, int[] After, RestartPolicy Restart)
    {
        public override string ToString() =>
            $"{Type} {Milliseconds}ms{(Fails ? " fails" : "")} {Restart} [{string.Join(' ', Pulls.Select(p => $"{p.Kind}={p.To}"))}] After=[{string.Join(' ', After)}]";
    }

    private static readonly Gen<Node> s_node = Gen.Select(
        Of(ServiceType.Simple, ServiceType.Oneshot, ServiceType.Notify, ServiceType.Forking), Gen.Int[1, 400], Gen.Int[0, 5],
        Gen.Select(Of(s_pulls), Gen.Int[0, MaxUnits - 1]).Array[0, 3], Gen.Int[0, MaxUnits - 1].Array[0, 3],
        Of(RestartPolicy.No, RestartPolicy.No, RestartPolicy.OnFailure),
        (type, ms, fails, pulls, after, restart) => new Node(type, ms, fails == 0, pulls, after, restart));

    private static readonly Gen<Node[]> s_graph = s_node.Array[2, MaxUnits];

    [Fact]
    public void Whoever_comes_after_starts_when_the_other_is_ready_and_stops_first() => s_graph.Sample(nodes =>
    {
        nodes = [.. nodes.Select(n => n with { Fails = false })];
        var host = Build(nodes, cyclic: false);
        host.Start("u0.service").Run(60_000_000);
        var first = host.Processes.Where(p => p.SpawnId != 0).GroupBy(p => p.Unit).ToDictionary(g => g.Key.Full, g => g.First());
        foreach (var (before, after) in Orders(nodes, cyclic: false))
            if (first.TryGetValue(before, out var one) && first.TryGetValue(after, out var two))
                Assert.True(two.Started >= Ready(nodes, one), $"{after} began before {before} was ready");
        Assert.Empty(host.Core.Jobs.All);
        OnlyOneAtATime(host);
        var alive = host.Alive.GroupBy(p => p.Unit).ToDictionary(g => g.Key.Full, g => g.ToList());
        StopAll(host);
        foreach (var (before, after) in Orders(nodes, cyclic: false))
            if (alive.TryGetValue(before, out var ones) && alive.TryGetValue(after, out var twos) && ones[0].Signals.Count > 0)
                Assert.True(ones[0].Signals[0].Time >= twos.Max(p => p.Ended), $"{before} was stopped before {after} had gone");
    });

    // After= is about jobs (systemd.unit(5)): a start job that failed for a dependency lets others start though its process
    // is still on its way, and a restart may pull in a unit that runs by then. What holds of every start is said here.
    [Fact]
    public void Nobody_starts_while_a_job_of_a_unit_before_it_is_queued() => s_graph.Sample(nodes =>
    {
        var host = Build(nodes, cyclic: false);
        var before = Orders(nodes, cyclic: false).ToLookup(o => o.After, o => o.Before);
        int compared = 0;
        host.SpawnDelay = spawn =>
        {
            if (host.Core.Load(spawn.Unit).Job is { IsStopping: false })
                foreach (string other in before[spawn.Unit.Full])
                {
                    compared++;
                    Assert.True(host.Core.Load(UnitName.Parse(other)).Job is null, $"{spawn.Unit} began while {other} had a job");
                }
            return 10;
        };
        host.Start("u0.service").Run(60_000_000);
        Assert.True(compared > 0 || !before.Any(o => host.Started.Contains(o.Key[..2])));
    });

    [Fact]
    public void All_that_is_required_is_started_and_nothing_else() => s_graph.Sample(nodes =>
    {
        nodes = [.. nodes.Select(n => n with { Fails = false })];
        var host = Build(nodes, cyclic: false).Start("u0.service").Run(60_000_000);
        var expected = new HashSet<int>();
        var work = new Stack<int>([0]);
        while (work.TryPop(out int next))
            if (expected.Add(next))
                foreach (var (_, to) in nodes[next].Pulls)
                    if (to < nodes.Length)
                        work.Push(to);
        Assert.Equal(expected.Select(i => $"u{i}").Order(), host.Started.Distinct().Order());
    });

    [Fact]
    public void Nobody_starts_after_a_requirement_that_failed() => s_graph.Sample(nodes =>
    {
        var host = Build([.. nodes.Select(n => n with { Restart = RestartPolicy.No })], cyclic: false).Start("u0.service").Run(60_000_000);
        foreach (var (time, job) in host.Ended.Where(e => e.Job is { Type: JobType.Start, Result: JobResult.Failed }))
            for (int i = 0; i < nodes.Length; i++)
                if (nodes[i].Pulls.DistinctBy(p => p.To).Any(p => p.Kind is Dependency.Requires or Dependency.BindsTo && $"u{p.To}.service" == job.Unit.Full)
                    && Orders(nodes, cyclic: false).Contains((job.Unit.Full, $"u{i}.service")))
                    Assert.DoesNotContain($"u{i}", host.Started);
    });

    [Fact]
    public void Every_job_ends_also_where_the_order_has_cycles() => s_graph.Sample(nodes =>
    {
        var host = Build(nodes, cyclic: true);
        foreach (int i in Enumerable.Range(0, nodes.Length))
            try
            {
                host.Enqueue($"u{i}.service", i % 4 == 3 ? JobType.Restart : JobType.Start);
                host.Run((ulong)nodes[i].Milliseconds * 500);
            }
            catch (ManagerException e)
            {
                Assert.Contains(e.Kind, (ManagerErrorKind[])[ManagerErrorKind.TransactionOrderIsCyclic, ManagerErrorKind.TransactionJobsConflicting]);
            }
        host.Run();
        Assert.Empty(host.Core.Jobs.All);
        OnlyOneAtATime(host);
    });

    [Fact]
    public void An_explicit_stop_leaves_nothing_running_or_restarting() => Gen.Select(s_graph, Gen.Int[0, 2000]).Sample((nodes, milliseconds) =>
    {
        var host = Build([.. nodes.Select(n => n with { Restart = RestartPolicy.Always, Type = n.Type == ServiceType.Oneshot ? ServiceType.Simple : n.Type })], cyclic: false);
        host.Start("u0.service").Run((ulong)milliseconds * 1000);
        StopAll(host);
        Assert.Empty(host.Alive);
        Assert.Empty(host.Core.Jobs.All);
        Assert.All(host.Core.Graph.All.OfType<ServiceUnit>(), u => Assert.True(u.IsInactiveOrFailed, $"{u} is {u.SubState}"));
    });

    [Fact]
    public void A_shutdown_ends_everything_and_quits_once() => Gen.Select(s_graph, Gen.Int[0, 2000]).Sample((nodes, milliseconds) =>
    {
        var host = Build(nodes, cyclic: true);
        host.Units.Add(UnitTable.Target("shutdown"));
        try
        {
            host.Start("u0.service");
        }
        catch (ManagerException)
        {
            return; // a cycle that can't be broken
        }
        host.Run((ulong)milliseconds * 1000);
        host.Do(() => host.Core.Shutdown(3));
        host.Run();
        Assert.Equal(3, host.QuitCode);
        Assert.Empty(host.Alive);
        Assert.Single(host.Effects.OfType<Quit>());
    });

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static SimulatedHost Build(Node[] nodes, bool cyclic)
    {
        var host = new SimulatedHost();
        for (int i = 0; i < nodes.Length; i++)
        {
            var node = nodes[i];
            ulong time = (ulong)node.Milliseconds * 1000;
            var unit = UnitTable.Service($"u{i}", node.Type, s => s with { Restart = node.Restart });
            foreach (var (kind, to) in node.Pulls.Where(p => p.To < nodes.Length && p.To != i).DistinctBy(p => p.To))
                // A oneshot that is over is inactive: nobody can be bound to it.
                unit = unit.With(nodes[to].Type == ServiceType.Oneshot ? Dependency.Requires : kind, $"u{to}.service");
            host.Units.Add(unit.With(Dependency.After, node.After.Where(a => a < nodes.Length && a != i && (cyclic || a > i)).Distinct().Select(a => $"u{a}.service")));
            host.Programs[$"/bin/u{i}"] = node.Type switch
            {
                _ when node.Fails => Behaviour.Exits(1, time),
                ServiceType.Oneshot => Behaviour.Exits(0, time),
                ServiceType.Notify => Behaviour.Notifying("READY=1", time),
                ServiceType.Forking => Behaviour.Forking(Behaviour.Daemon, after: time),
                _ => Behaviour.Daemon,
            };
        }
        return host;
    }

    private static IEnumerable<(string Before, string After)> Orders(Node[] nodes, bool cyclic) =>
        from i in Enumerable.Range(0, nodes.Length)
        from a in nodes[i].After
        where a < nodes.Length && a != i && (cyclic || a > i)
        select ($"u{a}.service", $"u{i}.service");

    /// <summary>When the start of this process's unit was over, well or badly.</summary>
    private static ulong Ready(Node[] nodes, SimulatedProcess process)
    {
        var node = nodes[int.Parse(process.Path["/bin/u".Length..])];
        bool atOnce = node.Type == ServiceType.Simple;
        return process.Started + (atOnce ? 0 : Math.Min((ulong)node.Milliseconds * 1000, (process.Ended ?? ulong.MaxValue) - process.Started));
    }

    private static void OnlyOneAtATime(SimulatedHost host)
    {
        foreach (var unit in host.Processes.Where(p => p.SpawnId != 0).GroupBy(p => p.Unit))
            foreach (var (one, next) in unit.Zip(unit.Skip(1)))
                Assert.True(one.Ended <= next.Started, $"{unit.Key} ran twice at a time");
    }

    private static void StopAll(SimulatedHost host)
    {
        host.Units.Add(UnitTable.Target("none") with { AllowIsolate = true });
        host.Start("none.target", JobMode.Isolate).Run();
    }
}
