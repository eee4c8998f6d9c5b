using Sereno.Manager.Graph;
using Sereno.Manager.Jobs;
using Sereno.Manager.Machine;
using Sereno.Manager.Units;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Manager;

/// <summary>
/// Every decision, no I/O: requests and events go in, effects come out. The host sets <see cref="Now"/>, calls one of
/// the methods, then carries out what <see cref="TakeEffects"/> returns. docs/ARCHITECTURE.md tells the whole story.
/// </summary>
public sealed partial class ManagerCore
{
    private readonly List<Effect> _effects = [];
    private HashSet<Unit> _changed = [];
    private readonly HashSet<string> _outlived = [];
    private readonly List<ServiceUnit> _releasing = [];
    private int _released;
    private readonly Dictionary<ulong, IProcessOwner> _spawns = [];
    private readonly Dictionary<int, IProcessOwner> _processes = [];
    private ulong _nextSpawn = 1;
    private bool _settling, _hasQuit;

    public ManagerCore(IUnitLoader loader, IMachine machine, InstanceFacts facts)
    {
        Machine = machine;
        Facts = facts;
        Graph = new UnitGraph(loader, Discover, Create, facts.IsSystem);
        Jobs = new JobQueue(Graph);
    }

    public IMachine Machine { get; }

    /// <summary>Replaced as a whole when the environment for services is changed.</summary>
    public InstanceFacts Facts { get; set; }
    public UnitGraph Graph { get; }
    public JobQueue Jobs { get; }
    public Timers Timers { get; } = new();

    /// <summary>Set by the host before each call.</summary>
    public Timestamp Now { get; set; }

    /// <summary>On the way down: nothing new is started.</summary>
    public bool IsStopping { get; private set; }
    public int ExitCode { get; private set; }

    /// <summary>What is to be done, in order; and the units whose checkpoint is out of date.</summary>
    public (IReadOnlyList<Effect> Effects, IReadOnlyCollection<Unit> Changed) TakeEffects()
    {
        Settle();
        if (_effects.Count == 0 && _changed.Count == 0)
            Collect();
        if (_effects.Count == 0 && _changed.Count == 0 && _releasing.Count == 0)
            return ([], []);
        // Who waits for a job looks at its unit next: the unit's change goes out first, and the end of all last.
        var effects = new List<Effect>(_effects.Count + _changed.Count);
        foreach (var effect in _effects)
            if (effect is not (JobEnded or Quit))
                effects.Add(effect);
        bool isAll = effects.Count == _effects.Count;
        foreach (var unit in _changed)
            effects.Add(new UnitChanged(unit));
        if (!isAll)
        {
            effects.AddRange(_effects.Where(e => e is JobEnded));
            effects.AddRange(_effects.Where(e => e is Quit));
        }
        var changed = _changed;
        foreach (var service in _releasing[.._released])
        {
            service.NeedsRelease = false;
            changed.Add(service);
        }
        _releasing.RemoveRange(0, _released);
        _released = _releasing.Count;
        _effects.Clear();
        _changed = [];
        return (effects, changed);
    }

    internal void Emit(Effect effect) => _effects.Add(effect);

    /// <summary>Noted until it has been carried out, which the next turn shows: a crash in between must not leave folders behind.</summary>
    internal void Release(ServiceUnit service, ReleaseUnit effect)
    {
        service.NeedsRelease = true;
        _releasing.Add(service);
        _effects.Add(effect);
    }

    internal void Log(Unit? unit, LogLevel level, string message) => _effects.Add(new WriteLog(unit?.Name, level, message));

    internal void MarkChanged(Unit unit) => _changed.Add(unit);

