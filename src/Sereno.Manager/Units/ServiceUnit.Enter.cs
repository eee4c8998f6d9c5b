using System.Collections.Immutable;
using Sereno.Manager.Jobs;
using Sereno.Manager.Spawn;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Units;

/// <summary>The paths between states.</summary>
public sealed partial class ServiceUnit
{
    private void EnterCondition()
    {
        if (Config.ExecCondition.IsEmpty)
        {
            EnterStartPre();
            return;
        }
        SetState(ServiceState.Condition, Config.TimeoutStartUsec);
        RunControl(ExecSection.ExecCondition, 0);
    }

    private void EnterStartPre()
    {
        if (Config.ExecStartPre.IsEmpty)
        {
            EnterStart();
            return;
        }
        SetState(ServiceState.StartPre, Config.TimeoutStartUsec);
        RunControl(ExecSection.ExecStartPre, 0);
    }

    private void EnterStart()
    {
        if (Config.ExecStart.IsEmpty)
        {
            EnterStartPost(); // a oneshot that only stops something
            return;
        }
        SetState(ServiceState.Start, Config.TimeoutStartUsec);
        if (Config is { Type: ServiceType.Dbus, BusName: { } name })
            core.Emit(new WatchBusName(Name, name));
        if (Config.Type == ServiceType.Idle && core.HasOtherJobs(this))
        {
            AwaitIdle();
            return;
        }
        SpawnMain();
    }

    private void SpawnMain() => Spawn(Config.Type == ServiceType.Forking ? Control : Main, ExecSection.ExecStart, 0);

    private void EnterStartPost()
    {
        ArmWatchdog();
        if (Config.ExecStartPost.IsEmpty)
        {
            EnterRunning(ServiceResult.Success);
            return;
        }
        SetState(ServiceState.StartPost, Config.TimeoutStartUsec);
        RunControl(ExecSection.ExecStartPost, 0);
    }

    private void EnterRunning(ServiceResult result)
    {
        Fail(result);
        if (Result != ServiceResult.Success)
        {
            EnterSignal(ServiceState.StopSigterm, Result);
            return;
        }
        if (IsGood)
            switch (_said)
            {
                case NotifyState.Reloading:
                    EnterReloadByNotify();
                    break;
                case NotifyState.Stopping:
                    EnterStopByNotify();
                    break;
                case NotifyState.Nothing or NotifyState.Ready:
                    SetState(ServiceState.Running);
                    ArmRuntimeLimit();
                    if (!Main.IsAlive)
                        core.Emit(new WatchGroup(Name));
                    break;
            }
        else if (Config.RemainAfterExit)
            SetState(ServiceState.Exited);
        else
            EnterStop(ServiceResult.Success);
    }

    private void EnterStop(ServiceResult result)
    {
        Fail(result);
        if (Config.ExecStop.IsEmpty)
        {
            EnterSignal(ServiceState.StopSigterm, ServiceResult.Success);
            return;
        }
        SetState(ServiceState.Stop, Config.TimeoutStopUsec);
        RunControl(ExecSection.ExecStop, 0);
    }

    /// <summary>KillMode= says who gets the signal (systemd.kill(5)); then we wait for them, for TimeoutStopSec= at the most.</summary>
    private void EnterSignal(ServiceState state, ServiceResult result)
    {
        Fail(result);
        var kill = Config.Kill;
        bool final = state is ServiceState.StopSigkill or ServiceState.FinalSigkill;
        bool aborts = state is ServiceState.StopWatchdog or ServiceState.FinalWatchdog;
        int signal = final ? kill.FinalSignal
            : aborts ? kill.WatchdogSignal
            : state == ServiceState.StopSigterm && Job is { Type: JobType.Restart } && kill.RestartSignal is { } restart ? restart : kill.Signal;
        bool hangsUp = kill.SendSighup && signal != 1 && state is ServiceState.StopSigterm or ServiceState.FinalSigterm;
        SetState(state, aborts ? Config.TimeoutAbortUsec ?? Config.TimeoutStopUsec : Config.TimeoutStopUsec);
        if (kill.Mode == KillMode.None)
        {
            Advance(); // nobody is told, so that nobody is waited for
            return;
        }
        foreach (var slot in (ReadOnlySpan<ProcessSlot>)[Main, Control])
            if (slot.Pid != 0)
            {
                if (final || aborts)
                    core.Log(this, LogLevel.Notice, $"{Name}: Killing process {slot.Pid} with signal {Signals.Name(signal)}.");
                core.Emit(new KillProcess(Name, slot.Pid, signal));
                if (hangsUp)
                    core.Emit(new KillProcess(Name, slot.Pid, 1));
            }
        if (!_groupIsEmpty && (kill.Mode == KillMode.ControlGroup || (kill.Mode == KillMode.Mixed && final)))
        {
            core.Emit(new KillGroup(Name, signal, hangsUp, [.. Pids()]));
            return; // GroupSignalled tells whether there is somebody to wait for
        }
        if (!HasProcesses)
            Advance();
    }

