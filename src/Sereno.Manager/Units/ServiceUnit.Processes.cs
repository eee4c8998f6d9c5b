using Sereno.Manager.Spawn;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Units;

/// <summary>What becomes of a service's main and control process.</summary>
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
        Commands.Set(new(slot.Section, slot.Index), status);
        (_groupHasProcesses, _groupIsEmpty, _groupIsGone) = (true, false, false);
        if (slot == Main)
        {
            MainStatus = status;
            if (slot.Index + 1 >= Config.ExecStart.Length)
                LetGoOfConnection();
        }
        core.MarkChanged(this);
        // A stop may have come while the process was on its way: it is signalled now.
        if (State is ServiceState.StopWatchdog or ServiceState.StopSigterm or ServiceState.StopSigkill or
            ServiceState.FinalWatchdog or ServiceState.FinalSigterm or ServiceState.FinalSigkill)
            EnterSignal(State, ServiceResult.Success);
        else if (State == ServiceState.Start && slot == Main &&
                 (Config.Type is ServiceType.Simple or ServiceType.Idle or ServiceType.Exec || (Config.Type == ServiceType.Dbus && IsNameDecided)))
            EnterStarted();
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
        Commands.Set(new(slot.Section, slot.Index), new CommandStatus(core.Now, core.Now, 0, null));
        // Simple services count as started once forked, whatever becomes of the execve (systemd.service(5), Type=).
        if (State == ServiceState.Start && slot == Main && Config is { Type: ServiceType.Simple or ServiceType.Idle, ExecStartPost.IsEmpty: true } && ReadyPort is null)
            SetState(ServiceState.Running);
        Ended(slot, new ProcessExit(ExitCode.Exited, stage));
    }

    private ProcessSlot? SlotOf(ulong id) => Main.SpawnId == id ? Main : Control.SpawnId == id ? Control : null;

    public void OnExited(int pid, ProcessExit exit)
    {
        if (Main.Pid == pid && MayHaveMoved)
        {
            // Forking services move to a new process now and then: they are fine if the pid file says so by now.
            _pendingExit = exit;
            core.MarkChanged(this);
            core.Emit(new ReadPidFile(Name, Config.PidFile!));
        }
        else if (Main.Pid == pid)
            Ended(Main, exit);
        else if (Control.Pid == pid)
            Ended(Control, exit);
    }

    private void Ended(ProcessSlot slot, ProcessExit exit)
    {
        var key = new CommandKey(slot.Section, slot.Index);
        bool isMain = slot == Main;
        var begun = isMain && slot.Pid != 0 && MainStatus is { } main && main.Pid == slot.Pid ? main
            : Commands.Find(key) ?? new CommandStatus(default, default, slot.Pid, null);
        var status = begun with { Ended = core.Now, Exit = exit };
        // A forking service's daemon is no command of its own: ExecStart= was its parent, which has ended before.
        if (!isMain || Config.Type != ServiceType.Forking)
            Commands.Set(key, status);
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
        if (Config.ExitsWithGroup && _groupHasProcesses)
        {
            OutliveMain();
            return;
        }
        switch (State)
        {
            case ServiceState.Start when _awaitsListener:
                GiveUpListener(result);
                break;
            case ServiceState.Start when Config.Type == ServiceType.Oneshot:
                if (result != ServiceResult.Success)
                    EnterSignal(ServiceState.StopSigterm, result);
                else if (slot.Index + 1 < Config.ExecStart.Length)
                    Spawn(Main, ExecSection.ExecStart, slot.Index + 1);
                else
                    EnterStartPost();
                break;
            case ServiceState.Start when NotifiesReady:
                // Only READY=1 makes it active; an end before that is a breach of the protocol, unless somebody else may still say it.
                if (result != ServiceResult.Success)
                    EnterSignal(ServiceState.StopSigterm, result);
                else if (!Config.RemainAfterExit || NotifyAccess == NotifyAccess.Main)
                    EnterSignal(ServiceState.StopSigterm, ServiceResult.Protocol);
                else
                    core.Emit(new WatchGroup(Name));
                break;
            case ServiceState.Start when Config.Type == ServiceType.Exec:
                EnterSignal(ServiceState.StopSigterm, result);
                break;
            case ServiceState.Start or ServiceState.Running:
                EnterRunning(result);
                break;
            case ServiceState.StopDrain when !Control.IsAlive:
                EndDrain();
                break;
            case ServiceState.StopWatchdog or ServiceState.StopSigterm or ServiceState.StopSigkill:
                if (!Control.IsAlive)
                    EnterStopPost(ServiceResult.Success); // before what else may be left in the group
                break;
            case ServiceState.FinalWatchdog or ServiceState.FinalSigterm or ServiceState.FinalSigkill:
                if (!Control.IsAlive && !WaitsForGroup)
                    EnterDead(ServiceResult.Success, allowRestart: true);
                break;
            case ServiceState.StartPost or ServiceState.Reload or ServiceState.ReloadSignal or ServiceState.ReloadNotify when !Control.IsAlive:
                EnterStop(result); // it reloaded by itself, or waits for its pid file: nobody is left to end that
                break;
            case ServiceState.StartPost or ServiceState.Reload or ServiceState.ReloadSignal or ServiceState.ReloadNotify or ServiceState.StopDrain or ServiceState.Stop or ServiceState.StopPost or
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
        if (State is not (ServiceState.Reload or ServiceState.ReloadSignal or ServiceState.ReloadNotify or ServiceState.StopDrain))
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
            case ServiceState.Reload or ServiceState.ReloadSignal or ServiceState.ReloadNotify:
                ReloadResult = result;
                if (Config.Type == ServiceType.NotifyReload && _said == NotifyState.Reloading)
                    SetState(ServiceState.ReloadNotify, Config.TimeoutStartUsec); // until it says that it is done
                else
                    EnterRunning(Result);
                break;
            case ServiceState.StopDrain:
                if (!Main.IsAlive && !_groupHasProcesses)
                    EndDrain(); // a reload was under way, and nobody is left to be drained
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
            case ServiceState.FinalWatchdog or ServiceState.FinalSigterm or ServiceState.FinalSigkill:
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
}
