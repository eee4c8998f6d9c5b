using Sereno.Manager;
using Sereno.Manager.Jobs;
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
    public void A_transient_unit_is_forgotten_some_seconds_after_its_end()
    {
        var host = new SimulatedHost(Service("a") with { IsTransient = true, FragmentPath = "/run/systemd/transient/a.service" });
        host.Do(() => host.Core.LoadTransient(UnitName.Parse("a.service")));
        host.Start("a.service").Run(1_000_000);
        host.Stop("a.service").Run(1_000_000);
        Assert.True(host.Core.Graph.TryGet(UnitName.Parse("a.service"), out _)); // who started it may ask how it ended
        host.Run();
        Assert.False(host.Core.Graph.TryGet(UnitName.Parse("a.service"), out _));
        Assert.Equal("/run/systemd/transient/a.service", host.Effects.OfType<ForgetUnit>().Single().FragmentPath);
    }

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
        host.Start("s.scope").Run(1_000_000);
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
