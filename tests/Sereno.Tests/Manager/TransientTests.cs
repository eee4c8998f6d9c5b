using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Manager.Spawn;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Load;
using Sereno.Units.Model;
using Xunit;
using static Sereno.Tests.Simulation.UnitTable;

namespace Sereno.Tests.Manager;

public class TransientTests
{
    [Fact]
    public void A_transient_unit_is_forgotten_at_its_end()
    {
        var host = new SimulatedHost(Transient("a"));
        host.Start("a.service").Run(1_000_000);
        host.Stop("a.service").Run(1_000_000);
        Assert.False(Knows(host, "a.service"));
        Assert.Equal("/run/systemd/transient/a.service", host.Effects.OfType<ForgetUnit>().Single().FragmentPath);
        var told = host.Effects.FindIndex(e => e is JobEnded { Type: JobType.Stop });
        Assert.InRange(told, 0, host.Effects.FindIndex(e => e is ForgetUnit)); // first the end is told
    }

    [Fact]
    public void Who_looks_at_it_may_ask_how_it_ended()
    {
        var host = new SimulatedHost(Transient("a"));
        host.Start("a.service").Run(1_000_000);
        host.Do(() => host.Core.Reference(host["a.service"]));
        host.Do(() => host.Core.Reference(host["a.service"]));
        host.Stop("a.service").Run(60_000_000);
        host.Do(() => host.Core.Unreference(UnitName.Parse("a.service")));
        host.Do(host.Core.Reload);
        Assert.True(Knows(host, "a.service"));
        host.Do(() => host.Core.Unreference(UnitName.Parse("a.service")));
        Assert.False(Knows(host, "a.service"));
    }

    [Fact]
    public void One_that_ended_before_a_crash_is_forgotten_after_it()
    {
        var host = new SimulatedHost(Transient("a"));
        host.Start("a.service").Run(1_000_000);
        host.Do(() => host.Core.Reference(host["a.service"]));
        host.Stop("a.service").Run(1_000_000);
        Assert.True(Knows(host, "a.service"));
        host.Crash();
        host.Run(1_000_000);
        Assert.True(Knows(host, "a.service")); // who waited for it may come back
        host.Run(10_000_000);
        Assert.False(Knows(host, "a.service"));
    }

    [Fact]
    public void Standard_streams_of_the_caller_go_with_the_service_and_outlive_a_crash()
    {
        var host = new SimulatedHost(Transient("a"));
        host.Do(() =>
        {
            var service = (ServiceUnit)host.Core.LoadTransient(UnitName.Parse("a.service"));
            service.Streams = [new(71, "stdin", false), new(72, "stdout", false)];
            host.Core.Enqueue(service, JobType.Start, JobMode.Fail);
        });
        host.Run(1_000_000);
        var spawn = host.Effects.OfType<SpawnProcess>().Single();
        Assert.Equal([71UL, 72UL], spawn.Descriptors);
        Assert.Equal([new UseDescriptor(0, 0), new UseDescriptor(1, 1)], spawn.Plan.Steps.OfType<UseDescriptor>());
        Assert.DoesNotContain(spawn.Plan.Command.Environment, v => v.StartsWith("LISTEN_FDS", StringComparison.Ordinal));
        host.Crash();
        Assert.Equal(["stdin", "stdout"], ((ServiceUnit)host["a.service"]).Streams.Select(s => s.Name));
        host.Stop("a.service").Run(1_000_000);
        Assert.Equal([71UL, 72UL], host.Effects.OfType<DropDescriptor>().Select(d => d.Id));
    }

    private static UnitDefinition Transient(string name) => Service(name) with { IsTransient = true, FragmentPath = $"/run/systemd/transient/{name}.service" };

    private static bool Knows(SimulatedHost host, string unit) => host.Core.Graph.TryGet(UnitName.Parse(unit), out _);

    [Theory]
    [InlineData(CollectMode.Inactive, true)]
    [InlineData(CollectMode.InactiveOrFailed, false)]
    public void One_that_failed_stays_unless_CollectMode_says_otherwise(CollectMode mode, bool stays)
    {
        var host = new SimulatedHost(Service("a") with { IsTransient = true, Jobs = JobSettings.Default with { CollectMode = mode } }) { Programs = { ["/bin/a"] = Behaviour.Exits(1) } };
        host.Start("a.service").Run();
        Assert.Equal(stays, host.Core.Graph.TryGet(UnitName.Parse("a.service"), out _));
    }

    [Fact]
    public void A_scope_takes_its_processes_and_is_over_with_the_last_of_them()
    {
        var host = new SimulatedHost(Scope("s"));
        ((ScopeUnit)host["s.scope"]).Pids = [4711];
        host.Keep("s.scope").Start("s.scope").Run(1_000_000);
        Assert.Equal(4711, host.Effects.OfType<AttachProcesses>().Single().Pids.Single());
        Assert.Equal(("running", ActiveState.Active), (host["s.scope"].SubState, host["s.scope"].Active));
        host.Do(() => host.Core.OnGroupEmpty(UnitName.Parse("s.scope")));
        Assert.Equal(ActiveState.Inactive, host["s.scope"].Active);
        host.Start("s.scope");
        Assert.Equal(JobResult.Once, host.Ended[^1].Job.Result); // its processes can't be had again
    }

    [Fact]
    public void A_scope_is_stopped_by_signals_and_a_manager_that_dies_meanwhile_goes_on()
    {
        var host = new SimulatedHost(Scope("s"));
        ((ScopeUnit)host["s.scope"]).Pids = [4711];
        host.Start("s.scope").Run(1_000_000);
        host.Crash();
        Assert.Equal(ActiveState.Active, host["s.scope"].Active);
        host.Stop("s.scope").Run();
        Assert.Contains(host.Effects.OfType<KillGroup>(), k => k is { Signal: 15, Unit.Full: "s.scope" });
        Assert.Equal(ActiveState.Inactive, host["s.scope"].Active);
    }

    [Fact]
    public void A_transient_file_has_each_setting_in_its_section() =>
        Assert.Equal(
            """
            # This is a transient unit file, created programmatically via the systemd API. Do not edit.
            [Unit]
            Description=x

            [Service]
            User=nobody
            ExecStart="/bin/true"

            """, TransientUnit.File(UnitType.Service, [new("User", "nobody"), new("Description", "x"), new("ExecStart", "\"/bin/true\"")]));

    private static UnitDefinition Scope(string name) => new()
    {
        Name = UnitName.Parse(name + ".scope"), Description = name, DefaultDependencies = false, FragmentPath = $"/run/systemd/transient/{name}.scope",
        Scope = new(new()),
    };
}
