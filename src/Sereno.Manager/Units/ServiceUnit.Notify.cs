using Sereno.Manager.Graph;
using Sereno.Manager.Jobs;
using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>What a service says of itself (sd_notify(3)), and who may say it.</summary>
public sealed partial class ServiceUnit
{
    /// <summary>A process may speak before the keeper's answer tells which one it is.</summary>
    internal bool MayBeOurs(int sender) => Main.SpawnId + Control.SpawnId != 0 && core.ServiceOf(sender) is null;

    internal void Heed(NotifyMessage message)
    {
        if (Refusal(message.Sender) is { } refusal)
        {
            core.Log(this, LogLevel.Warning, $"{Name}: Got notification message from PID {message.Sender}, but reception {refusal}");
            return;
        }
        if (State is ServiceState.Dead or ServiceState.Failed or ServiceState.AutoRestart)
            return;
        OnMainNotified(message);
        OnStateNotified(message);
        OnTextNotified(message);
        if (message.Value("EXTEND_TIMEOUT_USEC") is { } text)
            if (ulong.TryParse(text, out ulong extension))
                ExtendTimeouts(extension);
            else
                core.Log(this, LogLevel.Warning, $"{Name}: Failed to parse EXTEND_TIMEOUT_USEC={text}");
        OnWatchdogNotified(message);
        OnDescriptorsNotified(message);
    }

    /// <summary>NotifyAccess= says whose word counts; null: this one's does.</summary>
    private string? Refusal(int sender)
    {
        var (main, control) = (Main.Pid, Control.Pid);
        return NotifyAccess switch
        {
            NotifyAccess.None => "is disabled.",
            NotifyAccess.Main when sender != main => main != 0 ? $"only permitted for main PID {main}" : "only permitted for main PID which is currently not known",
            NotifyAccess.Exec when sender != main && sender != control => (main, control) switch
            {
                (0, 0) => "only permitted for main PID and control PID which are currently not known",
                (0, _) => $"only permitted for control PID {control}",
                (_, 0) => $"only permitted for main PID {main}",
                _ => $"only permitted for main PID {main} and control PID {control}",
            },
            NotifyAccess.Main or NotifyAccess.Exec or NotifyAccess.All => null,
        };
    }

    private void OnMainNotified(NotifyMessage message)
    {
        bool isUp = State is ServiceState.Start or ServiceState.StartPost or ServiceState.Running or ServiceState.Reload or
            ServiceState.ReloadSignal or ServiceState.ReloadNotify;
        if (message.Value("MAINPID") is not { } text || !isUp)
            return;
        if (!int.TryParse(text, out int pid) || pid < 1)
            core.Log(this, LogLevel.Warning, $"{Name}: Failed to parse MAINPID= field in notification message, ignoring: {text}");
        else if (pid == Control.Pid)
            core.Log(this, LogLevel.Warning, $"{Name}: New main PID {pid} is the control process, refusing.");
        else if (pid != Main.Pid)
            AdoptMain(pid);
    }

    private void OnStateNotified(NotifyMessage message)
    {
        var said = message.State;
        if (said == NotifyState.Nothing)
            return;
        _said = said;
        core.MarkChanged(this);
        switch (said)
        {
            case NotifyState.Ready when NotifiesReady && State == ServiceState.Start:
                EnterStarted();
                break;
            case NotifyState.Ready when State is ServiceState.Reload or ServiceState.ReloadNotify && !Control.IsAlive:
                EnterRunning(ServiceResult.Success);
                break;
            // Only what began after we asked for it is an answer: another reload may be under way.
            case NotifyState.Reloading when State == ServiceState.ReloadSignal
                && ulong.TryParse(message.Value("MONOTONIC_USEC"), out ulong began) && began >= _reloadBegan:
                SwitchState(ServiceState.ReloadNotify);
                break;
            case NotifyState.Reloading when State == ServiceState.Running:
                EnterReloadByNotify();
                break;
            case NotifyState.Stopping when State == ServiceState.Running:
                EnterStopByNotify();
                break;
            case NotifyState.Ready or NotifyState.Reloading or NotifyState.Stopping:
                break; // EnterRunning looks at it
        }
    }

    /// <summary>The same limit goes on.</summary>
    private void SwitchState(ServiceState state)
    {
        ulong? deadline = core.Timers.DeadlineOf(this);
        SetState(state);
        core.Timers.Arm(this, deadline ?? ulong.MaxValue);
    }

    private void EnterReloadByNotify()
    {
        SetState(Config.Type == ServiceType.NotifyReload ? ServiceState.ReloadNotify : ServiceState.Reload, Config.TimeoutStartUsec);
        foreach (var other in core.Graph.Of(this, Relation.PropagatesReloadTo).ToList())
            if (other is { IsActiveOrReloading: true, CanReload: true, Job: null })
                core.TryEnqueue(other, JobType.Reload);
    }

    /// <summary>It is stopping by itself: as if it had been signalled.</summary>
    private void EnterStopByNotify() => SetState(ServiceState.StopSigterm, Config.TimeoutStopUsec);

    private void OnTextNotified(NotifyMessage message)
    {
        if (message.Value("STATUS") is { } status && (status.Length > 0 ? status : null) is var text && text != StatusText)
        {
            StatusText = text;
            core.MarkChanged(this);
        }
        if (message.Value("ERRNO") is not { } number)
            return;
        if (!int.TryParse(number, out int errno) || errno is < 0 or > 4095)
            core.Log(this, LogLevel.Warning, $"{Name}: Failed to parse ERRNO= field value '{number}' in notification message: Invalid argument");
        else if (errno != StatusErrno)
        {
            StatusErrno = errno;
            core.MarkChanged(this);
        }
    }

    /// <summary>Every limit that counts now is at least this far away.</summary>
    private void ExtendTimeouts(ulong usec)
    {
        if (usec is 0 or ulong.MaxValue)
            return;
        foreach (object? key in (object?[])[State == ServiceState.StopDrain ? null : this, _runtimeKey, _watchdogKey])
            if (key is not null && core.Timers.DeadlineOf(key) is { } deadline)
                core.Timers.Arm(key, Math.Max(deadline, core.Now.After(usec)));
        core.MarkChanged(this);
    }

    private void OnWatchdogNotified(NotifyMessage message)
    {
        // A service that is stopping may still say that it lives: that must not start the watch again.
        bool watched = State is ServiceState.StartPost or ServiceState.Running or ServiceState.Reload or
            ServiceState.ReloadSignal or ServiceState.ReloadNotify or ServiceState.StopDrain;
        switch (message.Value("WATCHDOG"))
        {
            case null:
                break;
            case "1":
                WatchdogFed = core.Now;
                if (watched)
                    ArmWatchdog();
                break;
            case "trigger":
                if (!watched && State != ServiceState.Start)
                    break;
                core.Log(this, LogLevel.Error, $"{Name}: Watchdog request (last status: {StatusText ?? "<unset>"})!");
                EnterSignal(ServiceState.StopWatchdog, ServiceResult.Watchdog);
                return;
            default:
                core.Log(this, LogLevel.Warning, $"{Name}: Passed WATCHDOG= field is invalid, ignoring.");
                break;
        }
        if (message.Value("WATCHDOG_USEC") is not { } text)
            return;
        if (!ulong.TryParse(text, out ulong usec))
        {
            core.Log(this, LogLevel.Warning, $"{Name}: Failed to parse WATCHDOG_USEC={text}");
            return;
        }
        _watchdogUsec = usec;
        core.MarkChanged(this);
        if (watched)
            ArmWatchdog();
    }
}
