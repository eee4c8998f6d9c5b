using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>Which process is the service, where it isn't the one that we started; and what is left when it has gone.</summary>
public sealed partial class ServiceUnit
{
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
        if (_pendingExit is { } exit)
        {
            _pendingExit = null;
            if (pid is { } next && next != Main.Pid)
                AdoptMain(next);
            else
                Ended(Main, exit);
            return;
        }
        if (!_awaitsMainPid || State is not (ServiceState.Start or ServiceState.StartPost))
            return;
        if (pid is null && Config.PidFile is not null && (State == ServiceState.StartPost || Config.ExecStartPost.IsEmpty))
        {
            if (!_groupHasProcesses && !HasProcesses)
            {
                GiveUpPidFile();
                return;
            }
            // The daemon may write it after its parent has gone: ask again until the start times out, or nobody is left.
            core.Timers.Arm(PollKey, core.Now.After(20_000));
            core.Emit(new WatchGroup(Name));
            return;
        }
        _awaitsMainPid = false;
        if (pid is { } main)
            AdoptMain(main);
        if (State == ServiceState.Start)
            EnterStarted();
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
        core.Emit(new WatchProcess(Name, pid));
        core.MarkChanged(this);
    }

    /// <summary>A main process that is nobody's child here has ended: how, only its parent knows (pidfd_open(2)).</summary>
    internal void OnVanished(int pid)
    {
        if (Main.Pid != pid)
            return;
        Main.Clear();
        MainStatus = (MainStatus ?? new CommandStatus(default, default, pid, null)) with { Ended = core.Now };
        core.MarkChanged(this);
        OnMainEnded(ServiceResult.Success, Main);
    }

    /// <summary>Up, running or reloading, a forking service with a pid file may hand over to another process.</summary>
    private bool MayHaveMoved => Config is { Type: ServiceType.Forking, PidFile: not null } &&
        State is ServiceState.StartPost or ServiceState.Running or ServiceState.Reload;

    /// <summary>ExitType=cgroup: the main process has gone, others are left.</summary>
    private void OutliveMain()
    {
        core.Emit(new WatchGroup(Name));
        // An end this quick may be heard of before the start.
        if (State == ServiceState.Start && !NotifiesReady && Config.Type != ServiceType.Dbus)
            EnterStarted();
    }

    private void GiveUpPidFile()
    {
        _awaitsMainPid = false;
        core.Log(this, LogLevel.Warning, $"{Name}: Daemon never wrote its PID file. Failing.");
        if (State == ServiceState.Start)
            EnterStopPost(ServiceResult.Protocol);
        else
            EnterStop(ServiceResult.Protocol);
    }

    /// <param name="processes">How many were in the group besides main and control process.</param>
    public void OnGroupSignalled(int processes)
    {
        _groupHasProcesses = processes > 0;
        if (processes > 0 || HasProcesses)
            return;
        _groupIsEmpty = true;
        Advance();
    }

    public void OnGroupEmpty()
    {
        (_groupHasProcesses, HasLeftOvers) = (false, false);
        if (HasProcesses)
            return;
        switch (State)
        {
            case ServiceState.Start when _awaitsListener:
                GiveUpListener(ServiceResult.Success);
                break;
            case ServiceState.Start when NotifiesReady:
                EnterStopPost(ServiceResult.Protocol); // nobody is left to say READY=1
                break;
            case ServiceState.Start or ServiceState.StartPost when _awaitsMainPid:
                GiveUpPidFile();
                break;
            case ServiceState.Start when Config.ExitsWithGroup:
                EnterStopPost(ServiceResult.Success);
                break;
            case ServiceState.Running:
                EnterRunning(ServiceResult.Success);
                break;
            case ServiceState.StopDrain:
                EndDrain();
                break;
            case ServiceState.StopWatchdog or ServiceState.StopSigterm or ServiceState.StopSigkill:
                EnterStopPost(ServiceResult.Success);
                break;
            case ServiceState.FinalWatchdog or ServiceState.FinalSigterm or ServiceState.FinalSigkill:
                EnterDead(ServiceResult.Success, allowRestart: true);
                break;
            case ServiceState.Dead or ServiceState.Condition or ServiceState.StartPre or ServiceState.Start or ServiceState.StartPost or
                ServiceState.Exited or ServiceState.Reload or ServiceState.ReloadSignal or ServiceState.ReloadNotify or ServiceState.Stop or ServiceState.StopPost or ServiceState.Failed or ServiceState.AutoRestart:
                break;
        }
    }
}
