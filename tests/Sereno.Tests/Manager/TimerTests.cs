using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Sereno.Units.Values;
using Xunit;

namespace Sereno.Tests.Manager;

/// <summary>Timers on a virtual clock, which begins a second after boot, at 2023-11-14 22:13:21 UTC.</summary>
public class TimerTests
{
    private const ulong Second = 1_000_000, Minute = 60 * Second, Hour = 60 * Minute, Day = 24 * Hour;

    private static UnitDefinition Timer(string name, Func<TimerDefinition, TimerDefinition> with, string? starts = null) => new()
    {
        Name = UnitName.Parse(name + ".timer"),
        Description = name,
        DefaultDependencies = false,
        Timer = with(new()),
        Triggers = UnitName.Parse((starts ?? name) + ".service"),
    };

    private static TimerValue After(TimerBase from, ulong usec) => new(from, usec);

    private static TimerValue At(string expression)
    {
        Assert.Equal(ParseError.None, CalendarEvent.Read(expression, default(ZoneNames) with { Standard = "", Daylight = "" }, out var calendar));
        return new(TimerBase.Calendar, 0, calendar);
    }

    /// <summary>A oneshot that takes a second, and its timer, which is started.</summary>
    private static SimulatedHost Started(Func<TimerDefinition, TimerDefinition> with, Func<UnitDefinition, UnitDefinition>? also = null)
    {
        var host = Host(with, also);
        host.Start("a.timer");
        return host;
    }

    private static SimulatedHost Host(Func<TimerDefinition, TimerDefinition> with, Func<UnitDefinition, UnitDefinition>? also = null) =>
        new(UnitTable.Service("a", ServiceType.Oneshot), also is null ? Timer("a", with) : also(Timer("a", with))) { Programs = { ["/bin/a"] = Behaviour.Exits(0) with { EndsAfter = Second } } };

    private static TimerUnit Of(SimulatedHost host) => (TimerUnit)host["a.timer"];

    private static IEnumerable<ulong> Starts(SimulatedHost host) => host.Processes.Select(p => p.Started / Second);

    [Fact]
    public void Monotonic_values_count_each_from_its_own_beginning()
    {
        var boot = Started(t => t with { Values = [After(TimerBase.Boot, 10 * Second)] });
        Assert.Equal((TriggerState.Waiting, 10 * Second), (Of(boot).State, Of(boot).NextMonotonic));
        Assert.Equal([10ul], Starts(boot.Run()));
        Assert.Equal(TriggerState.Elapsed, Of(boot).State);

        var active = Started(t => t with { Values = [After(TimerBase.Active, 5 * Second), After(TimerBase.Active, 9 * Second)] });
        Assert.Equal([6ul, 10ul], Starts(active.Run()));

        // From the unit's last start, and from its last end; neither begins by itself.
        var repeated = Started(t => t with { Values = [After(TimerBase.Active, Second), After(TimerBase.UnitActive, 10 * Second)] });
        Assert.Equal([2ul, 12ul, 22ul, 32ul], Starts(repeated.Run(35 * Second)));
        var rested = Started(t => t with { Values = [After(TimerBase.Active, Second), After(TimerBase.UnitInactive, 10 * Second)] });
        Assert.Equal([2ul, 13ul, 24ul], Starts(rested.Run(30 * Second)));
        var never = Started(t => t with { Values = [After(TimerBase.UnitActive, Second)] });
        Assert.Empty(Starts(never.Run(Hour)));
        Assert.Equal(TriggerState.Elapsed, Of(never).State);
        // It hears of a start that others ask for.
        Assert.InRange(Starts(never.Start("a.service").Run(10 * Second)).Count(), 4, 10);
    }

    [Fact]
    public void A_calendar_event_starts_the_unit_each_time()
    {
        var host = Started(t => t with { Values = [At("*-*-* 00/6:00"), At("*:30")] });
        Assert.Equal("2023-11-14 22:30:00", Wall(Of(host).NextRealtime));
        host.Run(8 * Hour);
        Assert.Equal(["22:30", "23:30", "00:00", "00:30", "01:30", "02:30", "03:30", "04:30", "05:30", "06:00"], host.Processes.Select(p => Wall(p.Started + 1_700_000_000 * Second)[11..16]));
        Assert.Equal("2023-11-15 06:00:00", Wall(Of(host).LastTrigger.Realtime));
    }

    [Fact]
    public void Local_events_follow_the_machines_zone_and_its_change()
    {
        var host = Host(t => t with { Values = [At("00:00")] });
        host.Machine.LocalZone = Zones.FromVariable("CET-1CEST,M3.5.0,M10.5.0/3");
        host.Start("a.timer");
        Assert.Equal("2023-11-14 23:00:00", Wall(Of(host).NextRealtime));
        host.Machine.LocalZone = Zones.FromVariable("EST5");
        host.Do(() => host.Core.OnZoneChanged());
        Assert.Equal("2023-11-15 05:00:00", Wall(Of(host).NextRealtime));
        Assert.Contains(host.Effects, e => e is Sereno.Manager.WatchClock);
    }

