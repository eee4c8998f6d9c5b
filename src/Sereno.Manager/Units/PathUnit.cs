using Sereno.Manager.Checkpoint;
using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>A path's life (systemd.path(5)): it looks, watches, starts its unit, and looks again when that has ended.</summary>
public sealed class PathUnit(UnitDefinition definition, ManagerCore core) : TriggerUnit(definition, core)
{
    private PathDefinition _lastConfig = definition.Path ?? new();

    /// <summary>Whether what PathChanged= and PathModified= watch was there at the last look.</summary>
    private bool[] _existed = [];

    /// <summary>The first look after the watches are there only takes note of what exists.</summary>
    private bool _takesNote, _afterTarget;
    private ulong _limitBegan;
    private uint _limitCount;

    public PathDefinition Config => Definition.Path is { } config ? _lastConfig = config : _lastConfig;

    protected override void Begin()
    {
        if (Config.MakeDirectory)
            Core.Emit(new MakeFolders(Name, [.. Config.Specs.Where(s => s.Kind is not (PathKind.PathExists or PathKind.PathExistsGlob)).Select(s => s.Path)], Config.DirectoryMode));
        EnterWaiting(isFirst: true, afterTarget: false);
        _takesNote |= Config.MakeDirectory && State == TriggerState.Waiting;
    }

    /// <summary>The watches are there: what has happened before them hasn't been seen.</summary>
    internal void OnWatched()
    {
        if (State == TriggerState.Waiting && Look(_takesNote, _afterTarget) is { } found)
            EnterRunning(found);
        _takesNote = false;
    }

    internal void OnWatchFailed(string cause)
    {
        if (State is not (TriggerState.Waiting or TriggerState.Running))
            return;
        Core.Log(this, LogLevel.Warning, $"{Name}: Failed to enter waiting state: {cause}");
        EnterDead(TriggerResult.Resources);
    }

    /// <param name="isChange">What PathChanged= or PathModified= waits for; otherwise something on the way there.</param>
    internal void OnEvent(string path, bool isChange)
    {
        if (State is not (TriggerState.Waiting or TriggerState.Running))
            return;
        if (isChange)
            EnterRunning(path);
        else
            EnterWaiting(isFirst: false, afterTarget: false);
    }

    internal override void OnTargetChanged(Unit target)
    {
        if (State is not (TriggerState.Waiting or TriggerState.Running))
            return;
        if (target is ServiceUnit { Result: ServiceResult.StartLimitHit })
            EnterDead(TriggerResult.UnitStartLimitHit);
        else if (target.Job is null && (State == TriggerState.Running) == target.IsInactiveOrFailed)
            EnterWaiting(isFirst: false, afterTarget: true);
    }

    internal override void OnReloaded()
    {
        if (State is TriggerState.Waiting or TriggerState.Running)
            EnterWaiting(isFirst: true, afterTarget: false);
    }

    private void EnterWaiting(bool isFirst, bool afterTarget)
    {
        if (Target is { IsInactiveOrFailed: false })
        {
            SetState(TriggerState.Running);
            return;
        }
        if (Look(isFirst, afterTarget) is { } found)
        {
            EnterRunning(found);
            return;
        }
        _afterTarget = afterTarget;
        Core.Emit(new WatchPaths(Name, Config.Specs));
        SetState(TriggerState.Waiting);
    }

    private void EnterRunning(string path)
    {
        if (IsStopPending)
            return;
        if (!TakeTriggerToken())
        {
            Core.Log(this, LogLevel.Warning, $"{Name}: Trigger limit hit, refusing further activation.");
            EnterDead(TriggerResult.TriggerLimitHit);
            return;
        }
        if (TryTrigger($"TRIGGER_PATH={path}"))
            SetState(TriggerState.Running);
    }

    /// <returns>The path that is as it should be; null when none is.</returns>
    private string? Look(bool isFirst, bool afterTarget)
    {
        if (_existed.Length != Config.Specs.Length)
            (_existed, isFirst) = (new bool[Config.Specs.Length], true);
        string? found = null;
        for (int i = 0; i < Config.Specs.Length && (found is null || isFirst); i++)
        {
            var spec = Config.Specs[i];
            if (!spec.IsChange)
            {
                if (found is null && Holds(spec.Kind, spec.Path))
                    found = spec.Kind == PathKind.PathExistsGlob ? Core.Machine.Glob(spec.Path).FirstOrDefault() ?? spec.Path : spec.Path;
                continue;
            }
            bool exists = Holds(PathKind.PathExists, spec.Path);
            if (!isFirst && !afterTarget && exists != _existed[i])
                found ??= spec.Path;
            _existed[i] = exists;
        }
        return found;
    }

    /// <summary>The conditions of the same names ask the same (systemd.unit(5)).</summary>
    private bool Holds(PathKind kind, string path) => Core.Machine.Test(new Condition(kind.ToString(), false, false, false, path)) == true;

    /// <summary>Spent from the first one of each interval on, as systemd counts.</summary>
    private bool TakeTriggerToken()
    {
        if (Config.TriggerLimitIntervalUsec == 0 || Config.TriggerLimitBurst == 0)
            return true;
        if (_limitBegan == 0 || Core.Now.Monotonic - _limitBegan > Config.TriggerLimitIntervalUsec)
            (_limitBegan, _limitCount) = (Core.Now.Monotonic, 0);
        return ++_limitCount <= Config.TriggerLimitBurst;
    }

    protected override void LeaveWaiting() => Core.Emit(new WatchPaths(Name, []));

    internal PathCheckpoint Save() => new(State, Result, _existed);

    internal void Restore(PathCheckpoint saved)
    {
        Restore(saved.State, saved.Result);
        _existed = saved.Existed;
    }

    internal void Resume() => OnReloaded();
}
