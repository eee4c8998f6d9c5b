using Sereno.Manager.Jobs;
using Sereno.Manager.Spawn;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Units;

/// <summary>What happens to a service from outside.</summary>
public sealed partial class ServiceUnit
{
    public void OnSpawned(ulong id, int pid)
    {
        var slot = SlotOf(id);
        if (slot is null)
            return;
        (slot.SpawnId, slot.Pid) = (0, pid);
        core.Track(pid, this);
        var status = new CommandStatus(core.Now, default, pid, null);
        Commands[new(slot.Section, slot.Index)] = status;
        _groupHasProcesses = true;
        if (slot == Main)
            MainStatus = status;
        core.MarkChanged(this);
        // A stop may have come while the process was on its way: it is signalled now.
        if (State is ServiceState.StopWatchdog or ServiceState.StopSigterm or ServiceState.StopSigkill or
            ServiceState.FinalSigterm or ServiceState.FinalSigkill)
            EnterSignal(State, ServiceResult.Success);
        else if (State == ServiceState.Start && slot == Main &&
                 Config.Type is ServiceType.Simple or ServiceType.Idle or ServiceType.Exec or ServiceType.Dbus)
            EnterStartPost();
    }

    public void OnSpawnFailed(ulong id, int stage, string cause)
    {
        var slot = SlotOf(id);
        if (slot is null)
            return;
        var command = CommandsOf(slot.Section)[slot.Index];
        if (stage == PlanException.NoProcess)
        {
            core.Log(this, LogLevel.Error, $"{Name}: Failed to run {command.Path}: {cause}");
            slot.Clear();
            core.MarkChanged(this);
            if (slot == Main)
                OnMainEnded(ServiceResult.Resources, slot);
            else
                OnControlEnded(ServiceResult.Resources, slot, default);
            return;
        }
        core.Log(this, LogLevel.Error, $"{Name}: Failed at step {ExitStatuses.Name(stage) ?? stage.ToString()} spawning {command.Path}: {cause}");
        // From here on it is as if a child had exited with the stage as its status.
        slot.SpawnId = 0;
        Commands[new(slot.Section, slot.Index)] = new CommandStatus(core.Now, core.Now, 0, null);
        // Simple services count as started once forked, whatever becomes of the execve (systemd.service(5), Type=).
        if (State == ServiceState.Start && slot == Main && Config is { Type: ServiceType.Simple or ServiceType.Idle, ExecStartPost.IsEmpty: true })
            SetState(ServiceState.Running);
        Ended(slot, new ProcessExit(ExitCode.Exited, stage));
    }

    private ProcessSlot? SlotOf(ulong id) => Main.SpawnId == id ? Main : Control.SpawnId == id ? Control : null;

    public void OnExited(int pid, ProcessExit exit)
    {
        if (Main.Pid == pid)
            Ended(Main, exit);
        else if (Control.Pid == pid)
            Ended(Control, exit);
    }

    private void Ended(ProcessSlot slot, ProcessExit exit)
    {
        var key = new CommandKey(slot.Section, slot.Index);
        bool isMain = slot == Main;
        var begun = isMain && slot.Pid != 0 && MainStatus is { } main && main.Pid == slot.Pid ? main
            : Commands.GetValueOrDefault(key, new CommandStatus(default, default, slot.Pid, null));
        var status = begun with { Ended = core.Now, Exit = exit };
        // A forking service's daemon is no command of its own: ExecStart= was its parent, which has ended before.
        if (!isMain || Config.Type != ServiceType.Forking)
            Commands[key] = status;
        slot.Clear();
        var commands = CommandsOf(slot.Section);
        var command = slot.Index < commands.Length ? commands[slot.Index] : null;
        // A condition's exit status 1 to 254 skips the unit; it isn't a failure (systemd.service(5), ExecCondition=).
        bool clean = exit.IsClean(Config.SuccessExitStatus, daemon: slot.Section == ExecSection.ExecStart && Config.Type != ServiceType.Oneshot);
        var result = clean || command is { IgnoreFailure: true } ? ServiceResult.Success : exit.ToResult();
        if (isMain)
        {
            MainExit = exit;
            MainStatus = status;
        }
        core.MarkChanged(this);
        core.Log(this, clean ? LogLevel.Debug : LogLevel.Notice,
            $"{Name}: {(isMain ? "Main" : "Control")} process exited, code={exit.CodeName}, status={exit.StatusName}");
        if (isMain)
            OnMainEnded(result, slot);
        else
            OnControlEnded(result, slot, exit);
    }

