using System.Text;
using Sereno.Keeper;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>
/// The manager's process: one epoll loop around the core. Descriptor 3 leads to the keeper, 4 to the log. Each turn: hand
/// an event to the core, append the checkpoint, carry out the effects.
/// </summary>
public sealed partial class ManagerHost : IDisposable
{
    private readonly Instance _instance;
    private readonly EpollLoop _loop = new();
    private readonly KeeperClient _keeper;
    private readonly IWatch _keeperWatch;
    private readonly Fd _log;
    private readonly bool _verbose;
    private readonly UnitLoader _files;
    private readonly CheckpointStore _checkpoint;
    private readonly HostMachine _machine = new();
    private readonly ProcessGroups _groups;
    private readonly Dictionary<int, Fd> _pidfds = [];
    private readonly List<KeeperEvent> _events = [];
    private readonly List<Fd> _heldBus = [];
    private NotifySocket _notify = null!;
    private ManagerCore _core = null!;
    private Bus.Server.BusServer _bus = null!;
    private bool _keeperWantsWrite, _over;
    private int _exitCode;
    private long _busySince;

    /// <summary>Microseconds; longer turns have made somebody wait.</summary>
    private const ulong ShortTurn = 10_000;
    private const int AcknowledgeAfter = 20;

    public ManagerHost(Instance instance, bool verbose)
    {
        _instance = instance;
        _verbose = verbose;
        _keeper = new KeeperClient(new UnixSocket(new Fd(3)));
        _log = new Fd(4);
        _log.SetNonBlocking();
        _files = new UnitLoader(instance.Paths, instance.Specifiers) { Keeps = Bus.Server.Systemd1.ExecProperties.AreToldOf };
        _checkpoint = new CheckpointStore(_keeper);
        _groups = new ProcessGroups(instance.Folder is { } f ? "sereno-" + UnitName.Escape(f.Trim('/')) : "sereno", Self.ParentPid);
        _keeperWatch = _loop.Watch(_keeper.Fd, Readiness.Read, _ => OnKeeper());
    }

    /// <summary>Runs until the keeper ends it.</summary>
    /// <param name="defaultTarget">What to start when there is no earlier manager's work to go on with.</param>
    public int Run(string defaultTarget)
    {
        var welcome = ReceiveWelcome();
        if (welcome is null)
            return 1;
        Begin(welcome, defaultTarget);
        while (!_over && !_api.MustReexecute)
        {
            int timeout = Timeout();
            _loop.RunOnce(timeout);
            Turn();
            if (timeout != 0)
                RestWhenIdle();
        }
        return _exitCode;
    }

    private Welcome? ReceiveWelcome()
    {
        while (true)
        {
            _events.Clear();
            _keeper.Receive(_events);
            if (_events.OfType<KeeperClosed>().Any())
                return null;
            if (_events.OfType<Welcome>().FirstOrDefault() is { } welcome)
            {
                _events.Remove(welcome);
                return welcome;
            }
            _loop.RunOnce(-1);
        }
    }

    private void Begin(Welcome welcome, string defaultTarget)
    {
        Fd? Held(string name) => welcome.Held.FirstOrDefault(h => h.Name == name)?.Fds[0];
        _notify = NotifySocket.Open(_instance.NotifyFolder, Held("notify"));
        _keeper.Hold("notify", [_notify.Fd]);
        TakeNamespaces(welcome.Held);
        _loop.Watch(_notify.Fd, Readiness.Read, _ => OnNotify());
        if (_groups.Events is { } events)
            _loop.Watch(events, Readiness.Read, _ => OnCgroupEvents());

        var facts = _instance.Facts(defaultTarget, _notify.Address) with { Refused = RefusedNamespaces() };
        _generators = new Generators(_instance, _keeper, facts.Environment, message => Log(null, LogLevel.Warning, message));
        if (Held(CheckpointStore.Name) is null)
            GenerateUnits();
        else if (Held(Generators.HeldName) is { } variables)
            _generators.TakeGathered(variables);
        facts = facts with { Environment = facts.Environment.SetItems(_generators.Gathered) };
        _core = new ManagerCore(new StandardUnits(_files, _instance.IsSystem), _machine, facts) { Now = Clock.Now };
        _groups.SliceOf = unit => _core.Graph.TryGet(unit, out var known) && _core.Graph.Of(known, Manager.Graph.Relation.InSlice) is [var slice, ..]
            ? slice.Name : SlicePath.Default(unit, _instance.IsSystem) ?? UnitName.Parse("-.slice");
        BeginLimits();
        WatchMounts();
        OpenBus(welcome.Held.FirstOrDefault(h => h.Name == "bus")?.Fds);
        foreach (string problem in _files.Files.Problems)
            Log(null, LogLevel.Warning, problem);
        if (Held(CheckpointStore.Name) is { } checkpoint)
            Resume(checkpoint, welcome);
        else
            Boot(defaultTarget);
        Pending(_events);
        Turn();
    }

