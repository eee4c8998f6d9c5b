using System.Collections.Immutable;
using Sereno.Manager.Jobs;
using Sereno.Manager.Spawn;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Units;

/// <summary>
/// A service's life (systemd.service(5)). Each event decides every state in a switch without a default; the paths
/// between states are the Enter methods, named as the states are.
/// </summary>
public sealed partial class ServiceUnit(UnitDefinition definition, ManagerCore core) : Unit(definition), IProcessOwner, IGroupOwner
{
    /// <summary>Timer keys besides the unit itself, which is the timer of the current state.</summary>
    internal sealed record RuntimeLimit(ServiceUnit Service);

    internal sealed record PidFilePoll(ServiceUnit Service);

    internal sealed record WatchdogLimit(ServiceUnit Service);

    internal sealed record IdleLimit(ServiceUnit Service);

    internal sealed record SocketPoll(ServiceUnit Service);

    private readonly Queue<ulong> _starts = new();
    private ServiceDefinition _lastConfig = definition.Service ?? new();
    private bool _forbidRestart;
    private bool _isAutoRestart;
    private bool _awaitsMainPid;
    private bool _groupHasProcesses;

    /// <summary>Seen on the way down: nobody is left to be signalled a second time.</summary>
    private bool _groupIsEmpty;

    /// <summary>Not even the group is left: nothing has to be cleared away.</summary>
    private bool _groupIsGone;
    private RuntimeLimit? _runtimeKey;
    private PidFilePoll? _pollKey;
    private WatchdogLimit? _watchdogKey;
    private IdleLimit? _idleKey;
    private bool _awaitsIdle;
    private ProcessExit? _pendingExit;
    private ulong? _watchdogUsec;
    private NotifyState _said;
    private ulong _reloadBegan;

    public ServiceState State { get; private set; }
    public ServiceResult Result { get; private set; }
    public ServiceResult ReloadResult { get; private set; }
    public ProcessSlot Main { get; } = new();
    public ProcessSlot Control { get; } = new();
    public ProcessExit? MainExit { get; private set; }

    /// <summary>Outlives the process: status shows it after the end.</summary>
    public CommandStatus? MainStatus { get; private set; }
    public CommandStatuses Commands { get; } = new();
    public string? StatusText { get; private set; }
    public int StatusErrno { get; private set; }
    public uint Restarts { get; private set; }

    /// <summary>When it last said that it lives.</summary>
    public Timestamp WatchdogFed { get; private set; }

    /// <summary>What the files say now; what they said last when they are gone while the service still runs.</summary>
    public ServiceDefinition Config => Definition.Service is { } config ? _lastConfig = config : _lastConfig;

    public override ActiveState Active => State.ToActiveState(idle: Config.Type == ServiceType.Idle);
    public override string SubState => State.Name();
    public override bool CanReload => !Config.ExecReload.IsEmpty || Config.Type == ServiceType.NotifyReload;

    private bool NotifiesReady => Config.Type is ServiceType.Notify or ServiceType.NotifyReload;

    private NotifyAccess NotifyAccess => Config.NotifyAccess == NotifyAccess.None && NotifiesReady
        ? NotifyAccess.Main : Config.NotifyAccess;

    /// <summary>A skipped unit hasn't failed.</summary>
    private bool HasFailed => Result is not (ServiceResult.Success or ServiceResult.ExecCondition);

    /// <summary>Processes that KillMode= bids us wait for are left, besides main and control process.</summary>
    private bool WaitsForGroup => _groupHasProcesses && Config.Kill.Mode is KillMode.ControlGroup or KillMode.Mixed;

    /// <summary>As far as can be told: the main process lives, or, where it doesn't matter or isn't known, any process; and the bus name is had.</summary>
    private bool IsGood => !(Config.Type == ServiceType.Dbus && _busName == BusNameState.Free) &&
        (Main.IsAlive || (_groupHasProcesses && (Config.ExitsWithGroup || (MainStatus is null && Config.Type == ServiceType.Forking))));

    private bool HasProcesses => Main.IsAlive || Control.IsAlive;

    /// <summary>Who was left behind in the control group by the last run.</summary>
    internal bool HasLeftOvers { get; set; }

    internal override bool HasLoad => HasProcesses || HasLeftOvers;

    private RuntimeLimit RuntimeKey => _runtimeKey ??= new(this);
    private PidFilePoll PollKey => _pollKey ??= new(this);
    private WatchdogLimit WatchdogKey => _watchdogKey ??= new(this);

    /// <summary>What the service has asked for instead of WatchdogSec= (sd_notify(3), WATCHDOG_USEC=).</summary>
    public ulong? WatchdogOverride => _watchdogUsec;

    private ulong WatchdogUsec => _watchdogUsec ?? Config.WatchdogUsec;

    /// <summary>Its folders are to be cleared away, and nobody has said yet that they are.</summary>
    internal bool NeedsRelease { get; set; }

