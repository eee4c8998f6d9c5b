using Sereno.Manager.Checkpoint;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Units;

/// <summary>A timer's life (systemd.timer(5)): it waits for the earliest of its values, starts its unit, and waits again when that has ended.</summary>
public sealed class TimerUnit(UnitDefinition definition, ManagerCore core) : TriggerUnit(definition, core)
{
    public const ulong Never = ulong.MaxValue;

    /// <summary>One below infinity: the last time there is.</summary>
    private const ulong Last = ulong.MaxValue - 1;

    private TimerDefinition _lastConfig = definition.Timer ?? new();

    /// <summary>Values that were due once and are spent, until the next start (or, of the unit's own times, its next change).</summary>
    private bool[] _spent = [];

    /// <summary>When each value elapses next, on its clock, in microseconds.</summary>
    private ulong[] _elapses = [];

    public TimerDefinition Config => Definition.Timer is { } config ? _lastConfig = config : _lastConfig;

    /// <summary>Microseconds on either clock: <see cref="Never"/> while it doesn't wait, 0 when nothing on that clock is awaited.</summary>
    public ulong NextRealtime { get; private set; } = Never;
    public ulong NextMonotonic { get; private set; } = Never;

    /// <summary>Monotonic is 0 when it comes from the stamp file.</summary>
    public Timestamp LastTrigger { get; private set; }

    public IReadOnlyList<ulong> Elapses => Fitted(ref _elapses);

    private string? StampPath => Config.Persistent ? $"{Core.Facts.TimerFolder}/stamp-{Name}" : null;

    private bool HasTriggered => LastTrigger != default;

    protected override void Begin()
    {
        LastTrigger = default;
        Unspend(TimerBase.Active);
        if (StampPath is { } stamp)
        {
            var time = Core.Machine.ModifiedAt(stamp);
            if (time is null)
                Core.Emit(new TouchFile(Name, stamp, null));
            else if (time < Core.Now.Realtime)
                LastTrigger = new(time.Value, 0);
            else
                Core.Log(this, LogLevel.Warning, $"{Name}: Not using persistent file timestamp {Timestamps.Format(time.Value, Core.Machine.LocalZone)} as it is in the future.");
        }
        EnterWaiting();
    }

    internal void OnElapsed()
    {
        if (State == TriggerState.Waiting)
            EnterRunning();
    }

    internal override void OnTargetChanged(Unit target)
    {
        Unspend(TimerBase.UnitActive, TimerBase.UnitInactive);
        switch (State)
        {
            case TriggerState.Waiting or TriggerState.Elapsed:
                EnterWaiting();
                break;
            case TriggerState.Running:
                if (target.IsInactiveOrFailed)
                    EnterWaiting();
                break;
            case TriggerState.Dead or TriggerState.Failed:
                break;
        }
    }

    /// <summary>The wall clock was set.</summary>
    internal void OnClockChanged()
    {
        if (State != TriggerState.Waiting)
            return;
        // It was set back behind the last run: what has been may be again.
        if (LastTrigger.Realtime > Core.Now.Realtime)
            LastTrigger = LastTrigger with { Realtime = Core.Now.Realtime };
        if (Config.OnClockChange)
            EnterRunning();
        else
            EnterWaiting(clockChanged: true);
    }

    internal void OnZoneChanged()
    {
        if (State != TriggerState.Waiting)
            return;
        if (Config.OnTimezoneChange)
            EnterRunning();
        else
            EnterWaiting();
    }

    internal override void OnReloaded()
    {
        if (State == TriggerState.Waiting)
            EnterWaiting();
    }

    private void EnterRunning()
    {
        if (IsStopPending)
            return;
        if (!TryTrigger($"TRIGGER_TIMER_REALTIME_USEC={Core.Now.Realtime}", $"TRIGGER_TIMER_MONOTONIC_USEC={Core.Now.Monotonic}"))
            return;
        LastTrigger = Core.Now;
        if (StampPath is { } stamp)
            Core.Emit(new TouchFile(Name, stamp, LastTrigger.Realtime));
        SetState(TriggerState.Running);
    }