    private void Boot(string defaultTarget)
    {
        if (!_groups.HasCgroups)
            Log(null, LogLevel.Notice, $"no control groups ({_groups.Reason}): services' processes are found by session and INVOCATION_ID");
        foreach (var (unit, pid) in _groups.LeftOvers())
            Log(unit, LogLevel.Warning, $"{unit}: Found left-over process {pid} ({ProcessTable.Stat(pid)?.Comm}) in control group, of an instance that was killed. Ignoring.");
        PrepareMachine();
        _isStartingUp = true;
        try
        {
            _core.Enqueue(_core.Load(UnitName.Parse(defaultTarget)), JobType.Start, JobMode.Replace);
        }
        catch (Exception e) when (e is ManagerException or FormatException)
        {
            Log(null, LogLevel.Error, $"cannot start {defaultTarget}: {e.Message}");
        }
    }

    /// <summary>Events that the keeper has queued come again, after the state they belong to.</summary>
    private void Resume(Fd checkpoint, Welcome welcome)
    {
        var records = CheckpointStore.Read(checkpoint);
        checkpoint.Dispose();
        var spawned = new Dictionary<ulong, int>();
        foreach (var child in welcome.Children)
        {
            spawned[child.Id] = child.Pid;
            if (child.Pidfd is { } pidfd)
                _pidfds[child.Pid] = pidfd;
        }
        foreach (var exit in welcome.Exits)
            if (exit.Id != 0)
                spawned[exit.Id] = exit.Pid;
        var ended = welcome.Exits.Select(e => e.Pid).ToHashSet();
        foreach (var record in records)
            if (record.Service is { } service && UnitName.TryParse(record.Name, out var name))
                _groups.Restore(name, record.InvocationId, Leaders(record.Name).Concat(service.Main.Pid > 0 ? [service.Main.Pid] : []));
            else if (record.Socket is not null && UnitName.TryParse(record.Name, out var socket))
                _groups.Restore(socket, record.InvocationId, Leaders(record.Name));
            else if (record.Scope is not null && UnitName.TryParse(record.Name, out var scope))
                _groups.Restore(scope, record.InvocationId, []);
        TakeStored(records, welcome.Held);
        _core.Restore(records, spawned, pid => spawned.ContainsValue(pid) || ended.Contains(pid) || ProcessTable.Stat(pid) is not null);
        ReviewLimits();
        Log(null, LogLevel.Notice, $"manager restarted: {records.Count(r => !r.Gone)} units, {welcome.Children.Count} processes taken over");
        foreach (var (unit, id) in _lostDescriptors)
            _core.OnDescriptorClosed(unit, id);
        _events.InsertRange(0, welcome.Exits);

        IEnumerable<int> Leaders(string unit) => welcome.Children.Where(c => Encoding.UTF8.GetString(c.Tag) == unit).Select(c => c.Pid);
    }

    private void OnKeeper()
    {
        if (_core is null)
            return; // still waiting for the welcome, which ReceiveWelcome takes itself
        _events.Clear();
        _keeper.Flush();
        _keeper.Receive(_events);
        Pending(_events);
    }

    private void Pending(List<KeeperEvent> events)
    {
        _core.Now = Clock.Now;
        foreach (var e in events)
            Handle(e);
        events.Clear();
    }

