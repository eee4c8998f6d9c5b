using System.Diagnostics;
using Sereno.Manager;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Manager;

/// <summary>Generous limits, for noisy machines: they catch what grows with the square.</summary>
public class ScaleTests
{
    private const int Count = 10_000;

    [Fact]
    public void Ten_thousand_units_of_one_target_load_start_and_stop_in_seconds()
    {
        string[] names = [.. Enumerable.Range(0, Count).Select(i => $"u{i}.service")];
        var host = new SimulatedHost(UnitTable.Target("big").With(Dependency.Wants, names) with { DefaultDependencies = true },
            UnitTable.Target("shutdown"), UnitTable.Target("sysinit"), UnitTable.Target("basic"));
        foreach (string name in names)
            host.Units.Add(UnitTable.Service(name[..^".service".Length]) with { DefaultDependencies = true });
        var load = Time(() => host.Core.Load(UnitName.Parse("big.target")));
        var start = Time(() => host.Start("big.target").Run());
        Assert.Equal(Count, host.Alive.Count());
        var stop = Time(() => host.Do(() => host.Core.Shutdown(0)));
        host.Run();
        Assert.Equal(0, host.QuitCode);
        Assert.True(load < TimeSpan.FromSeconds(20), $"loading took {load}");
        Assert.True(start < TimeSpan.FromSeconds(100), $"starting took {start}");
        Assert.True(stop < TimeSpan.FromSeconds(60), $"ordering the stop took {stop}");
        TestContext.Current.TestOutputHelper?.WriteLine($"load {load}, start {start}, stop {stop}");
    }

    [Fact]
    public void A_watchdog_that_is_fed_all_the_time_keeps_one_timer()
    {
        var timers = new Timers();
        object key = new();
        for (ulong i = 0; i < 1_000_000; i++)
            timers.Arm(key, 1_000_000 + i);
        Assert.Equal(1_999_999UL, timers.Next);
        Assert.False(timers.TryTake(1_999_998, out _));
        Assert.True(timers.TryTake(1_999_999, out _));
        Assert.Null(timers.Next);
    }

    [Fact]
    public void A_limit_that_was_not_needed_keeps_nobody_in_memory()
    {
        var timers = new Timers();
        object lasting = new();
        timers.Arm(lasting, 5_000);
        for (ulong i = 0; i < 100_000; i++)
        {
            object brief = new();
            timers.Arm(brief, 90_000_000 + i);
            timers.Disarm(brief);
            Assert.InRange(timers.Places, 1, 100);
        }
        Assert.Equal(5_000UL, timers.DeadlineOf(lasting));
        Assert.Equal(5_000UL, timers.Next);
        timers.Arm(lasting, 7_000);
        Assert.False(timers.TryTake(6_999, out _));
        Assert.True(timers.TryTake(7_000, out object? key));
        Assert.Same(lasting, key);
    }

    private static TimeSpan Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start);
    }
}