    private void EnterWaiting(bool clockChanged = false)
    {
        if (Target is not { } target)
        {
            Vanished();
            return;
        }
        ulong realtime = Never, monotonic = Never;
        bool comesAgain = false;
        for (int i = 0; i < Config.Values.Length; i++)
        {
            if (Fitted(ref _spent)[i])
                continue;
            var value = Config.Values[i];
            comesAgain |= value.Base is TimerBase.UnitActive or TimerBase.UnitInactive;
            if (value.Calendar is { } calendar)
            {
                if (NextOf(calendar) is { } next)
                    realtime = Math.Min(realtime, Fitted(ref _elapses)[i] = next);
            }
            else if (BaseOf(value.Base, target) is { } start)
            {
                ulong next = Fitted(ref _elapses)[i] = value.Usec > Last - start ? Never : start + value.Usec;
                if (HasTriggered && !clockChanged && next < Core.Now.Monotonic && value.Base is TimerBase.Active or TimerBase.Boot or TimerBase.Startup)
                    Fitted(ref _spent)[i] = true;
                else
                    monotonic = Math.Min(monotonic, next);
            }
        }
        if (realtime == Never && monotonic == Never && !Config.OnTimezoneChange && !Config.OnClockChange)
        {
            EnterElapsed(comesAgain);
            return;
        }
        (NextRealtime, NextMonotonic) = (realtime == Never ? 0 : Delayed(realtime), monotonic == Never ? 0 : Delayed(monotonic));
        Core.WatchClock();
        Core.Timers.Arm(this, Math.Min(monotonic == Never ? Never : NextMonotonic, realtime == Never ? Never : Core.Now.MonotonicOf(NextRealtime)));
        SetState(TriggerState.Waiting);
    }

    private void EnterElapsed(bool comesAgain)
    {
        if (Config.RemainAfterElapse || comesAgain)
            SetState(TriggerState.Elapsed);
        else
            EnterDead(TriggerResult.Success);
    }

    /// <summary>After the last run, or else after the start. What was missed is due when the instance began, so that a random delay still spreads it.</summary>
    private ulong? NextOf(CalendarEvent calendar)
    {
        ulong after = HasTriggered ? LastTrigger.Realtime : InactiveExit != default ? InactiveExit.Realtime : Core.Now.Realtime;
        if (calendar.Next(after, Core.Machine.LocalZone, out ulong next) != CalendarOutcome.Found)
            return null;
        ulong uptime = Core.Now.Monotonic - Math.Min(Core.Facts.BeganAt, Core.Now.Monotonic);
        return Math.Max(next, Core.Now.Realtime - Math.Min(uptime, Core.Now.Realtime));
    }

    /// <summary>Null while what it counts from hasn't been.</summary>
    private ulong? BaseOf(TimerBase from, Unit target) => from switch
    {
        TimerBase.Active => Active == ActiveState.Active ? InactiveExit.Monotonic : Core.Now.Monotonic,
        // A container's boot is the instance's.
        TimerBase.Boot => Core.Facts.IsContainer ? Core.Facts.BeganAt : 0,
        TimerBase.Startup => Core.Facts.BeganAt,
        TimerBase.UnitActive => Math.Max(target.InactiveExit.Monotonic, LastTrigger.Monotonic) is > 0 and var time ? time : null,
        TimerBase.UnitInactive => Math.Max(target.InactiveEnter.Monotonic, LastTrigger.Monotonic) is > 0 and var time ? time : null,
        TimerBase.Calendar => null,
    };

    private ulong Delayed(ulong time)
    {
        ulong span = Config.RandomizedDelayUsec;
        if (span == 0 || time == Never)
            return time;
        ulong delay = (Config.FixedRandomDelay ? FixedDelay.Hash(Core.Machine.MachineId, Core.Facts.IsSystem, Core.Facts.Uid, Name.Full) : Core.Machine.Random()) % span;
        return time > Last - delay ? Last : time + delay;
    }

    protected override void LeaveWaiting()
    {
        Core.Timers.Disarm(this);
        (NextRealtime, NextMonotonic) = (Never, Never);
    }

    private void Unspend(params ReadOnlySpan<TimerBase> bases)
    {
        for (int i = 0; i < Config.Values.Length; i++)
            if (bases.Contains(Config.Values[i].Base))
                Fitted(ref _spent)[i] = false;
    }

    /// <summary>A reload may have changed the number of values.</summary>
    private T[] Fitted<T>(ref T[] array)
    {
        if (array.Length != Config.Values.Length)
            array = new T[Config.Values.Length];
        return array;
    }

    internal TimerCheckpoint Save() => new(State, Result, LastTrigger);

    /// <summary>A waiting timer's times follow from the rest.</summary>
    internal void Restore(TimerCheckpoint saved)
    {
        Restore(saved.State, saved.Result);
        LastTrigger = saved.LastTrigger;
    }

    internal void Resume() => OnReloaded();
}
