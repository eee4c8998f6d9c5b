using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;
using static Sereno.Tests.Simulation.UnitTable;

namespace Sereno.Tests.Manager;

/// <summary>AllowStart=: who may start a unit besides root, and what he can't do by that.</summary>
public class AllowStartTests
{
    private const uint Alice = 1001, Bob = 1002, Starters = 4000, Others = 4001, Overflow = 65534;

    [Theory]
    [InlineData("alice", true)]
    [InlineData("1001", true)]
    [InlineData("@starters", true)]
    [InlineData("bob @starters", true)]
    [InlineData("bob", false)]
    [InlineData("@others", false)]
    [InlineData("starters", false)] // a user of that name
    [InlineData("@alice", false)] // a group of that name
    [InlineData("ghost @ghosts", false)]
    [InlineData("", false)]
    public void Only_who_is_named_or_in_a_group_that_is_named_may(string words, bool may)
    {
        var host = Host(Allow(Service("a"), words));
        Assert.Equal(may, Ask(host, "a.service") is null);
        host.Run(1_000_000);
        Assert.Equal(may ? ServiceState.Running : ServiceState.Dead, host.Service("a").State);
        Assert.Contains(host.Log, l => l.Contains("user alice (uid 1001), PID 77"));
    }

    [Fact]
    public void Who_is_refused_hears_what_would_permit_it()
    {
        var host = Host(Service("a"), Allow(Service("b"), "bob"));
        Assert.Equal("Access denied for user alice (uid 1001): only root may; AllowStart=alice in [X-Sereno] of the unit would permit it.", Ask(host, "a.service")?.Message);
        Assert.Equal("Access denied for user alice (uid 1001): AllowStart=bob names neither that user nor a group of theirs.", Ask(host, "b.service")?.Message);
        Assert.NotNull(Ask(host, "nothing.service"));
        Assert.Contains("a.service: Refused a start that user alice (uid 1001), PID 77, asked for: only root may; AllowStart=alice in [X-Sereno] of the unit would permit it.", host.Log);
    }

    [Fact]
    public void Accounts_that_have_no_number_here_are_nobody()
    {
        var host = Host(Allow(Service("a"), "nobody @nogroup"));
        Assert.NotNull(Ask(host, "a.service", new(77, Overflow, [Overflow])));
    }

    [Fact]
    public void Only_a_start_and_only_in_modes_that_leave_others_alone()
    {
        var host = Host(Allow(Service("a"), "alice") with { AllowIsolate = true });
        Assert.NotNull(Ask(host, "a.service", isStart: false));
        foreach (var mode in Enum.GetValues<JobMode>())
            Assert.Equal(mode is JobMode.Replace or JobMode.Fail, Ask(host, "a.service", mode: mode) is null);
    }

    [Fact]
    public void What_the_unit_needs_is_started_with_it_without_being_permitted_itself()
    {
        var host = Host(Allow(Service("a").With(Dependency.Requires, "b.service"), "alice"), Service("b"));
        Assert.Null(Ask(host, "a.service"));
        host.Run(1_000_000);
        Assert.Equal(ServiceState.Running, host.Service("b").State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_that_runs_is_stopped_by_a_conflict_whoever_declares_it(bool declaredByStarted)
    {
        UnitDefinition a = Allow(Service("a").With(Dependency.Requires, "c.service"), "alice"), b = Service("b"), c = Service("c");
        var host = Host(a, declaredByStarted ? b : b.With(Dependency.Conflicts, "c.service"), declaredByStarted ? c.With(Dependency.Conflicts, "b.service") : c);
        host.Start("b.service").Run(1_000_000);
        foreach (var mode in (JobMode[])[JobMode.Replace, JobMode.Fail])
            Assert.Equal("Access denied: starting a.service would stop b.service, which only root may.", Ask(host, "a.service", mode: mode)?.Message);
        host.Run(1_000_000);
        Assert.Equal((ServiceState.Running, ServiceState.Dead), (host.Service("b").State, host.Service("a").State));
        host.Stop("b.service").Run(1_000_000);
        Assert.Null(Ask(host, "a.service")); // nothing is in the way any more
    }

    [Fact]
    public void A_stop_that_root_has_asked_for_is_not_called_off()
    {
        var host = Host(Allow(Service("a", also: s => s with { TimeoutStopUsec = 60_000_000 }).With(Dependency.Requires, "b.service"), "alice"), Service("b", also: s => s with { TimeoutStopUsec = 60_000_000 }));
        host.Programs["/bin/a"] = host.Programs["/bin/b"] = Behaviour.Hangs;
        host.Start("a.service").Run(1_000_000);
        host.Stop("b.service").Run(1_000_000);
        Assert.StartsWith("Access denied: ", Ask(host, "a.service")?.Message);
        host.Run();
        Assert.Empty(host.Alive);
        Assert.Null(Ask(host, "a.service"));
    }

    [Fact]
    public void Who_asks_again_and_again_does_not_fill_the_log_and_the_others_are_still_heard()
    {
        var host = Host(Service("a"));
        for (int i = 0; i < 1000; i++)
            Ask(host, "a.service");
        Ask(host, "a.service", new(78, Bob, [Bob]));
        Assert.InRange(host.Log.Count(l => l.Contains("uid 1001")), 10, 12);
        Assert.Contains(host.Log, l => l.Contains("user bob (uid 1002), PID 78"));
        host.Run(20_000_000);
    }

    private static SimulatedHost Host(params UnitDefinition[] units)
    {
        var host = new SimulatedHost(units);
        foreach (var (name, uid) in (ReadOnlySpan<(string, uint)>)[("alice", Alice), ("bob", Bob), ("starters", 3000), ("nobody", Overflow)])
        {
            host.Machine.Users[name] = new(name, uid, uid, "/", "/bin/sh");
            host.Machine.Users[$"{uid}"] = host.Machine.Users[name];
        }
        foreach (var (name, gid) in (ReadOnlySpan<(string, uint)>)[("starters", Starters), ("others", Others), ("alice", 3001), ("nogroup", Overflow)])
            host.Machine.Groups[name] = gid;
        return host;
    }

    /// <summary>As the host does it.</summary>
    private static ManagerException? Ask(SimulatedHost host, string unit, Stranger? who = null, bool isStart = true, JobMode mode = JobMode.Replace)
    {
        ManagerException? refusal = null;
        host.Do(() =>
        {
            try
            {
                var its = host.Core.Load(UnitName.Parse(unit));
                host.Core.Admit(who ?? new(77, Alice, [Alice, Starters]), its, isStart, mode);
                host.Core.Enqueue(its, JobType.Start, JobMode.Replace, onlyStarts: true);
            }
            catch (ManagerException e)
            {
                Assert.Equal(ManagerErrorKind.AccessDenied, e.Kind);
                refusal = e;
            }
        });
        return refusal;
    }

    private static UnitDefinition Allow(UnitDefinition unit, string words) => unit with { Sereno = new() { AllowStart = [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)] } };
}