    private void OnMainEnded(ServiceResult result, ProcessSlot slot)
    {
        Fail(result);
        switch (State)
        {
            case ServiceState.Start when Config.Type == ServiceType.Oneshot:
                if (result != ServiceResult.Success)
                    EnterSignal(ServiceState.StopSigterm, result);
                else if (slot.Index + 1 < Config.ExecStart.Length)
                    Spawn(Main, ExecSection.ExecStart, slot.Index + 1);
                else
                    EnterStartPost();
                break;
            case ServiceState.Start when Config.Type == ServiceType.Notify:
                // Only READY=1 makes it active; an end before that is a breach of the protocol, unless somebody else may still say it.
                if (result != ServiceResult.Success)
                    EnterSignal(ServiceState.StopSigterm, result);
                else if (!Config.RemainAfterExit || NotifyAccess == NotifyAccess.Main)
                    EnterSignal(ServiceState.StopSigterm, ServiceResult.Protocol);
                break;
            case ServiceState.Start when Config.Type == ServiceType.Exec:
                EnterSignal(ServiceState.StopSigterm, result);
                break;
            case ServiceState.Start or ServiceState.Running:
                EnterRunning(result);
                break;
            case ServiceState.StopWatchdog or ServiceState.StopSigterm or ServiceState.StopSigkill:
                if (!Control.IsAlive)
                    EnterStopPost(ServiceResult.Success); // before what else may be left in the group
                break;
            case ServiceState.FinalSigterm or ServiceState.FinalSigkill:
                if (!Control.IsAlive && !WaitsForGroup)
                    EnterDead(ServiceResult.Success, allowRestart: true);
                break;
            case ServiceState.StartPost or ServiceState.Reload when !Control.IsAlive:
                EnterStop(result); // it reloaded by itself, or waits for its pid file: nobody is left to end that
                break;
            case ServiceState.StartPost or ServiceState.Reload or ServiceState.Stop or ServiceState.StopPost or
                ServiceState.Condition or ServiceState.StartPre:
                break; // the control process goes first, and its end looks at the result
            case ServiceState.Dead or ServiceState.Exited or ServiceState.Failed or ServiceState.AutoRestart:
                break;
        }
    }

    private void OnControlEnded(ServiceResult result, ProcessSlot slot, ProcessExit exit)
    {
        if (State == ServiceState.Condition && result == ServiceResult.ExitCode && exit.Status < 255)
        {
            result = ServiceResult.ExecCondition;
            ConditionsMet = false;
        }
        if (State != ServiceState.Reload)
            Fail(result);
        // The next one, unless the service has been told to stop in the meantime.
        if (result == ServiceResult.Success && slot.Index + 1 < CommandsOf(slot.Section).Length && State == StateOf(slot.Section))
        {
            RunControl(slot.Section, slot.Index + 1);
            return;
        }
        switch (State)
        {
            case ServiceState.Condition:
                if (result == ServiceResult.Success)
                    EnterStartPre();
                else
                    EnterSignal(ServiceState.StopSigterm, result);
                break;
            case ServiceState.StartPre:
                if (result == ServiceResult.Success)
                    EnterStart();
                else
                    EnterSignal(ServiceState.StopSigterm, result);
                break;
            case ServiceState.Start:
                if (result == ServiceResult.Success)
                    FindMain();
                else
                    EnterSignal(ServiceState.StopSigterm, result);
                break;
            case ServiceState.StartPost:
                if (result != ServiceResult.Success)
                    EnterSignal(ServiceState.StopSigterm, result);
                else if (Config is { Type: ServiceType.Forking, PidFile: not null } && !Main.IsAlive && MainExit is null)
                    FindMain(); // an ExecStartPost= may have written the pid file
                else
                    EnterRunning(Result);
                break;
            case ServiceState.Reload:
                ReloadResult = result;
                EnterRunning(Result);
                break;
            case ServiceState.Stop:
                EnterSignal(ServiceState.StopSigterm, result);
                break;
            case ServiceState.StopWatchdog or ServiceState.StopSigterm or ServiceState.StopSigkill:
                if (!Main.IsAlive)
                    EnterStopPost(ServiceResult.Success);
                break;
            case ServiceState.StopPost:
                EnterSignal(ServiceState.FinalSigterm, result);
                break;
            case ServiceState.FinalSigterm or ServiceState.FinalSigkill:
                if (!Main.IsAlive && !WaitsForGroup)
                    EnterDead(ServiceResult.Success, allowRestart: true);
                break;
            case ServiceState.Dead or ServiceState.Running or ServiceState.Exited or ServiceState.Failed or ServiceState.AutoRestart:
                break;
        }
    }

