using CsCheck;
using Sereno.Manager;
using Sereno.Manager.Checkpoint;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;
using static Sereno.Tests.Simulation.UnitTable;
using static Sereno.Tests.Simulation.UnitTableExtensions;

namespace Sereno.Tests.Manager;

public class CheckpointTests
{
    [Fact]
    public void A_log_that_is_cut_anywhere_is_read_up_to_its_last_whole_turn()
    {
        UnitCheckpoint[][] turns = [[Record("a", 1), Record("b", 1)], [Record("a", 2)], [Record("b", 3), Record("c", 1)]];
        byte[][] frames = [.. turns.Select(t => CheckpointLog.Frame(t))];
        byte[] log = [.. frames.SelectMany(f => f)];
        for (int cut = 0; cut <= log.Length; cut++)
        {
            int whole = 0;
            for (int used = 0; whole < frames.Length && (used += frames[whole].Length) <= cut; whole++) { }
            var expected = turns.Take(whole).SelectMany(t => t).GroupBy(r => r.Name).Select(g => (g.Key, g.Last().NextJob));
            Assert.Equal(expected, CheckpointLog.Read(log.AsSpan(0, cut)).Select(r => (r.Name, r.NextJob)));
        }
    }

    [Fact]
    public void A_log_with_a_wrong_byte_is_read_up_to_it() => Gen.Select(Gen.Int[0, 10_000], Gen.Int[1, 255]).Sample((at, flip) =>
    {
        byte[] one = CheckpointLog.Frame(Record("a", 1)), two = CheckpointLog.Frame(Record("b", 2));
        byte[] log = [.. one, .. two];
        at %= log.Length;
        log[at] ^= (byte)flip;
        Assert.True(CheckpointLog.Read(log).Count <= (at < one.Length ? 0 : 1));
    });

    /// <summary>Each scenario is run once undisturbed, then once for every step at which the manager can die.</summary>
    [Theory]
    [InlineData("sections")]
    [InlineData("restarting")]
    [InlineData("stop")]
    [InlineData("hanging")]
    [InlineData("forking")]
    [InlineData("transaction")]
    [InlineData("reload")]
    [InlineData("shutdown")]
    public void A_manager_that_dies_at_any_step_makes_no_difference_in_the_end(string scenario)
    {
        int steps = 0;
        string expected = Play(scenario, () => steps++);
        Assert.True(steps > 5);
        for (int crash = 0; crash < steps; crash++)
        {
            int step = 0, at = crash;
            string actual = Play(scenario, () =>
            {
                if (step++ == at)
                    throw new SimulatedCrashException();
            });
            Assert.True(expected == actual, $"after a crash at step {at} of {steps}:\n{actual}\ninstead of\n{expected}");
        }
    }

    [Fact]
    public void A_service_whose_file_has_gone_is_still_stopped_by_the_next_manager()
    {
        var host = new SimulatedHost(Service("a")).Start("a.service").Run();
        host.Units.Remove("a.service");
        host.Crash();
        Assert.Equal(ServiceState.Running, host.Service("a").State);
        host.Stop("a.service").Run();
        Assert.Empty(host.Alive);
    }

    [Fact]
    public void A_process_that_ended_while_nobody_watched_is_noticed()
    {
        var host = new SimulatedHost(Service("a", ServiceType.Forking)) { Programs = { ["/bin/a"] = Behaviour.Forking(Behaviour.Daemon) } };
        host.Start("a.service").Run();
        host.Crash();
        Assert.Equal(ServiceState.Running, host.Service("a").State);
        Assert.Equal(host.Alive.Single().Pid, host.Service("a").Main.Pid);
    }

    [Fact]
    public void Timeouts_and_limits_go_on_where_they_stood()
    {
        var host = new SimulatedHost(Service("a", also: s => s with { RuntimeMaxUsec = 10_000_000 }), Service("b", ServiceType.Notify, s => s with { TimeoutStartUsec = 10_000_000 }));
        host.Start("a.service").Start("b.service").Run(8_000_000);
        host.Crash();
        host.Run(1_500_000);
        Assert.Equal((ServiceState.Running, ServiceState.Start), (host.Service("a").State, host.Service("b").State));
        host.Run(1_000_000);
        Assert.Equal((ServiceResult.Timeout, ServiceResult.Timeout), (host.Service("a").Result, host.Service("b").Result));
    }

    [Fact]
    public void Daemon_reload_keeps_state_and_takes_what_the_files_say_now()
    {
        var host = new SimulatedHost(Service("a"), Service("b", ServiceType.Oneshot)) { Programs = { ["/bin/b"] = Behaviour.Exits(1) } };
        host.Start("a.service").Start("b.service").Run();
        int pid = host.Service("a").Main.Pid;
        host.Units.Add(Service("a", also: s => s with { ExecStop = Commands("/bin/stop") }).With(Dependency.Wants, "c.service")).Add(Service("c"));
        host.Programs["/bin/stop"] = Behaviour.Succeeds;
        host.Do(host.Core.Reload);
        Assert.Equal((ServiceState.Running, pid, ServiceState.Failed), (host.Service("a").State, host.Service("a").Main.Pid, host.Service("b").State));
        host.Enqueue("a.service", JobType.Restart);
        host.Run();
        Assert.Contains("c", host.Started);
        Assert.Contains("stop", host.Started);
    }