    [Fact]
    public void A_clock_that_is_set_moves_what_is_awaited()
    {
        var host = Started(t => t with { Values = [At("daily")] });
        host.Run(2 * Hour);
        Assert.Single(host.Processes);
        // Two days back: the night comes again. Three days on: it is midnight at once, and once.
        host.ClockShift -= 2 * (long)Day;
        host.Do(host.Core.OnClockChanged);
        Assert.Equal("2023-11-14 00:00:00", Wall(Of(host).NextRealtime));
        host.ClockShift += 3 * (long)Day;
        host.Do(host.Core.OnClockChanged);
        host.Run(Minute);
        Assert.Equal(2, host.Processes.Count);
        Assert.Equal("2023-11-17 00:00:00", Wall(Of(host).NextRealtime));
    }

    [Fact]
    public void OnClockChange_and_OnTimezoneChange_need_no_other_value()
    {
        var host = Started(t => t with { OnClockChange = true, OnTimezoneChange = true });
        Assert.Equal((TriggerState.Waiting, 0ul, 0ul), (Of(host).State, Of(host).NextRealtime, Of(host).NextMonotonic));
        host.Do(host.Core.OnClockChanged);
        host.Run(Minute);
        host.Do(host.Core.OnZoneChanged);
        host.Run(Minute);
        Assert.Equal(2, host.Processes.Count);
    }

    [Fact]
    public void A_stamp_remembers_the_last_run_and_makes_up_for_a_missed_one()
    {
        const string Stamp = "/var/lib/systemd/timers/stamp-a.timer";
        var fresh = Started(t => t with { Persistent = true, Values = [At("daily")] });
        Assert.Equal("2023-11-14 22:13:21", Wall(fresh.Machine.FileTimes[Stamp]));
        Assert.Empty(fresh.Run(Minute).Processes);
        fresh.Run(2 * Hour);
        Assert.Equal("2023-11-15 00:00:00", Wall(fresh.Machine.FileTimes[Stamp]));

        var late = Host(t => t with { Persistent = true, Values = [At("daily")] });
        late.Machine.FileTimes[Stamp] = (1_700_000_000 - 3 * 86_400) * Second;
        late.Start("a.timer").Run(Minute);
        Assert.Single(late.Processes);

        var wrong = Host(t => t with { Persistent = true, Values = [At("daily")] });
        wrong.Machine.FileTimes[Stamp] = 1_800_000_000 * Second;
        wrong.Start("a.timer").Run(Minute);
        Assert.Empty(wrong.Processes);
        Assert.Contains(wrong.Log, l => l.Contains("as it is in the future"));
    }

    [Fact]
    public void A_random_delay_is_added_and_a_fixed_one_is_always_the_same()
    {
        var host = Host(t => t with { RandomizedDelayUsec = 10 * Second, Values = [After(TimerBase.Boot, 5 * Second)] });
        host.Machine.Chance = 13 * Second;
        Assert.Equal([8ul], Starts(host.Start("a.timer").Run()));
        ulong[] fixedDelays = [.. Enumerable.Range(0, 3).Select(i =>
        {
            var again = Host(t => t with { RandomizedDelayUsec = Hour, FixedRandomDelay = true, Values = [After(TimerBase.Boot, 5 * Second)] });
            again.Machine.Chance = (ulong)i;
            return Of(again.Start("a.timer")).NextMonotonic;
        })];
        Assert.Single(fixedDelays.Distinct());
        Assert.Equal(FixedDelay.Hash("0123456789abcdef0123456789abcdef", true, 0, "a.timer") % Hour + 5 * Second, fixedDelays[0]);
    }

    [Fact]
    public void RemainAfterElapse_says_whether_a_timer_that_is_over_stays()
    {
        var gone = Started(t => t with { RemainAfterElapse = false, Values = [After(TimerBase.Active, Second)] }).Run();
        Assert.Equal((TriggerState.Dead, ActiveState.Inactive), (Of(gone).State, Of(gone).Active));
        // What may come again stays in any case.
        var stays = Started(t => t with { RemainAfterElapse = false, Values = [After(TimerBase.UnitActive, Second)] }).Run();
        Assert.Equal(TriggerState.Elapsed, Of(stays).State);
    }

