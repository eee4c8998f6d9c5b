using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>[Timer] and [Path] (systemd.timer(5), systemd.path(5)).</summary>
internal static partial class DirectiveTable
{
    private static IEnumerable<DirectiveRow> TimerRows()
    {
        foreach (string key in (string[])["OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec", "OnCalendar"])
            yield return Enforced("Timer", key, ReadTimerValue);
        yield return TimerSwitch("OnClockChange", (t, on) => t with { OnClockChange = on });
        yield return TimerSwitch("OnTimezoneChange", (t, on) => t with { OnTimezoneChange = on });
        yield return TimerSwitch("Persistent", (t, on) => t with { Persistent = on });
        yield return TimerSwitch("RemainAfterElapse", (t, on) => t with { RemainAfterElapse = on });
        yield return TimerSwitch("FixedRandomDelay", (t, on) => t with { FixedRandomDelay = on });
        yield return Ignored("Timer", "WakeSystem", "not supported: nothing here wakes the machine; the timer elapses when it is awake",
            r => r.Unit.Timer = r.Unit.Timer with { WakeSystem = r.Boolean() ?? r.Unit.Timer.WakeSystem });
        yield return Emulated("Timer", "AccuracySec", "the timer elapses at the beginning of that span, never later to meet others",
            r => r.Unit.Timer = r.Unit.Timer with { AccuracyUsec = r.Seconds() ?? r.Unit.Timer.AccuracyUsec });
        yield return Enforced("Timer", "RandomizedDelaySec", r => r.Unit.Timer = r.Unit.Timer with { RandomizedDelayUsec = r.Seconds() ?? r.Unit.Timer.RandomizedDelayUsec });
        yield return Enforced("Timer", "Unit", ReadTrigger);
    }

    private static IEnumerable<DirectiveRow> PathRows()
    {
        foreach (var kind in Enum.GetValues<PathKind>())
            yield return Enforced("Path", kind.ToString(), r => ReadPathSpec(r, kind));
        yield return Enforced("Path", "Unit", ReadTrigger);
        yield return Enforced("Path", "MakeDirectory", r => r.Unit.Path = r.Unit.Path with { MakeDirectory = r.Boolean() ?? r.Unit.Path.MakeDirectory });
        yield return Enforced("Path", "DirectoryMode", r => r.Unit.Path = r.Unit.Path with { DirectoryMode = r.Mode() ?? r.Unit.Path.DirectoryMode });
        yield return Enforced("Path", "TriggerLimitIntervalSec", r => r.Unit.Path = r.Unit.Path with { TriggerLimitIntervalUsec = r.Seconds() ?? r.Unit.Path.TriggerLimitIntervalUsec });
        yield return Enforced("Path", "TriggerLimitBurst", r => r.Unit.Path = r.Unit.Path with { TriggerLimitBurst = r.Unsigned() ?? r.Unit.Path.TriggerLimitBurst });
    }

    private static DirectiveRow TimerSwitch(string key, Func<TimerDefinition, bool, TimerDefinition> set) => Enforced("Timer", key, r =>
    {
        if (r.Boolean() is { } on)
            r.Unit.Timer = set(r.Unit.Timer, on);
    });

    private static void ReadTimerValue(Reading r)
    {
        if (r.IsEmpty)
        {
            r.Unit.TimerValues.Clear(); // whichever directive it is: the list is one
            return;
        }
        if (r.Expanded() is not { } text)
            return;
        CalendarEvent? calendar = null;
        ulong usec = 0;
        if (r.Key != "OnCalendar")
        {
            if (!TimeSpans.TryParse(text, out usec))
            {
                r.Warn($"Failed to parse timer value, ignoring: {text}");
                return;
            }
        }
        else if (CalendarEvent.Read(text, Zones.LocalNames(), out calendar) != ParseError.None)
        {
            r.Warn($"Failed to parse calendar specification, ignoring: {text}");
            return;
        }
        r.Unit.TimerValues.Add(new(r.Key == "OnCalendar" ? TimerBase.Calendar : Enum.Parse<TimerBase>(r.Key[2..^3]), usec, calendar));
    }

    private static void ReadTrigger(Reading r)
    {
        if (r.Unit.Trigger is not null)
            r.Warn($"Multiple units to trigger specified, ignoring: {r.Value}");
        else if (!r.Specifiers.TryName(r.Value, out string name, out string error))
            r.Warn($"Failed to resolve unit specifiers in {r.Value}, ignoring: {error}");
        else if (!UnitName.TryParse(name, out var unit) || unit.IsTemplate)
            r.Warn($"Unit type not valid, ignoring: {r.Value}");
        else if (unit == r.Unit.Name)
            r.Warn($"Units cannot trigger themselves, ignoring: {r.Value}");
        else
            r.Unit.Trigger = unit;
    }

    private static void ReadPathSpec(Reading r, PathKind kind)
    {
        if (r.IsEmpty)
        {
            r.Unit.PathSpecs.Clear();
            return;
        }
        if (!r.Specifiers.TryPath(r.Value, out string text, out string error))
            r.Warn($"Failed to resolve unit specifiers in {r.Value}, ignoring: {error}");
        else if (r.CheckedPath(text) is { } path)
            r.Unit.PathSpecs.Add(new(kind, path));
    }
}