    private Unit Create(UnitDefinition definition)
    {
        Unit unit = definition switch
        {
            { LoadState: LoadState.Loaded, Service: not null } => new ServiceUnit(definition, this),
            { Name: { Type: UnitType.Service, Full: var name } } when _outlived.Contains(name) => new ServiceUnit(definition, this),
            { LoadState: not LoadState.Loaded } => new InertUnit(definition),
            { Timer: not null } => new TimerUnit(definition, this),
            { Socket: not null } => new SocketUnit(definition, this),
            { Path: not null } => new PathUnit(definition, this),
            { Name.Type: UnitType.Target } => new TargetUnit(definition, this),
            { Name.Type: UnitType.Slice } => new SliceUnit(definition, this),
            { Name.Type: UnitType.Mount } => new MountUnit(definition, this, IsMounted(definition.Name)),
            { Name.Type: UnitType.Device } => new DeviceUnit(definition, this),
            { Name.Full: "init.scope" } => new InitScopeUnit(definition),
            { Name.Type: UnitType.Scope } => new ScopeUnit(definition, this),
            // Loaded without a file: the instance itself does its work, and who requires it may have it.
            { FragmentPath: null, IsTransient: false } => new TargetUnit(definition, this),
            _ => new InertUnit(definition),
        };
        _effects.Add(new UnitAppeared(unit));
        if (definition.LoadState is LoadState.BadSetting or LoadState.Error && definition.LoadError is { } error
            && !definition.Diagnostics.Any(d => d.ToString() == error))
            Log(unit, LogLevel.Error, error);
        foreach (var diagnostic in definition.Diagnostics)
            Log(unit, diagnostic.Severity == Severity.Error ? LogLevel.Error : LogLevel.Warning, diagnostic.ToString());
        return unit;
    }

    /// <summary>What the machine has needs no file: mount points, devices and the instance's own scope; nor do slices, whose name says all.</summary>
    private UnitDefinition Discover(UnitDefinition definition)
    {
        if (definition.LoadState != LoadState.NotFound)
            return definition;
        var name = definition.Name;
        string? description = name.Type switch
        {
            UnitType.Slice => SlicePath.Describe(name),
            UnitType.Mount => !IsMounted(name) ? null : name.Full == "-.mount" ? "Root Mount" : name.ToPath(),
            UnitType.Device => name.ToPath() is { } path && Machine.Test(new Condition("PathExists", false, false, false, path)) == true ? path : null,
            UnitType.Scope => name.Full == "init.scope" ? "System and Service Manager" : null,
            UnitType.Service or UnitType.Socket or UnitType.Target or UnitType.Automount or UnitType.Swap or UnitType.Timer or UnitType.Path => null,
        };
        return description is null ? definition : definition with
        {
            LoadState = LoadState.Loaded,
            LoadError = null,
            Description = description,
            DefaultDependencies = name is { Type: UnitType.Slice, Full: not ("-.slice" or "system.slice") },
            Mount = name.Type == UnitType.Mount ? new MountDefinition("", name.ToPath()) : null,
        };
    }

    private bool IsMounted(UnitName mount) =>
        mount.Full == "-.mount" || (mount.ToPath() is { } path && Machine.Test(new Condition("PathIsMountPoint", false, false, false, path)) == true);

    /// <summary>The kernel's table of mounts has changed.</summary>
    public void OnMountsChanged()
    {
        foreach (var unit in Graph.All.ToList())
            (unit as MountUnit)?.Look();
        Settle();
    }

    /// <summary>A scope's processes could not be put into its group.</summary>
    public void OnAttachFailed(UnitName unit, string cause)
    {
        if (Graph.TryGet(unit, out var found) && found is ScopeUnit scope)
            scope.OnAttachFailed(cause);
        Settle();
    }

    /// <summary>The unit of that name, loaded now if it wasn't; its LoadState says whether there is such a unit.</summary>
    public Unit Load(UnitName name)
    {
        if (name.IsTemplate)
            throw new ManagerException(ManagerErrorKind.InvalidArguments, $"Unit name {name} is missing the instance name.");
        var (unit, added) = Graph.Load(name);
        // A file that has come since somebody named the unit is found without a reload, as with systemd.
        if (added.Count == 0 && unit is InertUnit { Definition.LoadState: LoadState.NotFound, Job: null } && Graph.LoadAgain(unit) is var (fresh, others))
            (unit, added) = (fresh, others);
        MayGo(added);
        return unit;
    }