    public override void Start()
    {
        core.Timers.Disarm(this);
        (Result, ReloadResult) = (ServiceResult.Success, ServiceResult.Success);
        (MainExit, MainStatus, StatusText, StatusErrno) = (null, null, null, 0);
        (_forbidRestart, _awaitsMainPid, _watchdogUsec) = (false, false, null);
        (_said, _pendingExit, WatchdogFed) = (NotifyState.Nothing, null, default);
        Commands.Clear();
        if (!_isAutoRestart)
            Restarts = 0;
        _isAutoRestart = false;
        EnterCondition();
    }

    /// <summary>Its last start was refused for coming too soon, whatever its result is.</summary>
    internal bool IsStartLimitHit { get; private set; }

    /// <summary>A start that comes too soon ends the unit as failed, which may be what it is already.</summary>
    internal bool MayStart()
    {
        IsStartLimitHit = !TakeStartToken();
        if (!IsStartLimitHit)
            return true;
        core.Log(this, LogLevel.Warning, $"{Name}: Start request repeated too quickly.");
        EnterDead(ServiceResult.StartLimitHit, allowRestart: false);
        core.Act(Definition.Actions.StartLimit, this, null);
        return false;
    }

    public override void Stop()
    {
        ForbidRestart();
        switch (State)
        {
            case ServiceState.Dead or ServiceState.Failed:
                break;
            case ServiceState.AutoRestart:
                core.Timers.Disarm(this);
                if (Job is not { Type: JobType.Restart or JobType.Start })
                    ReleaseDescriptors();
                SetState(ServiceState.Dead);
                break;
            case ServiceState.Reload or ServiceState.ReloadSignal or ServiceState.ReloadNotify when DrainUsec > 0:
                EnterDrain();
                break;
            case ServiceState.Condition or ServiceState.StartPre or ServiceState.Start or ServiceState.StartPost or ServiceState.Reload or
                ServiceState.ReloadSignal or ServiceState.ReloadNotify or ServiceState.StopWatchdog:
                EnterSignal(ServiceState.StopSigterm, ServiceResult.Success);
                break;
            case ServiceState.Running or ServiceState.Exited:
                EnterDrain();
                break;
            case ServiceState.StopDrain or ServiceState.Stop or ServiceState.StopSigterm or ServiceState.StopSigkill or ServiceState.StopPost or
                 ServiceState.FinalWatchdog or ServiceState.FinalSigterm or ServiceState.FinalSigkill:
                break;
        }
    }

    public override void Reload()
    {
        ReloadResult = ServiceResult.Success;
        _reloadBegan = core.Now.Monotonic;
        bool signals = Config.Type == ServiceType.NotifyReload && Main.Pid != 0;
        if (signals)
            core.Emit(new KillProcess(Name, Main.Pid, Config.ReloadSignal));
        if (!Config.ExecReload.IsEmpty)
        {
            SetState(ServiceState.Reload, Config.TimeoutStartUsec);
            RunControl(ExecSection.ExecReload, 0);
        }
        else if (signals)
            SetState(ServiceState.ReloadSignal, Config.TimeoutStartUsec);
        else
            EnterRunning(ServiceResult.Success);
    }

    public override void ResetFailed()
    {
        if (State == ServiceState.Failed)
            SetState(ServiceState.Dead);
        Result = ServiceResult.Success;
        ReloadResult = ServiceResult.Success;
        Restarts = 0;
        _starts.Clear();
        core.MarkChanged(this);
    }

    /// <summary>An explicit stop: no restart follows, not even one that is already scheduled.</summary>
    internal void ForbidRestart() => _forbidRestart = true;

    /// <summary>StartLimitBurst= starts within StartLimitIntervalSec= (systemd.unit(5)).</summary>
    private bool TakeStartToken()
    {
        ulong interval = Definition.StartLimitIntervalUsec, now = core.Now.Monotonic;
        if (interval == 0 || Definition.StartLimitBurst == 0)
            return true;
        while (_starts.TryPeek(out ulong first) && first + interval < now)
            _starts.Dequeue();
        if (_starts.Count >= Definition.StartLimitBurst)
            return false;
        _starts.Enqueue(now);
        return true;
    }

    private ImmutableArray<ExecCommand> CommandsOf(ExecSection section) => section switch
    {
        ExecSection.ExecCondition => Config.ExecCondition,
        ExecSection.ExecStartPre => Config.ExecStartPre,
        ExecSection.ExecStart => Config.ExecStart,
        ExecSection.ExecStartPost => Config.ExecStartPost,
        ExecSection.ExecReload => Config.ExecReload,
        ExecSection.ExecStop => Config.ExecStop,
        ExecSection.ExecStopPost => Config.ExecStopPost,
    };

    /// <summary>Starts the n-th command of a section as the control process.</summary>
    private void RunControl(ExecSection section, int index) => Spawn(Control, section, index);