    /// <summary>The state in which a section's commands follow one another; ExecStart= of a forking service has only one.</summary>
    private static ServiceState? StateOf(ExecSection section) => section switch
    {
        ExecSection.ExecCondition => ServiceState.Condition,
        ExecSection.ExecStartPre => ServiceState.StartPre,
        ExecSection.ExecStart => null,
        ExecSection.ExecStartPost => ServiceState.StartPost,
        ExecSection.ExecReload => ServiceState.Reload,
        ExecSection.ExecStop => ServiceState.Stop,
        ExecSection.ExecStopPost => ServiceState.StopPost,
    };

    /// <summary>A forking service's parent has gone: its daemon is in the pid file, or has to be guessed.</summary>
    private void FindMain()
    {
        _awaitsMainPid = true;
        if (Config.PidFile is { } path)
            core.Emit(new ReadPidFile(Name, path));
        else if (Config.GuessMainPid)
            core.Emit(new FindMainProcess(Name));
        else
            OnPidFileRead(null);
    }

    internal void OnPidFileRead(int? pid)
    {
        if (!_awaitsMainPid || State is not (ServiceState.Start or ServiceState.StartPost))
            return;
        if (pid is null && Config.PidFile is not null && (State == ServiceState.StartPost || Config.ExecStartPost.IsEmpty))
        {
            // The daemon may write it after its parent has gone: ask again until the start times out.
            core.Timers.Arm(PollKey, core.Now.After(20_000));
            return;
        }
        _awaitsMainPid = false;
        if (pid is { } main)
            AdoptMain(main);
        if (State == ServiceState.Start)
            EnterStartPost();
        else
            EnterRunning(Result);
    }

    internal void OnPidFilePoll()
    {
        if (_awaitsMainPid && Config.PidFile is { } path)
            core.Emit(new ReadPidFile(Name, path));
    }

    private void AdoptMain(int pid)
    {
        if (Main.Pid != 0)
            core.Untrack(Main.Pid);
        Main.Clear();
        (Main.Pid, Main.Section, Main.Index) = (pid, ExecSection.ExecStart, 0);
        MainStatus = new CommandStatus(core.Now, default, pid, null);
        MainExit = null;
        core.Track(pid, this);
        core.MarkChanged(this);
    }

    /// <param name="processes">How many were in the group besides main and control process.</param>
    public void OnGroupSignalled(int processes)
    {
        _groupHasProcesses = processes > 0;
        if (processes == 0 && !HasProcesses)
            Advance();
    }

    public void OnGroupEmpty()
    {
        _groupHasProcesses = false;
        if (HasProcesses)
            return;
        switch (State)
        {
            case ServiceState.Start when Config.Type == ServiceType.Notify:
                EnterStopPost(ServiceResult.Protocol); // nobody is left to say READY=1
                break;
            case ServiceState.Start or ServiceState.StartPost when _awaitsMainPid:
                core.Log(this, LogLevel.Error, $"{Name}: Daemon never wrote its PID file. Failing.");
                EnterSignal(ServiceState.StopSigterm, ServiceResult.Protocol);
                break;
            case ServiceState.Running:
                EnterRunning(ServiceResult.Success);
                break;
            case ServiceState.StopWatchdog or ServiceState.StopSigterm or ServiceState.StopSigkill:
                EnterStopPost(ServiceResult.Success);
                break;
            case ServiceState.FinalSigterm or ServiceState.FinalSigkill:
                EnterDead(ServiceResult.Success, allowRestart: true);
                break;
            case ServiceState.Dead or ServiceState.Condition or ServiceState.StartPre or ServiceState.Start or ServiceState.StartPost or
                ServiceState.Exited or ServiceState.Reload or ServiceState.Stop or ServiceState.StopPost or ServiceState.Failed or ServiceState.AutoRestart:
                break;
        }
    }

    /// <summary>sd_notify(3); who may speak is NotifyAccess='s to say.</summary>
    internal void OnNotified(int sender, IReadOnlyDictionary<string, string> fields)
    {
        bool allowed = NotifyAccess switch
        {
            NotifyAccess.None => false,
            NotifyAccess.Main => sender == Main.Pid,
            NotifyAccess.Exec => sender == Main.Pid || sender == Control.Pid,
            NotifyAccess.All => true,
        };
        if (!allowed || State is ServiceState.Dead or ServiceState.Failed or ServiceState.AutoRestart)
        {
            core.Log(this, LogLevel.Warning, Main.Pid != 0 && NotifyAccess == NotifyAccess.Main
                ? $"{Name}: Got notification message from PID {sender}, but reception only permitted for main PID {Main.Pid}"
                : $"{Name}: Got notification message from PID {sender}, but reception is disabled.");
            return;
        }
        bool isUp = State is ServiceState.Start or ServiceState.StartPost or ServiceState.Running or ServiceState.Reload;
        if (fields.TryGetValue("MAINPID", out var text) && isUp && int.TryParse(text, out int pid) && pid > 1 && pid != Main.Pid && pid != Control.Pid)
            AdoptMain(pid);
        if (fields.TryGetValue("STATUS", out var status))
            StatusText = status.Length > 0 ? status : null;
        if (fields.TryGetValue("ERRNO", out text) && int.TryParse(text, out int errno))
            StatusErrno = errno;
        if (fields.TryGetValue("EXTEND_TIMEOUT_USEC", out text) && ulong.TryParse(text, out ulong extension) && core.Timers.DeadlineOf(this) is { } deadline)
            core.Timers.Arm(this, Math.Max(deadline, core.Now.After(extension)));
        OnStateNotified(fields);
        OnWatchdogNotified(fields);
        core.MarkChanged(this);
    }

