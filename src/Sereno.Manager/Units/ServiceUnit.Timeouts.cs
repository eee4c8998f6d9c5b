using Sereno.Manager.Jobs;
using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>Limits that are reached: of time, and of memory.</summary>
public sealed partial class ServiceUnit
{
    internal void OnRuntimeLimit()
    {
        if (State != ServiceState.Running)
            return;
        core.Log(this, LogLevel.Warning, $"{Name}: Service reached runtime time limit. Stopping.");
        EnterStop(ServiceResult.Timeout);
    }

    internal void OnWatchdogLimit()
    {
        core.Log(this, LogLevel.Error, $"{Name}: Watchdog timeout (limit {WatchdogUsec / 1000}ms)!");
        EnterSignal(ServiceState.StopWatchdog, ServiceResult.Watchdog);
    }

    /// <summary>The current state has lasted too long, or the delay before a restart is over.</summary>
    internal void OnTimer()
    {
        switch (State)
        {
            case ServiceState.Condition or ServiceState.StartPre or ServiceState.Start or ServiceState.StartPost:
                SayNobodyListens();
                Answer(Config.TimeoutStartFailure, $"{State.Name()} operation", final: false);
                break;
            case ServiceState.Reload or ServiceState.ReloadSignal or ServiceState.ReloadNotify:
                core.Log(this, LogLevel.Warning, $"{Name}: Reload operation timed out. Killing reload process.");
                KillReload();
                ReloadResult = ServiceResult.Timeout;
                _said = NotifyState.Nothing;
                EnterRunning(ServiceResult.Success);
                break;
            case ServiceState.StopDrain:
                CutDrainShort();
                break;
            case ServiceState.Stop:
                Answer(Config.TimeoutStopFailure, "Stopping", final: false);
                break;
            case ServiceState.StopSigterm when Config.TimeoutStopFailure == TimeoutFailureMode.Abort:
                Answer(TimeoutFailureMode.Abort, "State 'stop-sigterm'", final: false);
                break;
            case ServiceState.StopWatchdog or ServiceState.StopSigterm:
                Answer(TimeoutFailureMode.Kill, $"State '{State.Name()}'", final: false);
                break;
            case ServiceState.StopSigkill:
                core.Log(this, LogLevel.Warning, $"{Name}: Processes still around after SIGKILL. Ignoring.");
                EnterStopPost(ServiceResult.Timeout);
                break;
            case ServiceState.StopPost:
                Answer(Config.TimeoutStopFailure, "State 'stop-post'", final: true);
                break;
            case ServiceState.FinalSigterm when Config.TimeoutStopFailure == TimeoutFailureMode.Abort:
                Answer(TimeoutFailureMode.Abort, "State 'final-sigterm'", final: true);
                break;
            case ServiceState.FinalWatchdog or ServiceState.FinalSigterm:
                Answer(TimeoutFailureMode.Kill, $"State '{State.Name()}'", final: true);
                break;
            case ServiceState.FinalSigkill:
                core.Log(this, LogLevel.Warning, $"{Name}: Processes still around after final SIGKILL. Entering failed mode.");
                EnterDead(ServiceResult.Timeout, allowRestart: true);
                break;
            case ServiceState.AutoRestart when Job is { Type: JobType.Stop }:
                core.Log(this, LogLevel.Info, $"{Name}: Stop job pending for unit, skipping automatic restart.");
                break;
            case ServiceState.AutoRestart:
                if (!core.TryEnqueue(this, JobType.Restart))
                {
                    EnterDead(ServiceResult.Resources, allowRestart: false);
                    break;
                }
                Restarts++;
                _isAutoRestart = true;
                core.Log(this, LogLevel.Info, $"{Name}: Scheduled restart job, restart counter is at {Restarts}.");
                break;
            case ServiceState.Dead or ServiceState.Running or ServiceState.Exited or ServiceState.Failed:
                break;
        }
    }