    /// <summary>Nobody is left to wait for in a killing state.</summary>
    private void Advance()
    {
        switch (State)
        {
            case ServiceState.StopWatchdog or ServiceState.StopSigterm when Config.Kill is { Mode: KillMode.Mixed, SendSigkill: true }:
                EnterSignal(ServiceState.StopSigkill, ServiceResult.Success);
                break;
            case ServiceState.StopWatchdog or ServiceState.StopSigterm or ServiceState.StopSigkill:
                EnterStopPost(ServiceResult.Success);
                break;
            case ServiceState.FinalWatchdog or ServiceState.FinalSigterm when Config.Kill is { Mode: KillMode.Mixed, SendSigkill: true }:
                EnterSignal(ServiceState.FinalSigkill, ServiceResult.Success);
                break;
            case ServiceState.FinalWatchdog or ServiceState.FinalSigterm or ServiceState.FinalSigkill:
                EnterDead(ServiceResult.Success, allowRestart: true);
                break;
            case ServiceState.Dead or ServiceState.Condition or ServiceState.StartPre or ServiceState.Start or ServiceState.StartPost or
                ServiceState.Running or ServiceState.Exited or ServiceState.Reload or ServiceState.ReloadSignal or ServiceState.ReloadNotify or ServiceState.StopDrain or
                ServiceState.Stop or ServiceState.StopPost or ServiceState.Failed or ServiceState.AutoRestart:
                break;
        }
    }

    private void EnterStopPost(ServiceResult result)
    {
        Fail(result);
        if (Config.ExecStopPost.IsEmpty)
        {
            EnterSignal(ServiceState.FinalSigterm, ServiceResult.Success);
            return;
        }
        SetState(ServiceState.StopPost, Config.TimeoutStopUsec);
        RunControl(ExecSection.ExecStopPost, 0);
    }

    private void EnterDead(ServiceResult result, bool allowRestart)
    {
        Fail(result);
        (_awaitsMainPid, _groupHasProcesses, _groupIsEmpty, _awaitsIdle, _pendingExit) = (false, false, false, false, null);
        if (_busName != BusNameState.Unwatched)
            UnwatchBusName();
        if (HasFailed)
            core.Log(this, LogLevel.Warning, $"{Name}: Failed with result '{Result.Name()}'.");
        else
            core.Log(this, LogLevel.Info, Result == ServiceResult.ExecCondition ? $"{Name}: Skipped due to 'exec-condition'." : $"{Name}: Deactivated successfully.");
        foreach (var slot in (ProcessSlot[])[Main, Control])
        {
            core.ForgetSpawn(slot.SpawnId);
            core.Untrack(slot.Pid);
            slot.Clear(); // KillMode= may leave processes behind; they are no longer ours
        }
        HasLeftOvers = false; // until we are told so
        LetConnect();
        bool restarts = allowRestart && ShouldRestart();
        bool comesBack = restarts || Job is { Type: JobType.Restart or JobType.Start };
        Release(comesBack);
        if (!comesBack)
            ReleaseDescriptors();
        EndConnection();
        if (restarts)
        {
            // The delay is a state of its own, so that a stop in the meantime has something to cancel.
            SetState(ServiceState.AutoRestart);
            core.Timers.Arm(this, core.Now.After(Math.Max(RestartDelay, 1)));
        }
        else
            SetState(HasFailed ? ServiceState.Failed : ServiceState.Dead);
    }

    /// <param name="restarts">RuntimeDirectoryPreserve=restart keeps the folders then.</param>
    private void Release(bool restarts)
    {
        var runtime = Config.Exec.Directories.GetValueOrDefault(DirectoryKind.Runtime, DirectorySet.None);
        bool keeps = Config.Exec.RuntimeDirectoryPreserve == DirectoryPreserve.Yes || (Config.Exec.RuntimeDirectoryPreserve == DirectoryPreserve.Restart && restarts);
        ImmutableArray<string> folders = keeps ? [] : [.. runtime.Names.Select(n => $"{core.Facts.Roots[DirectoryKind.Runtime]}/{n}")];
        var release = new ReleaseUnit(Name, [.. folders, .. TakePrivateFolders(), .. CredentialFolder()], Config.PidFile, TakeNamespaces()) { RemoveSharedOf = AccountToClean() };
        // What is in memory only goes with us.
        if (_groupIsGone && release is { RemoveDirectories.IsEmpty: true, PidFile: null, Namespaces: null, RemoveSharedOf: null })
            core.Emit(release);
        else
            core.Release(this, release);
    }

    private ImmutableArray<string> CredentialFolder() => Config.Exec.Credentials.IsEmpty ? [] : [PlanBuilder.CredentialsOf(Name, core.Facts)];

    /// <summary>RemoveIPC= is for accounts of the service's own: never root's, nor one that another unit is running as.</summary>
    private uint? AccountToClean() => Config.Exec.RemoveIpc && core.Facts.IsSystem
        && PlanBuilder.AccountOf(Name, Config.Exec, core.Facts, core.Machine) is { } uid and > 0
        && !core.Graph.All.OfType<ServiceUnit>().Any(s => s != this && !s.IsInactiveOrFailed && (s.Config.Exec.User is not null || s.Config.Exec.DynamicUser)
            && PlanBuilder.AccountOf(s.Name, s.Config.Exec, core.Facts, core.Machine) == uid) ? uid : null;

    private void ArmWatchdog()
    {
        if (WatchdogUsec is not (0 or ServiceDefinition.Infinity))
            core.Timers.Arm(WatchdogKey, core.Now.After(WatchdogUsec));
    }

    /// <summary>RuntimeMaxSec= counts from when the service became active; a reload doesn't start it again.</summary>
    private void ArmRuntimeLimit()
    {
        if (Config.RuntimeMaxUsec != ServiceDefinition.Infinity)
            core.Timers.Arm(RuntimeKey, ActiveEnter.After(Config.RuntimeMaxUsec) + RuntimeExtra);
    }

    private ulong RuntimeExtra => Config.RuntimeExtraUsec == 0 ? 0
        : Convert.ToUInt64(core.Machine.NewId()[16..], 16) % (Config.RuntimeExtraUsec + 1);

    private IEnumerable<int> Pids()
    {
        if (Main.Pid != 0)
            yield return Main.Pid;
        if (Control.Pid != 0)
            yield return Control.Pid;
    }
}