    private void Spawn(ProcessSlot slot, ExecSection section, int index)
    {
        var command = CommandsOf(section)[index];
        slot.Clear();
        (slot.Section, slot.Index, slot.SpawnId) = (section, index, core.NewSpawn(this));
        ulong id = slot.SpawnId;
        try
        {
            if (Config.Exec.PermissionsStartOnly && section != ExecSection.ExecStart)
                command = command with { Flags = command.Flags | ExecFlags.FullyPrivileged };
            bool usesSocket = ContextOf(section).UsesSocket;
            var sockets = section == ExecSection.ExecStart || usesSocket ? Sockets : [];
            ImmutableArray<StoredDescriptor> descriptors = section == ExecSection.ExecStart && !usesSocket ? [.. sockets, .. Stored] : sockets;
            var plan = PlanBuilder.Build(Name, ContextOf(section), command, core.Facts, core.Machine, Variables(section), Shared,
                section is ExecSection.ExecStart or ExecSection.ExecStartPre or ExecSection.ExecCondition or ExecSection.ExecStopPost,
                [.. descriptors.Select(d => d.Name)], [.. _streams.Select(s => s.Name)]);
            Say(plan.Notes);
            core.Emit(new SpawnProcess(id, Name, InvocationId, descriptors.IsEmpty || usesSocket ? plan : plan.Passing(descriptors.Length), [.. descriptors.Concat(_streams).Select(d => d.Id)])
            {
                Takes = slot == Main && index + 1 >= Config.ExecStart.Length ? Connection?.Held : null,
                Sockets = (sockets.Length, Config.NonBlocking),
                IsControl = section is ExecSection.ExecStartPost or ExecSection.ExecReload or ExecSection.ExecStop or ExecSection.ExecStopPost,
            });
        }
        catch (PlanException e)
        {
            core.ForgetSpawn(id);
            OnSpawnFailed(id, e.Stage, e.Message);
        }
    }

    private IEnumerable<KeyValuePair<string, string>> Variables(ExecSection section)
    {
        yield return new("INVOCATION_ID", InvocationId);
        foreach (string variable in Trigger)
            yield return new(variable[..variable.IndexOf('=')], variable[(variable.IndexOf('=') + 1)..]);
        if (NotifyAccess != NotifyAccess.None)
            yield return new("NOTIFY_SOCKET", core.Facts.NotifySocket);
        if (WatchdogUsec is not (0 or ServiceDefinition.Infinity) && section == ExecSection.ExecStart)
        {
            yield return new("WATCHDOG_USEC", WatchdogUsec.ToString());
            yield return new("WATCHDOG_PID", Execute.PidMark);
        }
        if (section == ExecSection.ExecStart && !ContextOf(section).UsesSocket && (ImmutableArray<StoredDescriptor>)[.. Sockets, .. Stored] is { IsEmpty: false } passed)
        {
            yield return new("LISTEN_FDS", passed.Length.ToString());
            yield return new("LISTEN_FDNAMES", string.Join(':', passed.Select(d => d.Name)));
            yield return new("LISTEN_PID", Execute.PidMark);
        }
        foreach (var variable in ConnectionVariables())
            yield return variable;
        if (Config.PidFile is { } pidFile)
            yield return new("PIDFILE", pidFile);
        if (Main.Pid != 0 && section != ExecSection.ExecStart)
            yield return new("MAINPID", Main.Pid.ToString());
        if (section is ExecSection.ExecStop or ExecSection.ExecStopPost)
        {
            yield return new("SERVICE_RESULT", Result.Name());
            if (MainExit is { } exit)
            {
                yield return new("EXIT_CODE", exit.CodeName);
                yield return new("EXIT_STATUS", exit.Code == ExitCode.Exited ? exit.Status.ToString() : Signals.ShortName(exit.Status));
            }
        }
    }

    private void Fail(ServiceResult result)
    {
        if (Result == ServiceResult.Success)
            Result = result;
    }

    private void SetState(ServiceState state, ulong timeoutUsec = ServiceDefinition.Infinity)
    {
        var before = Active;
        State = state;
        core.Timers.Disarm(this);
        if (timeoutUsec is not (0 or ServiceDefinition.Infinity))
            core.Timers.Arm(this, core.Now.After(timeoutUsec));
        if (state != ServiceState.Running)
        {
            if (_runtimeKey is not null)
                core.Timers.Disarm(_runtimeKey);
            if (_watchdogKey is not null && state is not (ServiceState.StartPost or ServiceState.Reload or ServiceState.ReloadSignal or ServiceState.ReloadNotify or ServiceState.StopDrain))
                core.Timers.Disarm(_watchdogKey);
        }
        ForgetSockets();
        if (_pollKey is not null && state != ServiceState.Start)
            core.Timers.Disarm(_pollKey);
        if (_idleKey is not null && state != ServiceState.Start)
            core.Timers.Disarm(_idleKey);
        core.OnUnitStateChanged(this, before, failed: HasFailed, reloadFailed: ReloadResult != ServiceResult.Success);
    }
}
