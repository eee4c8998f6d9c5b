using System.Collections.Immutable;
using Sereno.Manager.Graph;
using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>Where a timer, path or socket stands; the reason is a <see cref="TriggerResult"/>.</summary>
public enum TriggerState { Dead, Waiting, Running, Elapsed, Failed }

/// <summary>Why a timer, path or socket ended as it did: the Result property.</summary>
public enum TriggerResult { Success, Resources, Timeout, ExitCode, Signal, CoreDump, StartLimitHit, UnitStartLimitHit, TriggerLimitHit, ServiceStartLimitHit }

/// <summary>What timers, paths and sockets have in common: they wait for something, then start a unit, then wait for its end.</summary>
public abstract class TriggerUnit(UnitDefinition definition, ManagerCore core) : Unit(definition)
{
    private readonly Queue<ulong> _starts = new();
    private ulong _limitBegan;
    private uint _limitCount;

    protected ManagerCore Core { get; } = core;

    public TriggerState State { get; private set; }
    public TriggerResult Result { get; private set; }

    public override ActiveState Active => State switch
    {
        TriggerState.Dead => ActiveState.Inactive,
        TriggerState.Waiting or TriggerState.Running or TriggerState.Elapsed => ActiveState.Active,
        TriggerState.Failed => ActiveState.Failed,
    };

    public override string SubState => State.Name();

    /// <summary>What it starts; null once that has gone.</summary>
    public Unit? Target => Core.Graph.Of(this, Relation.Triggers) is [var target, ..] ? target : null;

    /// <summary>Too many starts, or nothing to start: said, and the job fails.</summary>
    internal virtual bool MayStart()
    {
        ulong interval = Definition.StartLimitIntervalUsec, now = Core.Now.Monotonic;
        while (_starts.TryPeek(out ulong first) && first + interval < now)
            _starts.Dequeue();
        if (interval > 0 && Definition.StartLimitBurst > 0 && _starts.Count >= Definition.StartLimitBurst)
        {
            Core.Log(this, LogLevel.Warning, $"{Name}: Start request repeated too quickly.");
            EnterDead(TriggerResult.StartLimitHit);
            return false;
        }
        _starts.Enqueue(now);
        if (!NeedsTarget || Target is { Definition.LoadState: LoadState.Loaded })
            return true;
        Core.Log(this, LogLevel.Error, $"{Name}: Refusing to start, unit {Target?.Name.Full ?? "n/a"} to trigger not loaded.");
        return false;
    }

    protected virtual bool NeedsTarget => true;

    public override void Start()
    {
        Result = TriggerResult.Success;
        Begin();
    }

    protected abstract void Begin();

    public override void Stop() => EnterDead(TriggerResult.Success);

    /// <summary>Who says so wants to go on now, so the trigger limit begins anew as well (in systemd 252 it lasts to the end of its interval).</summary>
    public override void ResetFailed()
    {
        Result = TriggerResult.Success;
        _starts.Clear();
        _limitBegan = 0;
        if (State == TriggerState.Failed)
            SetState(TriggerState.Dead);
        Core.MarkChanged(this);
    }

    /// <summary>The unit that it starts has changed its state, or a job of it has ended.</summary>
    internal abstract void OnTargetChanged(Unit target);

    /// <summary>Files were read again.</summary>
    internal abstract void OnReloaded();

    /// <summary>Of a state: what doesn't wait holds nothing.</summary>
    protected abstract void LeaveWaiting();

    /// <param name="variables">What the unit's processes find in their environment.</param>
    /// <returns>Whether the job could be had; if not, this unit has failed.</returns>
    protected bool TryTrigger(params ImmutableArray<string> variables)
    {
        if (Target is not { } target)
        {
            Vanished();
            return false;
        }
        if (Core.TryTrigger(target, [$"TRIGGER_UNIT={Name}", .. variables], out string error))
            return true;
        Core.Log(this, LogLevel.Warning, $"{Name}: Failed to queue unit startup job: {error}");
        EnterDead(TriggerResult.Resources);
        return false;
    }

    /// <summary>Spent from the first one of each interval on, as systemd counts.</summary>
    protected bool TakeTriggerToken(ulong intervalUsec, uint burst)
    {
        if (intervalUsec == 0 || burst == 0)
            return true;
        if (_limitBegan == 0 || Core.Now.Monotonic - _limitBegan > intervalUsec)
            (_limitBegan, _limitCount) = (Core.Now.Monotonic, 0);
        return ++_limitCount <= burst;
    }

    protected void Vanished()
    {
        Core.Log(this, LogLevel.Error, $"{Name}: Unit to trigger vanished.");
        EnterDead(TriggerResult.Resources);
    }

    protected bool IsStopPending => Job is { IsStopping: true };

    /// <summary>The first thing that went wrong is the reason.</summary>
    protected void Fail(TriggerResult result)
    {
        if (Result == TriggerResult.Success)
            Result = result;
    }

    protected void EnterDead(TriggerResult result)
    {
        Fail(result);
        if (Result != TriggerResult.Success)
            Core.Log(this, LogLevel.Warning, $"{Name}: Failed with result '{Result.Name()}'.");
        SetState(Result == TriggerResult.Success ? TriggerState.Dead : TriggerState.Failed);
    }

    protected void SetState(TriggerState state)
    {
        var before = Active;
        State = state;
        if (state != TriggerState.Waiting)
            LeaveWaiting();
        Core.OnUnitStateChanged(this, before, failed: Result != TriggerResult.Success);
    }

    protected void Restore(TriggerState state, TriggerResult result) => (State, Result) = (state, result);
}

public static class TriggerNames
{
    public static string Name(this TriggerState state) => state switch
    {
        TriggerState.Dead => "dead",
        TriggerState.Waiting => "waiting",
        TriggerState.Running => "running",
        TriggerState.Elapsed => "elapsed",
        TriggerState.Failed => "failed",
    };

    public static string Name(this TriggerResult result) => result switch
    {
        TriggerResult.Success => "success",
        TriggerResult.Resources => "resources",
        TriggerResult.Timeout => "timeout",
        TriggerResult.ExitCode => "exit-code",
        TriggerResult.Signal => "signal",
        TriggerResult.CoreDump => "core-dump",
        TriggerResult.StartLimitHit => "start-limit-hit",
        TriggerResult.UnitStartLimitHit => "unit-start-limit-hit",
        TriggerResult.TriggerLimitHit => "trigger-limit-hit",
        TriggerResult.ServiceStartLimitHit => "service-start-limit-hit",
    };
}
