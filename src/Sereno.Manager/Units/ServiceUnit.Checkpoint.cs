using Sereno.Manager.Checkpoint;
using Sereno.Manager.Jobs;
using Sereno.Units.Model;

namespace Sereno.Manager.Units;

public sealed partial class ServiceUnit
{
    internal ServiceCheckpoint Save() => new()
    {
        State = State,
        Result = Result,
        ReloadResult = ReloadResult,
        Main = Save(Main),
        Control = Save(Control),
        MainExit = MainExit,
        MainStatus = MainStatus,
        Commands = [.. Commands.Select(c => new CommandCheckpoint(c.Key.Section, c.Key.Index, c.Value))],
        StatusText = StatusText,
        StatusErrno = StatusErrno,
        Restarts = Restarts,
        Starts = [.. _starts],
        ForbidRestart = _forbidRestart,
        IsAutoRestart = _isAutoRestart,
        AwaitsMainPid = _awaitsMainPid,
        GroupHasProcesses = _groupHasProcesses,
        AwaitsListener = _awaitsListener,
        HoldsBack = _holdsBack,
        WatchdogUsec = _watchdogUsec,
        NeedsRelease = NeedsRelease,
        Said = _said,
        ReloadBegan = _reloadBegan,
        AwaitsIdle = _awaitsIdle,
        PendingExit = _pendingExit,
        Stored = [.. Stored],
        Streams = [.. _streams],
        Connection = Connection,
        Shared = _shared,
        SharedIsOver = _sharedIsOver,
        Deadline = core.Timers.DeadlineOf(this),
    };

    internal void Restore(ServiceCheckpoint saved)
    {
        (State, Result, ReloadResult) = (saved.State, saved.Result, saved.ReloadResult);
        Restore(Main, saved.Main);
        Restore(Control, saved.Control);
        (MainExit, MainStatus, StatusText, StatusErrno, Restarts) =
            (saved.MainExit, saved.MainStatus, saved.StatusText, saved.StatusErrno, saved.Restarts);
        foreach (var command in saved.Commands)
            Commands.Set(new(command.Section, command.Index), command.Status);
        foreach (ulong start in saved.Starts)
            _starts.Enqueue(start);
        (_forbidRestart, _isAutoRestart, _awaitsMainPid, _groupHasProcesses) =
            (saved.ForbidRestart, saved.IsAutoRestart, saved.AwaitsMainPid, saved.GroupHasProcesses);
        (_said, _reloadBegan, _awaitsIdle, _pendingExit) = (saved.Said, saved.ReloadBegan, saved.AwaitsIdle, saved.PendingExit);
        (_awaitsListener, _holdsBack) = (saved.AwaitsListener, saved.HoldsBack);
        _stored = saved.Stored.Length > 0 ? [.. saved.Stored] : null;
        _streams = [.. saved.Streams];
        Describe(saved.Connection);
        if (saved.Deadline is { } deadline)
            core.Timers.Arm(this, deadline);
        (_watchdogUsec, NeedsRelease) = (saved.WatchdogUsec, saved.NeedsRelease);
        (_shared, _sharedIsOver) = (saved.Shared, saved.SharedIsOver);
        if (State is ServiceState.StartPost or ServiceState.Running or ServiceState.Reload or ServiceState.ReloadSignal or ServiceState.ReloadNotify or ServiceState.StopDrain)
            ArmWatchdog();
        if (State == ServiceState.Running)
            ArmRuntimeLimit();
    }

    /// <summary>Compares what the checkpoint says with what the keeper has, and goes on from there.</summary>
    internal void Resume(IReadOnlyDictionary<ulong, int> spawned, Func<int, bool> exists)
    {
        // As they were saved: hearing of one process may ask for the next.
        foreach (var (slot, asked) in ((ProcessSlot, ulong)[])[(Main, Main.SpawnId), (Control, Control.SpawnId)])
            if (slot.SpawnId != asked)
                continue;
            else if (asked != 0 && spawned.TryGetValue(asked, out int pid))
            {
                core.Expect(asked, this);
                core.OnSpawned(asked, pid);
            }
            else if (asked != 0)
                Spawn(slot, slot.Section, slot.Index); // the request never arrived
            else if (slot.Pid != 0)
            {
                core.Track(slot.Pid, this);
                if (slot == Main && _pendingExit is not null)
                    core.Emit(new ReadPidFile(Name, Config.PidFile ?? ""));
                else if (!exists(slot.Pid))
                {
                    core.Log(this, LogLevel.Warning, $"{Name}: Process {slot.Pid} ended while nobody watched; its exit status is unknown.");
                    core.OnExited(slot.Pid, new ProcessExit(ExitCode.Exited, 0));
                }
            }
        if (NeedsRelease)
            Release(restarts: State == ServiceState.AutoRestart || Job is { Type: JobType.Restart or JobType.Start });
        if (Config is { Type: ServiceType.Dbus, BusName: { } name } && State is not (ServiceState.Dead or ServiceState.Failed or ServiceState.AutoRestart))
            core.Emit(new WatchBusName(Name, name));
        if (_awaitsIdle)
            OnIdle();
        ResumeSockets();
        if (_awaitsMainPid)
            FindMain();
        else if (State is ServiceState.StopWatchdog or ServiceState.StopSigterm or ServiceState.StopSigkill or
                 ServiceState.FinalWatchdog or ServiceState.FinalSigterm or ServiceState.FinalSigkill)
            EnterSignal(State, ServiceResult.Success); // the signal may not have been sent: twice does no harm
    }

    private static SlotCheckpoint Save(ProcessSlot slot) => new(slot.SpawnId, slot.Pid, slot.Section, slot.Index);

    private static void Restore(ProcessSlot slot, SlotCheckpoint saved) =>
        (slot.SpawnId, slot.Pid, slot.Section, slot.Index) = (saved.SpawnId, saved.Pid, saved.Section, saved.Index);
}