    /// <summary>Signals as TimeoutStartFailureMode= and TimeoutStopFailureMode= say; without SendSIGKILL= a kill is left out.</summary>
    /// <param name="final">After ExecStopPost=.</param>
    private void Answer(TimeoutFailureMode mode, string what, bool final)
    {
        bool skips = mode == TimeoutFailureMode.Kill && !Config.Kill.SendSigkill;
        string answer = mode switch
        {
            TimeoutFailureMode.Terminate => "Terminating.",
            TimeoutFailureMode.Abort => "Aborting.",
            TimeoutFailureMode.Kill when !skips => "Killing.",
            TimeoutFailureMode.Kill => final ? "Skipping SIGKILL. Entering failed mode." : "Skipping SIGKILL.",
        };
        core.Log(this, LogLevel.Warning, $"{Name}: {what} timed out. {answer}");
        if (skips && final)
            EnterDead(ServiceResult.Timeout, allowRestart: false);
        else if (skips)
            EnterStopPost(ServiceResult.Timeout);
        else
            EnterSignal(mode switch
            {
                TimeoutFailureMode.Terminate => final ? ServiceState.FinalSigterm : ServiceState.StopSigterm,
                TimeoutFailureMode.Abort => final ? ServiceState.FinalWatchdog : ServiceState.StopWatchdog,
                TimeoutFailureMode.Kill => final ? ServiceState.FinalSigkill : ServiceState.StopSigkill,
            }, ServiceResult.Timeout);
    }

    private void KillReload()
    {
        if (Control.Pid != 0)
            core.Emit(new KillProcess(Name, Control.Pid, 9));
        core.ForgetSpawn(Control.SpawnId);
        core.Untrack(Control.Pid); // how it ends says nothing about the service
        Control.Clear();
    }

    /// <summary>Type=idle waits for the jobs of others, so that its output doesn't get between theirs; for 5 s at the most.</summary>
    private void AwaitIdle()
    {
        _awaitsIdle = true;
        core.Timers.Arm(_idleKey ??= new(this), core.Now.After(5_000_000));
    }

    internal void OnIdle()
    {
        if (!_awaitsIdle)
            return;
        _awaitsIdle = false;
        core.MarkChanged(this);
        if (_idleKey is not null)
            core.Timers.Disarm(_idleKey);
        if (State == ServiceState.Start)
            SpawnMain();
    }

    /// <summary>The kernel killed one of its processes for want of memory (systemd.service(5), OOMPolicy=).</summary>
    internal void OnOomKill()
    {
        core.Log(this, LogLevel.Notice, $"{Name}: A process of this unit has been killed by the OOM killer.");
        if (Config.OomPolicy == OomPolicy.Continue)
            return;
        bool kills = Config.OomPolicy == OomPolicy.Kill;
        switch (State)
        {
            case ServiceState.Running or ServiceState.Exited or ServiceState.StopDrain when !kills:
                EnterStop(ServiceResult.OomKill);
                break;
            case ServiceState.Condition or ServiceState.StartPre or ServiceState.Start or ServiceState.StartPost or ServiceState.Stop or
                ServiceState.Running or ServiceState.Exited or ServiceState.StopDrain:
                EnterSignal(kills ? ServiceState.StopSigkill : ServiceState.StopSigterm, ServiceResult.OomKill);
                break;
            case ServiceState.StopWatchdog or ServiceState.StopSigterm:
                EnterSignal(ServiceState.StopSigkill, ServiceResult.OomKill);
                break;
            case ServiceState.StopSigkill or ServiceState.FinalSigkill:
                Fail(ServiceResult.OomKill);
                break;
            case ServiceState.StopPost or ServiceState.FinalSigterm:
                EnterSignal(ServiceState.FinalSigkill, ServiceResult.OomKill);
                break;
            case ServiceState.Dead or ServiceState.Failed or ServiceState.AutoRestart or ServiceState.FinalWatchdog or
                ServiceState.Reload or ServiceState.ReloadSignal or ServiceState.ReloadNotify:
                break;
        }
    }
}