    private void Handle(KeeperEvent e)
    {
        if (TakenByGenerators(e))
            return;
        switch (e)
        {
            case Spawned spawned:
                if (spawned.Pidfd is { } pidfd)
                    _pidfds[spawned.Pid] = pidfd;
                if (_spawning.Remove(spawned.Id, out var request))
                    _groups.AddLeader(request.Unit, spawned.Pid);
                _core.OnSpawned(spawned.Id, spawned.Pid);
                break;
            case SpawnFailed failed:
                if (_spawning.Remove(failed.Id, out var refused))
                    ExplainMountFailure(refused, failed);
                _core.OnSpawnFailed(failed.Id, failed.Stage == ExitStage.None ? (int)ExitStage.Exec : (int)failed.Stage, Errno.Text(failed.Errno));
                break;
            case Exited exited:
                if (_spawning.Remove(exited.Id, out var brief))
                {
                    _groups.AddLeader(brief.Unit, exited.Pid);
                    _core.OnSpawned(exited.Id, exited.Pid);
                }
                if (_pidfds.Remove(exited.Pid, out var fd))
                    fd.Dispose();
                if (exited.Id != 0)
                    _groups.LeaderEnded(exited.Pid);
                else
                    _groups.LookAgain(); // an orphan may have been the last of its unit
                // Why it ended is known only from its group, which may tell us later than the keeper does.
                if (exited is { Status: 9 } && _core.ServiceOf(exited.Pid) is { Name: var unit } && _groups.IsStarved(unit))
                    _core.OnOomKill(unit);
                bool groupIsGone = _core.ServiceOf(exited.Pid) is { IsBrief: true } server && _groups.TryEnd(server.Name);
                _core.OnExited(exited.Pid, new((Manager.Units.ExitCode)(int)exited.Code, exited.Status), groupIsGone);
                if (_acknowledge == 0)
                    _endedSince = Clock.Now.Monotonic;
                _acknowledge = exited.Sequence;
                break;
            case SignalReceived signal:
                OnSignal(signal.Signo);
                break;
            case KeeperClosed:
                _over = true;
                _exitCode = 1;
                break;
        }
    }

    /// <summary>The kernel tells of changes by an error condition (proc_pid_mountinfo(5)), which needs no interest.</summary>
    private void WatchMounts()
    {
        if (Files.TryOpen("/proc/self/mountinfo", libc.O_RDONLY | libc.O_CLOEXEC, out _) is not { } mounts)
            return;
        _loop.Watch(mounts, Readiness.None, _ =>
        {
            _core.Now = Clock.Now;
            _core.OnMountsChanged();
        });
    }

    private void OnCgroupEvents()
    {
        _core.Now = Clock.Now;
        var (starved, barren) = (new List<UnitName>(), new List<UnitName>());
        var empty = _groups.TakeEmpty(starved, barren);
        foreach (var unit in barren)
            Log(unit, LogLevel.Warning, $"{unit}: fork rejected by pids controller in {_groups.PathOf(unit)}");
        foreach (var unit in starved)
            _core.OnOomKill(unit);
        foreach (var unit in empty)
            _core.OnGroupEmpty(unit);
    }

    /// <summary>systemd(1), "Signals": TERM and INT end the instance in order, a second INT at once; HUP reloads.</summary>
    private void OnSignal(int signo)
    {
        int realtime = signo - SignalPipe.RuntimeSignal;
        if (signo is 15 or 2 || realtime is 3 or 4 or 5 or 6 or 13 or 14 or 15 or 24)
        {
            if (_core.IsStopping && signo == 2)
                Finish(130);
            else
                _core.Shutdown(0);
        }
        else if (signo == 1 || realtime == 25)
            ReloadUnits();
    }