    /// <summary>Reads all unit files again (the loader has looked at the folders anew).</summary>
    public void Reload()
    {
        Graph.Reload(IsReferenced);
        ReloadTriggers();
        foreach (var job in Jobs.All)
            Jobs.Wake(job);
        Settle();
    }

    /// <summary>Time has passed.</summary>
    public void Tick()
    {
        while (Timers.TryTake(Now.Monotonic, out object? key))
            switch (key)
            {
                case ServiceUnit service:
                    service.OnTimer();
                    break;
                case TimerUnit timer:
                    timer.OnElapsed();
                    break;
                case Job job:
                    OnJobTimeout(job);
                    break;
                case SocketUnit socket:
                    socket.OnTimer();
                    break;
                case ScopeUnit scope:
                    scope.OnTimer();
                    break;
                case MountUnit mount:
                    mount.OnTimer();
                    break;
                case ServiceUnit.RuntimeLimit limit:
                    limit.Service.OnRuntimeLimit();
                    break;
                case ServiceUnit.WatchdogLimit watchdog:
                    watchdog.Service.OnWatchdogLimit();
                    break;
                case ServiceUnit.IdleLimit idle:
                    idle.Service.OnIdle();
                    break;
                case ServiceUnit.SocketPoll poll:
                    poll.Service.LookAtSockets();
                    break;
                case ServiceUnit.PidFilePoll poll:
                    poll.Service.OnPidFilePoll();
                    break;
            }
        Settle();
    }

    /// <summary>Stops everything in order, then quits with <paramref name="exitCode"/>.</summary>
    public void Shutdown(int exitCode)
    {
        if (IsStopping)
            return;
        ExitCode = exitCode;
        foreach (var unit in Graph.All.ToList())
            if (unit is ServiceUnit service)
                service.ForbidRestart();
        var target = Load(UnitName.Parse("shutdown.target"));
        try
        {
            Enqueue(target, JobType.Start, JobMode.ReplaceIrreversibly);
        }
        catch (ManagerException e)
        {
            Log(null, LogLevel.Error, $"cannot order the shutdown: {e.Message}");
        }
        IsStopping = true;
        Settle();
    }

    /// <summary>Units without default dependencies don't conflict with shutdown.target: they are stopped when the rest has gone.</summary>
    /// <returns>Whether there are any.</returns>
    private bool StopStragglers()
    {
        bool any = false;
        foreach (var unit in Graph.All.Where(u => !u.IsInactiveOrFailed && !u.OutlivesInstance && u.Name.Full != "shutdown.target").ToList())
        {
            any = true;
            if (unit.Job is null && !TryEnqueue(unit, JobType.Stop))
                Enqueue(unit, JobType.Stop, JobMode.IgnoreDependencies);
        }
        return any;
    }

    private void Settle()
    {
        if (_settling)
            return;
        _settling = true;
        try
        {
            SettleJobs();
        }
        finally
        {
            _settling = false;
        }
    }

    private void SettleJobs()
    {
        do
        {
            while (Jobs.TryTake(out var job))
                Run(job);
            if (HeedEarly() || CarryOutAction())
                continue;
            if (TellTriggers() || Review() || StartIdle())
                continue;
            if (!IsStopping || _hasQuit || Jobs.All.Count > 0)
                break;
            if (!StopStragglers())
            {
                _hasQuit = true;
                _effects.Add(new Quit(ExitCode));
            }
        }
        while (!_hasQuit);
    }

    internal ulong NewSpawn(IProcessOwner owner)
    {
        _spawns[_nextSpawn] = owner;
        return _nextSpawn++;
    }

