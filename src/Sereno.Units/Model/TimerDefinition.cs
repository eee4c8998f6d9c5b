using System.Collections.Immutable;
using Sereno.Units.Values;

namespace Sereno.Units.Model;

/// <summary>What a timer counts from (systemd.timer(5)): OnActiveSec=, OnBootSec= and so on, and OnCalendar=.</summary>
public enum TimerBase { Active, Boot, Startup, UnitActive, UnitInactive, Calendar }

/// <param name="Usec">Microseconds after the base; of a calendar event, nothing.</param>
public sealed record TimerValue(TimerBase Base, ulong Usec, CalendarEvent? Calendar = null);

public sealed record TimerDefinition
{
    public ImmutableArray<TimerValue> Values { get; init; } = [];
    public bool OnClockChange { get; init; }
    public bool OnTimezoneChange { get; init; }
    public bool Persistent { get; init; }
    public bool WakeSystem { get; init; }
    public bool RemainAfterElapse { get; init; } = true;
    public bool FixedRandomDelay { get; init; }

    /// <summary>In microseconds.</summary>
    public ulong AccuracyUsec { get; init; } = TimeSpans.Minute;
    public ulong RandomizedDelayUsec { get; init; }
}
