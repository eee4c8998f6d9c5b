using System.Collections.Immutable;
using Sereno.Units.Model;

namespace Sereno.Manager.Units;

public enum ScopeState { Dead, Running, Abandoned, StopSigterm, StopSigkill, Failed }

/// <summary>Processes that somebody else started (systemd.scope(5)): put into one control group, watched until it is empty, stopped together.</summary>
public sealed class ScopeUnit(UnitDefinition definition, ManagerCore core) : Unit(definition), IGroupOwner
{
    public ScopeState State { get; internal set; }

    /// <summary>"success", "timeout" or "resources".</summary>
    public string Result { get; internal set; } = "success";

    /// <summary>The processes to begin with.</summary>
    public ImmutableArray<int> Pids { get; set; } = [];

    /// <summary>A scope runs once: its processes can't be had again.</summary>
    public bool HasRun => InactiveEnter.Monotonic != 0;

    private ScopeDefinition Config => Definition.Scope ?? new(new());

    public override ActiveState Active => State switch
    {
        ScopeState.Dead => ActiveState.Inactive,
        ScopeState.Running or ScopeState.Abandoned => ActiveState.Active,
        ScopeState.StopSigterm or ScopeState.StopSigkill => ActiveState.Deactivating,
        ScopeState.Failed => ActiveState.Failed,
    };

    public override string SubState => State switch
    {
        ScopeState.Dead => "dead",
        ScopeState.Running => "running",
        ScopeState.Abandoned => "abandoned",
        ScopeState.StopSigterm => "stop-sigterm",
        ScopeState.StopSigkill => "stop-sigkill",
        ScopeState.Failed => "failed",
    };

    public override void Start()
    {
        core.Emit(new AttachProcesses(Name, InvocationId, Pids));
        core.Emit(new WatchGroup(Name));
        Set(ScopeState.Running, Config.RuntimeMaxUsec);
    }

    public override void Stop()
    {
        if (State is ScopeState.Running or ScopeState.Abandoned)
            Signal(ScopeState.StopSigterm);
    }

    /// <summary>Who made it has gone: it runs on, and ends with its last process.</summary>
    public void Abandon()
    {
        if (State == ScopeState.Running)
            Set(ScopeState.Abandoned, Config.RuntimeMaxUsec);
    }

    public override void ResetFailed()
    {
        if (State == ScopeState.Failed)
            Set(ScopeState.Dead);
        Result = "success";
    }

    /// <summary>None of its processes could be put into its group.</summary>
    internal void OnAttachFailed(string cause)
    {
        core.Log(this, LogLevel.Warning, $"{Name}: Failed to add PIDs to scope's control group: {cause}");
        Result = "resources";
        End();
    }

    internal void OnTimer()
    {
        switch (State)
        {
            case ScopeState.Running or ScopeState.Abandoned:
                core.Log(this, LogLevel.Warning, $"{Name}: Scope reached runtime time limit. Stopping.");
                Result = "timeout";
                Signal(ScopeState.StopSigterm);
                break;
            case ScopeState.StopSigterm when Config.Kill.SendSigkill:
                core.Log(this, LogLevel.Warning, $"{Name}: Stopping timed out. Killing.");
                Result = "timeout";
                Signal(ScopeState.StopSigkill);
                break;
            case ScopeState.StopSigterm or ScopeState.StopSigkill:
                core.Log(this, LogLevel.Warning, $"{Name}: Still around after SIGKILL. Ignoring.");
                Result = "timeout";
                End();
                break;
            case ScopeState.Dead or ScopeState.Failed:
                break;
        }
    }

    public void OnGroupSignalled(int processes)
    {
        if (processes == 0 && State is ScopeState.StopSigterm or ScopeState.StopSigkill)
            End();
    }

    public void OnGroupEmpty()
    {
        if (State is not (ScopeState.Dead or ScopeState.Failed))
            End();
    }

    /// <summary>After a crash of the manager: the checkpoint's state, and what it waits for.</summary>
    internal void Restore(ScopeState state, string result, ulong? deadline)
    {
        (State, Result) = (state, result);
        if (deadline is { } at)
            core.Timers.Arm(this, at);
        if (state is ScopeState.StopSigterm or ScopeState.StopSigkill)
            Signal(state); // it may not have been sent: twice does no harm
    }

    private void Signal(ScopeState state)
    {
        var kill = Config.Kill;
        Set(state, Config.TimeoutStopUsec);
        core.Emit(new KillGroup(Name, state == ScopeState.StopSigkill ? kill.FinalSignal : kill.Signal,
            kill.SendSighup && state == ScopeState.StopSigterm, []));
    }

    private void End()
    {
        core.Emit(new ReleaseUnit(Name, [], null));
        Set(Result == "success" ? ScopeState.Dead : ScopeState.Failed);
        core.Log(this, LogLevel.Info, Result == "success" ? $"{Name}: Deactivated successfully." : $"{Name}: Failed with result '{Result}'.");
    }

    private void Set(ScopeState state, ulong timeoutUsec = ServiceDefinition.Infinity)
    {
        var before = Active;
        State = state;
        core.Timers.Disarm(this);
        if (timeoutUsec is not (0 or ServiceDefinition.Infinity))
            core.Timers.Arm(this, core.Now.After(timeoutUsec));
        core.OnUnitStateChanged(this, before, failed: state == ScopeState.Failed);
    }
}