    /// <summary>Settles the core, writes down where it stands, then does what it wants, until it wants nothing more.</summary>
    private void Turn()
    {
        _core.Now = Clock.Now;
        _bus.Work();
        _generators.KillLate();
        if (_groups.HasDraining)
            foreach (var unit in _groups.Poll())
                _core.OnGroupEmpty(unit);
        for (var began = _core.Now = Clock.Now; ; _core.Now = Clock.Now)
        {
            // What is due by now (RestartSec=0) needs no turn of its own. But who answered in time is heard before time is up, however slow we are.
            if (_core.Now.Monotonic - began.Monotonic < ShortTurn)
                _core.Tick();
            var (effects, changed) = _core.TakeEffects();
            if (changed.Count > 0)
                _checkpoint.Append(_core, changed);
            if (IsAcknowledgeDue(effects))
            {
                _keeper.Acknowledge(_acknowledge);
                _acknowledge = 0;
            }
            if (effects.Count == 0)
                break;
            _busySince = Environment.TickCount64;
            foreach (var effect in effects)
                CarryOut(effect);
        }
        LookForEndOfStartup();
        LookForExposure();
        WriteLog();
        DropUnwanted();
        _bus.DropUnauthenticated(TimeSpan.FromSeconds(10));
        if (_keeper.WantsWrite != _keeperWantsWrite)
        {
            _keeperWantsWrite = _keeper.WantsWrite;
            _keeperWatch.Change(_keeperWantsWrite ? Readiness.Read | Readiness.Write : Readiness.Read);
        }
    }

    /// <summary>Exits are acknowledged along with a request, for which the keeper wakes anyway, or when there is none for a while.
    /// Who comes after us would be told of them again, and of units that no longer know the process.</summary>
    private bool IsAcknowledgeDue(IReadOnlyList<Effect> effects) =>
        _acknowledge > 0 && (effects.Any(e => e is SpawnProcess) || Clock.Now.Monotonic - _endedSince >= AcknowledgeAfter * 1000ul);

    private int Timeout()
    {
        if (_bus.HasWork)
            return 0;
        ulong now = Clock.Now.Monotonic;
        // epoll counts in milliseconds: what is due within a fraction of one (RestartSec=0) isn't put off by a whole one.
        long wait = _core.Timers.Next is { } next ? next <= now + 200 ? 0 : (long)Math.Min((next - now + 999) / 1000, int.MaxValue) : -1;
        if (_generators.Remaining is { } remaining)
            wait = wait < 0 ? remaining : Math.Min(wait, remaining);
        if (_groups.HasDraining)
            wait = wait < 0 ? 20 : Math.Min(wait, 20);
        if (_acknowledge > 0)
            wait = wait < 0 ? AcknowledgeAfter : Math.Min(wait, AcknowledgeAfter);
        if (UntilNextLook is { } look)
            wait = wait < 0 ? look : Math.Min(wait, look);
        if (_busySince > 0)
            wait = wait < 0 ? 2000 : Math.Min(wait, 2000);
        return (int)wait;
    }

    /// <summary>After a burst, once: what it needed goes back to the system.</summary>
    private void RestWhenIdle()
    {
        if (_busySince == 0 || Environment.TickCount64 - _busySince < 1500)
            return;
        _busySince = 0;
        Self.Rest();
    }

    private void Finish(int code)
    {
        _over = true;
        _exitCode = code;
        WriteLog();
        _groups.Dispose(); // the keeper ends us as soon as it is told
        foreach (string path in (string[])[_instance.BusPath, .. _instance.IsSystem ? [Instance.SystemBusPath] : (string[])[], .. _notify.Address[0] == '/' ? [_notify.Address] : (string[])[]])
            Attempt(null, () => File.Delete(path)); // its folder may be gone already
        _keeper.Exit(code);
        for (int i = 0; _keeper.WantsWrite && i < 100; i++)
        {
            _loop.RunOnce(50);
            _keeper.Flush();
        }
    }

    public void Dispose()
    {
        _bus?.Dispose();
        _generators?.Dispose();
        _busNames?.Dispose();
        _checkpoint.Dispose();
        _notify?.Dispose();
        _keeper.Dispose();
        _paths?.Dispose();
        _clock?.Dispose();
        _zone?.Dispose();
        _loop.Dispose();
        WriteLog();
        _log.Dispose();
    }
}