    private void OnStateNotified(IReadOnlyDictionary<string, string> fields)
    {
        if (fields.GetValueOrDefault("STOPPING") == "1" && State == ServiceState.Running)
            SetState(ServiceState.StopSigterm, Config.TimeoutStopUsec);
        else if (fields.GetValueOrDefault("RELOADING") == "1" && State == ServiceState.Running)
            SetState(ServiceState.Reload, Config.TimeoutStartUsec);
        else if (fields.GetValueOrDefault("READY") == "1")
        {
            if (State == ServiceState.Start && Config.Type == ServiceType.Notify)
                EnterStartPost();
            else if (State == ServiceState.Reload && !Control.IsAlive)
                EnterRunning(ServiceResult.Success);
        }
    }

    private void OnWatchdogNotified(IReadOnlyDictionary<string, string> fields)
    {
        // A service that is stopping may still say that it lives: that must not start the watch again.
        bool watched = State is ServiceState.StartPost or ServiceState.Running or ServiceState.Reload;
        if (fields.TryGetValue("WATCHDOG_USEC", out var text) && ulong.TryParse(text, out ulong usec))
        {
            _watchdogUsec = usec;
            if (watched)
                ArmWatchdog();
        }
        if (!watched || !fields.TryGetValue("WATCHDOG", out text))
            return;
        if (text == "1")
            ArmWatchdog();
        else if (text == "trigger")
        {
            core.Log(this, LogLevel.Error, $"{Name}: Watchdog request (last status: {StatusText ?? "<unset>"})!");
            EnterSignal(ServiceState.StopWatchdog, ServiceResult.Watchdog);
        }
    }

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
                core.Log(this, LogLevel.Warning, $"{Name}: {State.Name()} operation timed out. Terminating.");
                EnterSignal(ServiceState.StopSigterm, ServiceResult.Timeout);
                break;
            case ServiceState.Reload:
                core.Log(this, LogLevel.Warning, $"{Name}: Reload operation timed out. Killing reload process.");
                if (Control.Pid != 0)
                    core.Emit(new KillProcess(Name, Control.Pid, 9));
                core.ForgetSpawn(Control.SpawnId);
                core.Untrack(Control.Pid); // how it ends says nothing about the service
                Control.Clear();
                ReloadResult = ServiceResult.Timeout;
                EnterRunning(ServiceResult.Success);
                break;
            case ServiceState.Stop:
                core.Log(this, LogLevel.Warning, $"{Name}: Stopping timed out. Terminating.");
                EnterSignal(ServiceState.StopSigterm, ServiceResult.Timeout);
                break;
            case ServiceState.StopWatchdog or ServiceState.StopSigterm:
                KillAfterTimeout(ServiceState.StopSigkill);
                break;
            case ServiceState.StopSigkill:
                core.Log(this, LogLevel.Warning, $"{Name}: Processes still around after SIGKILL. Ignoring.");
                EnterStopPost(ServiceResult.Timeout);
                break;
            case ServiceState.StopPost:
                core.Log(this, LogLevel.Warning, $"{Name}: State 'stop-post' timed out. Terminating.");
                EnterSignal(ServiceState.FinalSigterm, ServiceResult.Timeout);
                break;
            case ServiceState.FinalSigterm:
                KillAfterTimeout(ServiceState.FinalSigkill);
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

    private void KillAfterTimeout(ServiceState next)
    {
        if (Config.Kill.SendSigkill)
        {
            core.Log(this, LogLevel.Warning, $"{Name}: State '{State.Name()}' timed out. Killing.");
            EnterSignal(next, ServiceResult.Timeout);
            return;
        }
        core.Log(this, LogLevel.Warning, $"{Name}: State '{State.Name()}' timed out. Skipping SIGKILL.");
        if (next == ServiceState.StopSigkill)
            EnterStopPost(ServiceResult.Timeout);
        else
            EnterDead(ServiceResult.Timeout, allowRestart: false);
    }
}
