using Sereno.Bus.Wire;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>org.freedesktop.systemd1.Timer and .Path.</summary>
internal static class TriggerInterfaces
{
    public static BusInterface<TimerSnapshot> Timer() => new BusInterface<TimerSnapshot>("org.freedesktop.systemd1.Timer")
        .String("Unit", t => t.Unit, Emits.Const)
        .Property("TimersMonotonic", "a(stt)", (t, w) => WriteValues(t, w, calendar: false), Emits.Invalidation)
        .Property("TimersCalendar", "a(sst)", (t, w) => WriteValues(t, w, calendar: true), Emits.Invalidation)
        .Bool("OnClockChange", t => t.Definition.OnClockChange, Emits.Const)
        .Bool("OnTimezoneChange", t => t.Definition.OnTimezoneChange, Emits.Const)
        .UInt64("NextElapseUSecRealtime", t => t.NextElapseRealtime, Emits.Change)
        .UInt64("NextElapseUSecMonotonic", t => t.NextElapseMonotonic, Emits.Change)
        .UInt64("LastTriggerUSec", t => t.LastTrigger.Realtime, Emits.Change)
        .UInt64("LastTriggerUSecMonotonic", t => t.LastTrigger.Monotonic, Emits.Change)
        .String("Result", t => t.Result, Emits.Change)
        .UInt64("AccuracyUSec", t => t.Definition.AccuracyUsec, Emits.Const)
        .UInt64("RandomizedDelayUSec", t => t.Definition.RandomizedDelayUsec, Emits.Const)
        .Bool("FixedRandomDelay", t => t.Definition.FixedRandomDelay, Emits.Const)
        .Bool("Persistent", t => t.Definition.Persistent, Emits.Const)
        .Bool("WakeSystem", t => t.Definition.WakeSystem, Emits.Const)
        .Bool("RemainAfterElapse", t => t.Definition.RemainAfterElapse, Emits.Const);

    public static BusInterface<PathSnapshot> Path() => new BusInterface<PathSnapshot>("org.freedesktop.systemd1.Path")
        .String("Unit", p => p.Unit, Emits.Const)
        .Property("Paths", "a(ss)", (p, w) =>
        {
            using var rows = w.Array('(');
            foreach (var spec in p.Definition.Specs.Reverse())
            {
                w.WriteStruct();
                w.WriteString(spec.Kind.ToString());
                w.WriteString(spec.Path);
            }
        }, Emits.Const)
        .Bool("MakeDirectory", p => p.Definition.MakeDirectory, Emits.Const)
        .UInt32("DirectoryMode", p => p.Definition.DirectoryMode, Emits.Const)
        .String("Result", p => p.Result, Emits.Change)
        .UInt64("TriggerLimitIntervalUSec", p => p.Definition.TriggerLimitIntervalUsec, Emits.Const)
        .UInt32("TriggerLimitBurst", p => p.Definition.TriggerLimitBurst, Emits.Const);

    /// <summary>The last value first, as systemd keeps them.</summary>
    private static void WriteValues(TimerSnapshot timer, MessageWriter w, bool calendar)
    {
        using var rows = w.Array('(');
        for (int i = timer.Definition.Values.Length - 1; i >= 0; i--)
        {
            var value = timer.Definition.Values[i];
            if (value.Calendar is not null != calendar)
                continue;
            w.WriteStruct();
            w.WriteString(calendar ? "OnCalendar" : $"On{value.Base}USec");
            if (value.Calendar is { } expression)
                w.WriteString(expression.ToString());
            else
                w.WriteUInt64(value.Usec);
            w.WriteUInt64(i < timer.Elapses.Length ? timer.Elapses[i] : 0);
        }
    }
}