    [Fact]
    public void Questions_for_units_that_nobody_needs_do_not_fill_the_memory()
    {
        var host = new SimulatedHost(Service("a"));
        host.Units.Otherwise = name => name.Full.StartsWith("pair", StringComparison.Ordinal)
            ? Service(name.Stem).With(Dependency.Wants, $"riap{name.Stem[4..]}.service")
            : name.Full.StartsWith("riap", StringComparison.Ordinal) ? Service(name.Stem).With(Dependency.PartOf, $"pair{name.Stem[4..]}.service") : null;
        host.Start("a.service").Run();
        int units = host.Core.Graph.All.Count;
        for (int i = 0; i < 500; i++)
            host.Do(() => host.Core.Load(UnitName.Parse(i % 2 == 0 ? $"x{i}.service" : $"pair{i}.service")));
        Assert.Equal(units, host.Core.Graph.All.Count);
    }

    private static UnitCheckpoint Record(string name, uint nextJob) => new() { Name = name + ".service", NextJob = nextJob };

    private static string Play(string scenario, Action beforeStep)
    {
        var host = new SimulatedHost { BeforeStep = beforeStep };
        foreach (string quick in (string[])["p", "q", "s", "t", "r", "x", "y"])
            host.Programs["/bin/" + quick] = Behaviour.Exits(0, after: 20_000);
        host.Programs["/bin/hang"] = Behaviour.Hangs;
        host.Programs["/bin/fork"] = Behaviour.Forking(Behaviour.Daemon, pidAfter: 30_000, after: 10_000);
        host.Programs["/bin/fail"] = Behaviour.Exits(3, after: 10_000);
        host.Units.Add(Target("shutdown")).Add(Target("sysinit")).Add(Target("basic"));
        host.Units.Add(Service("a", also: s => s with
        {
            ExecStartPre = Commands("/bin/p", "/bin/x"), ExecStartPost = Commands("/bin/q"), ExecReload = Commands("/bin/r"),
            ExecStop = Commands("/bin/s"), ExecStopPost = Commands("/bin/t"),
            Exec = s.Exec with { Directories = s.Exec.Directories.Add(DirectoryKind.Runtime, new(["a"])) },
        }));
        host.Units.Add(Service("storm", also: s => s with { ExecStart = Commands("/bin/fail"), Restart = RestartPolicy.OnFailure }).With(Dependency.OnFailure, "tell.service"));
        host.Units.Add(Service("tell", ServiceType.Oneshot, s => s with { ExecStart = Commands("/bin/y") }));
        host.Units.Add(Service("hang", also: s => s with { ExecStart = Commands("/bin/hang"), TimeoutStopUsec = 2_000_000 }));
        host.Units.Add(Service("fork", ServiceType.Forking, s => s with { ExecStart = Commands("/bin/fork"), PidFile = "/run/fork.pid" }));
        host.Units.Add(Service("one", ServiceType.Oneshot, s => s with { ExecStart = Commands("/bin/x", "/bin/y"), RemainAfterExit = true }));
        host.Units.Add(Target("all").With(Dependency.Requires, "a.service", "one.service").With(Dependency.Wants, "fork.service", "hang.service").With(Dependency.After, "a.service"));
        host.Units.Add(Service("bound").With(Dependency.BindsTo, "a.service").With(Dependency.After, "a.service", "one.service"));

        switch (scenario)
        {
            case "sections":
                host.Start("a.service").Run();
                break;
            case "restarting":
                host.Start("storm.service").Run();
                break;
            case "stop":
                host.Start("bound.service").Run();
                host.Stop("a.service").Run();
                break;
            case "hanging":
                host.Start("hang.service").Run();
                host.Stop("hang.service").Run();
                break;
            case "forking":
                host.Start("fork.service").Run();
                host.Enqueue("fork.service", JobType.Restart);
                host.Run();
                break;
            case "transaction":
                host.Start("all.target").Start("bound.service").Run();
                host.Enqueue("a.service", JobType.Restart);
                host.Run();
                break;
            case "reload":
                host.Start("a.service").Run();
                host.Enqueue("a.service", JobType.Reload);
                host.Run();
                break;
            case "shutdown":
                host.Start("all.target").Run();
                host.Do(() => host.Core.Shutdown(0));
                // The order to stop is the keeper's to repeat, so is asking for the end.
                if (!host.Core.IsStopping)
                    host.Do(() => host.Core.Shutdown(0));
                host.Run();
                break;
        }
        // One that is over is forgotten, after a crash a little later.
        var units = host.Core.Graph.All.OfType<ServiceUnit>().Where(u => u is not { State: ServiceState.Dead, Result: ServiceResult.Success }).OrderBy(u => u.Name)
            .Select(u => $"{u} {u.State} {u.Result} restarts={u.Restarts} main={(u.Main.Pid == 0 ? "-" : host.Processes.Find(p => p.Pid == u.Main.Pid)!.Path)}");
        var processes = host.Processes.Where(p => p.SpawnId != 0).GroupBy(p => p.Path).OrderBy(g => g.Key).Select(g => $"{g.Key} x{g.Count()}");
        return string.Join('\n', units.Concat(processes).Append($"alive {host.Alive.Count()} jobs {host.Core.Jobs.All.Count}")
            .Append($"released {string.Join(' ', host.Effects.OfType<ReleaseUnit>().Select(r => r.Unit.Full).Distinct().Order())}"));
    }
}