    [Fact]
    public void While_its_unit_runs_a_timer_waits_for_the_end()
    {
        var host = Host(t => t with { Values = [At("*:*:00/2")] });
        host.Programs["/bin/a"] = Behaviour.Exits(0) with { EndsAfter = 5 * Second };
        host.Start("a.timer").Run(30 * Second);
        var starts = Starts(host).ToList();
        Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 5, $"{pair}"));
        Assert.InRange(starts.Count, 4, 6);
    }

    [Fact]
    public void The_unit_learns_who_started_it_and_when()
    {
        var host = Started(t => t with { Values = [After(TimerBase.Boot, 10 * Second)] }).Run();
        string[] environment = [.. host.Effects.OfType<Sereno.Manager.SpawnProcess>().Single().Plan.Command.Environment];
        Assert.Contains("TRIGGER_UNIT=a.timer", environment);
        Assert.Contains("TRIGGER_TIMER_MONOTONIC_USEC=10000000", environment);
        host.Enqueue("a.service", JobType.Start);
        host.Run();
        Assert.DoesNotContain(host.Effects.OfType<Sereno.Manager.SpawnProcess>().Last().Plan.Command.Environment, v => v.StartsWith("TRIGGER_"));
    }

    [Fact]
    public void Without_a_unit_to_start_a_timer_fails_to_start()
    {
        var host = new SimulatedHost(Timer("a", t => t with { Values = [After(TimerBase.Boot, Hour)] }));
        host.Start("a.timer");
        Assert.Equal((ActiveState.Inactive, JobResult.Failed), (host["a.timer"].Active, host.Ended.Last().Job.Result));
        Assert.Contains("a.timer: Refusing to start, unit a.service to trigger not loaded.", host.Log);
    }

    [Fact]
    public void A_stop_ends_the_wait_and_a_new_start_begins_anew()
    {
        var host = Started(t => t with { Values = [After(TimerBase.Active, 10 * Second)] });
        host.Stop("a.timer").Run(Minute);
        Assert.Equal((TriggerState.Dead, TimerUnit.Never), (Of(host).State, Of(host).NextMonotonic));
        Assert.Empty(host.Processes);
        Assert.Single(host.Start("a.timer").Run(Minute).Processes);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(11)]
    [InlineData(25)]
    public void A_manager_that_dies_leaves_its_timers_to_the_next(ulong after)
    {
        var host = Started(t => t with { Values = [After(TimerBase.Boot, 10 * Second), After(TimerBase.UnitActive, 10 * Second)] });
        host.Run(after * Second);
        host.Crash();
        host.Run(49 * Second - host.Now);
        Assert.Equal([10ul, 20ul, 30ul, 40ul], Starts(host));
    }

    [Fact]
    public void A_reload_takes_the_new_times()
    {
        var host = Started(t => t with { Values = [After(TimerBase.Boot, Hour)] });
        host.Units.Add(Timer("a", t => t with { Values = [After(TimerBase.Boot, Minute)] }));
        host.Do(host.Core.Reload);
        Assert.Equal((TriggerState.Waiting, Minute), (Of(host).State, Of(host).NextMonotonic));
        Assert.Single(host.Run(2 * Minute).Processes);
    }

    [Fact]
    public void A_timer_whose_file_has_gone_fails_at_the_reload()
    {
        var host = Started(t => t with { Values = [After(TimerBase.Boot, Hour)] });
        host.Units.Remove("a.timer");
        host.Do(host.Core.Reload);
        Assert.Equal((TriggerState.Failed, TriggerResult.Resources), (Of(host).State, Of(host).Result));
        Assert.Contains("a.timer: Unit to trigger vanished.", host.Log);
        Assert.Empty(host.Run(2 * Hour).Processes);
    }

    [Fact]
    public void Starts_without_end_hit_the_start_limit()
    {
        var host = Started(t => t with { Values = [After(TimerBase.Boot, Hour)] });
        host.Keep("a.timer");
        for (int i = 0; i < 5; i++)
            host.Stop("a.timer").Start("a.timer");
        Assert.Equal((TriggerState.Failed, TriggerResult.StartLimitHit), (Of(host).State, Of(host).Result));
        host.Do(Of(host).ResetFailed);
        Assert.Equal(TriggerState.Waiting, Of(host.Start("a.timer")).State);
    }

    [Fact]
    public void Values_out_of_range_never_elapse_and_never_overflow()
    {
        var host = Started(t => t with { RandomizedDelayUsec = ulong.MaxValue, Values = [After(TimerBase.Boot, ulong.MaxValue - 5), After(TimerBase.Active, ulong.MaxValue)] });
        Assert.Empty(host.Run(Day).Processes);
        Assert.NotEqual(TriggerState.Failed, Of(host).State);
    }

    private static string Wall(ulong usec) => DateTime.UnixEpoch.AddTicks((long)usec * 10).ToString("yyyy-MM-dd HH:mm:ss");
}