    internal void ForgetSpawn(ulong id) => _spawns.Remove(id);

    internal void Track(int pid, IProcessOwner owner) => _processes[pid] = owner;

    internal void Untrack(int pid) => _processes.Remove(pid);

    /// <summary>The service whose main or control process this is.</summary>
    public ServiceUnit? ServiceOf(int pid) => _processes.GetValueOrDefault(pid) as ServiceUnit;

    public void OnSpawned(ulong id, int pid)
    {
        if (_spawns.Remove(id, out var owner))
            owner.OnSpawned(id, pid);
        Settle();
    }

    /// <param name="stage">The step's exit status (203 is the execve itself).</param>
    /// <param name="cause">The errno's text.</param>
    public void OnSpawnFailed(ulong id, int stage, string cause)
    {
        if (_spawns.Remove(id, out var owner))
            owner.OnSpawnFailed(id, stage, cause);
        Settle();
    }

    /// <param name="groupIsGone">It was its group's last process, and the group has been removed.</param>
    public void OnExited(int pid, ProcessExit exit, bool groupIsGone = false)
    {
        if (_processes.Remove(pid, out var owner))
        {
            if (groupIsGone)
                (owner as ServiceUnit)?.OnGroupGone();
            owner.OnExited(pid, exit);
        }
        Settle();
    }

    /// <summary>A process that we had watched, and that isn't the keeper's to reap, has ended.</summary>
    public void OnVanished(UnitName unit, int pid)
    {
        _processes.Remove(pid);
        Tell(unit, s => s.OnVanished(pid));
    }

    public void OnBusName(UnitName unit, BusNameState state) => Tell(unit, s => s.OnBusName(state));

    /// <summary>The answer to LookForListener.</summary>
    public void OnListenerLooked(UnitName unit, bool isThere) => Tell(unit, s => s.OnListenerLooked(isThere));

    /// <summary>The answer to CountConnections.</summary>
    public void OnConnectionsCounted(UnitName unit, int? count) => Tell(unit, s => s.OnConnectionsCounted(count));

    /// <summary>The kernel has killed a process of the unit for want of memory.</summary>
    public void OnOomKill(UnitName unit) => Tell(unit, s => s.OnOomKill());

    /// <summary>The other end of a descriptor that is kept for the unit has gone.</summary>
    public void OnDescriptorClosed(UnitName unit, ulong id) => Tell(unit, s => s.OnDescriptorClosed(id));

    private void Tell(UnitName unit, Action<ServiceUnit> tell)
    {
        if (Graph.TryGet(unit, out var found) && found is ServiceUnit service)
            tell(service);
        Settle();
    }

    /// <summary>Type=idle waits for these.</summary>
    internal bool HasOtherJobs(ServiceUnit service)
    {
        bool any = Jobs.All.Any(j => j.Unit != service);
        if (any)
            _idle.Add(service);
        return any;
    }

    private readonly List<ServiceUnit> _idle = [];

    private bool StartIdle()
    {
        if (_idle.Count == 0 || Jobs.All.Count > 0)
            return false;
        foreach (var service in _idle)
            service.OnIdle();
        _idle.Clear();
        return true;
    }

    public void OnGroupSignalled(UnitName unit, int processes)
    {
        if (Graph.TryGet(unit, out var found) && found is IGroupOwner owner)
            owner.OnGroupSignalled(processes);
        Settle();
    }

    public void OnGroupEmpty(UnitName unit)
    {
        if (Graph.TryGet(unit, out var found) && found is IGroupOwner owner)
            owner.OnGroupEmpty();
        if (found is not null)
            MayGo(found);
        Settle();
    }

    /// <param name="pid">Null when the file isn't there yet or doesn't name a process of the unit.</param>
    public void OnPidFileRead(UnitName unit, int? pid)
    {
        if (Graph.TryGet(unit, out var found) && found is ServiceUnit service)
            service.OnPidFileRead(pid);
        Settle();
    }
}
