using System.Collections.Immutable;
using Sereno.Manager;
using Sereno.Manager.Checkpoint;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Tests.Simulation;

/// <summary>The manager process dies here.</summary>
public sealed class SimulatedCrashException : Exception;

/// <summary>A process of the simulated machine; a child of the keeper unless its parent lives.</summary>
public sealed class SimulatedProcess(int pid, UnitName unit, string path, Behaviour behaviour, ulong spawnId, ulong started)
{
    public int Pid { get; } = pid;
    public UnitName Unit { get; } = unit;
    public string Path { get; } = path;
    public Behaviour Behaviour { get; } = behaviour;

    /// <summary>0 for what a program forked by itself.</summary>
    public ulong SpawnId { get; } = spawnId;
    public ulong Started { get; } = started;
    public ulong? Ended { get; set; }
    public List<(ulong Time, int Signal)> Signals { get; } = [];
    public bool IsAlive => Ended is null;

    public override string ToString() => $"{Pid} {Path}";
}

/// <summary>
/// The core between a virtual clock, a table of units and scripted programs. It does what the real host and the keeper
/// do, in no time at all: each turn hands over an event, appends the checkpoint and carries out the effects.
/// </summary>
public sealed class SimulatedHost
{
    private readonly PriorityQueue<Action, (ulong Time, long Order)> _agenda = new();
    private readonly List<(ulong SpawnId, int Pid, ProcessExit Exit)> _unacknowledged = [];
    private readonly Dictionary<ulong, int> _children = [];
    private readonly Dictionary<UnitName, int> _pidFiles = [];
    private readonly Dictionary<int, SimulatedProcess> _byPid = [];
    private readonly Dictionary<UnitName, List<SimulatedProcess>> _byUnit = [];
    private readonly HashSet<UnitName> _awaitedGroups = [];
    private bool _asked;
    private long _order;
    private int _nextPid = 100, _generation, _delivered;

    public SimulatedHost(params IEnumerable<UnitDefinition> units)
    {
        foreach (var unit in units)
            Units.Add(unit);
        Core = NewCore();
    }

    public UnitTable Units { get; } = new();
    public SimulatedMachine Machine { get; } = new();
    public ManagerCore Core { get; private set; }

    /// <summary>By the path of the program; everything else is a daemon that runs until it is told not to.</summary>
    public Dictionary<string, Behaviour> Programs { get; } = [];

    /// <summary>Microseconds between a spawn request and its process.</summary>
    public Func<SpawnProcess, ulong> SpawnDelay { get; set; } = _ => 10;

    /// <summary>Who isn't here has no bus.</summary>
    public Dictionary<string, BusNameState> BusNames { get; } = [];

    /// <summary>The descriptors that are kept, by id.</summary>
    public HashSet<ulong> Stored { get; } = [];

    /// <summary>Whether a process of the unit listens at the port.</summary>
    public Func<string, ushort, bool> Listens { get; set; } = (_, _) => false;

    /// <summary>How many clients a unit's processes have.</summary>
    public Func<string, int> Clients { get; set; } = _ => 0;

    /// <summary>The sockets that nobody gets a connection to.</summary>
    public HashSet<ulong> HeldBack { get; } = [];

    /// <summary>Why sockets can't be opened; null when they can.</summary>
    public string? SocketFailure { get; set; }

    /// <summary>The first descriptor of a socket unit.</summary>
    public const ulong OpenedId = 1000;

    /// <summary>How many of a unit's sockets are watched for traffic.</summary>
    public Dictionary<string, int> WatchedSockets { get; } = [];

    /// <summary>The stage and cause that a spawn fails with; null when it succeeds.</summary>
    public Func<SpawnProcess, (int Stage, string Cause)?> SpawnFailure { get; set; } = _ => null;

    /// <summary>Called before each step of a turn, the appending of the checkpoint included; may throw <see cref="SimulatedCrashException"/>.</summary>
    public Action BeforeStep { get; set; } = () => { };

    /// <summary>Microseconds since the simulated boot.</summary>
    public ulong Now { get; private set; } = 1_000_000;
    public List<SimulatedProcess> Processes { get; } = [];
    public List<Effect> Effects { get; } = [];
    public List<string> Log { get; } = [];
    public List<(ulong Time, JobEnded Job)> Ended { get; } = [];
    public List<(ulong Time, string Unit, string State)> States { get; } = [];
    public List<byte> Checkpoint { get; } = [];
    public int? QuitCode { get; private set; }

    public IEnumerable<SimulatedProcess> Alive => Processes.Where(p => p.IsAlive);

    private IEnumerable<SimulatedProcess> AliveOf(UnitName unit) => _byUnit.TryGetValue(unit, out var list) ? list.Where(p => p.IsAlive) : [];

    public Unit this[string name] => Core.Load(UnitName.Parse(name));

    public ServiceUnit Service(string name) => (ServiceUnit)this[name + ".service"];

    /// <summary>The programs that were started, in order.</summary>
    public IEnumerable<string> Started => Processes.Where(p => p.SpawnId != 0).Select(p => p.Path["/bin/".Length..]);

    public Job? Enqueue(string unit, JobType type, JobMode mode = JobMode.Replace)
    {
        Job? job = null;
        Do(() => job = Core.Enqueue(Core.Load(UnitName.Parse(unit)), type, mode));
        return job;
    }

    public SimulatedHost Start(string unit, JobMode mode = JobMode.Replace)
    {
        Enqueue(unit, JobType.Start, mode);
        return this;
    }

    /// <summary>Somebody looks at the unit: it stays when it is over.</summary>
    public SimulatedHost Keep(string unit)
    {
        Do(() => Core.Reference(Core.Load(UnitName.Parse(unit))));
        return this;
    }

    public SimulatedHost Stop(string unit)
    {
        Enqueue(unit, JobType.Stop);
        return this;
    }

    /// <summary>A request to the core, then a turn.</summary>
    public void Do(Action request)
    {
        Core.Now = Clock;
        request();
        _asked = true;
        Turn();
    }

    public void Notify(string unit, int pid, string text) => Do(() => Core.OnNotified(UnitName.Parse(unit + ".service"), NotifyMessage.Parse(pid, text)));

    /// <summary>A notification with descriptors.</summary>
    public void Store(string unit, int pid, string text, params PassedDescriptor[] descriptors) =>
        Do(() => Core.OnNotified(UnitName.Parse(unit + ".service"), NotifyMessage.Parse(pid, text, descriptors)));

    /// <summary>Somebody sends SIGKILL.</summary>
    public void Kill(int pid) => Do(() => Signal(_byPid[pid], 9));

    /// <summary>Runs until nothing is left to happen, or for this long.</summary>
    public SimulatedHost Run(ulong atMost = 3_600_000_000)
    {
        ulong until = Now + atMost;
        for (int steps = 0; steps < 200_000; steps++)
        {
            ulong timer = Core.Timers.Next ?? ulong.MaxValue;
            ulong next = _agenda.TryPeek(out _, out var first) ? Math.Min(first.Time, timer) : timer;
            if (next > until || QuitCode is not null)
            {
                if (QuitCode is null && next != ulong.MaxValue)
                    Now = until;
                return this;
            }
            Now = Math.Max(Now, next);
            Core.Now = Clock;
            if (_agenda.TryPeek(out var action, out first) && first.Time <= Now)
            {
                _agenda.Dequeue();
                action();
            }
            Turn();
        }
        throw new InvalidOperationException("the simulation does not come to rest");
    }

    /// <summary>The manager dies and a new one takes over from the checkpoint and the keeper.</summary>
    public void Crash(ReadOnlySpan<byte> checkpoint = default)
    {
        _generation++;
        _delivered = 0;
        Core = NewCore();
        var records = CheckpointLog.Read(checkpoint.IsEmpty ? [.. Checkpoint] : checkpoint);
        var spawned = new Dictionary<ulong, int>(_children);
        foreach (var (id, pid, _) in _unacknowledged)
            if (id != 0)
                spawned[id] = pid;
        var waiting = _unacknowledged.Select(e => e.Pid).ToHashSet();
        Core.Now = Clock;
        _awaitedGroups.UnionWith(_byUnit.Keys);
        Core.Restore(records, spawned, pid => waiting.Contains(pid) || Processes.Any(p => p.Pid == pid && p.IsAlive));
        DeliverExits();
        Turn();
    }

    /// <summary>What the real host does each turn of its loop.</summary>
    public void Turn()
    {
        try
        {
            Core.Now = Clock;
            Core.Tick();
            while (true)
            {
                var (effects, changed) = Core.TakeEffects();
                if (effects.Count == 0 && changed.Count == 0)
                    break;
                // A request that isn't written down yet dies with its manager, and who asked hears so.
                if (!_asked)
                    BeforeStep();
                _asked = false;
                if (changed.Count > 0)
                    Checkpoint.AddRange(CheckpointLog.Frame([.. changed.Select(Core.Save)]));
                _unacknowledged.RemoveRange(0, _delivered);
                _delivered = 0;
                foreach (var effect in effects)
                {
                    BeforeStep();
                    Effects.Add(effect);
                    CarryOut(effect);
                }
            }
        }
        catch (SimulatedCrashException)
        {
            Crash();
        }
    }

    /// <summary>How far the wall clock has been set from where it began.</summary>
    public long ClockShift { get; set; }

    public HashSet<string> WatchedPaths { get; } = [];

    public Timestamp Clock => new((ulong)((long)Now + 1_700_000_000_000_000 + ClockShift), Now);

    private ManagerCore NewCore() => new(Units, Machine, SimulatedMachine.Facts) { Now = Clock };

    private void At(ulong time, Action action) => _agenda.Enqueue(action, (time, _order++));

    /// <summary>Only the manager that asked gets the answer.</summary>
    private void Answer(ulong time, Action action)
    {
        int generation = _generation;
        At(time, () =>
        {
            if (generation == _generation)
                action();
        });
    }

    private void CarryOut(Effect effect)
    {
        switch (effect)
        {
            case SpawnProcess e:
                Spawn(e);
                break;
            case KillProcess e when _byPid.TryGetValue(e.Pid, out var process) && process.IsAlive:
                Signal(process, e.Signal);
                break;
            case KillGroup e:
                var members = AliveOf(e.Unit).Where(p => !e.Except.Contains(p.Pid)).ToList();
                foreach (var member in members)
                {
                    Signal(member, e.Signal);
                    if (e.AlsoHangUp)
                        Signal(member, 1);
                }
                if (members.Count > 0)
                    _awaitedGroups.Add(e.Unit);
                Core.OnGroupSignalled(e.Unit, members.Count);
                break;
            case WatchGroup e:
                _awaitedGroups.Add(e.Unit);
                // A scope's processes are somebody else's: nobody simulates them.
                if (_byUnit.ContainsKey(e.Unit) && !AliveOf(e.Unit).Any())
                    Core.OnGroupEmpty(e.Unit);
                break;
            case ReadPidFile e:
                Core.OnPidFileRead(e.Unit, _pidFiles.TryGetValue(e.Unit, out int pid) && Alive.Any(p => p.Pid == pid) ? pid : null);
                break;
            case FindMainProcess e:
                var orphans = AliveOf(e.Unit).Where(p => p.SpawnId == 0).ToList();
                Core.OnPidFileRead(e.Unit, orphans is [var only] ? only.Pid : null);
                break;
            case WatchBusName { BusName: { } name } e:
                Core.OnBusName(e.Unit, BusNames.GetValueOrDefault(name, BusNameState.Unavailable));
                break;
            case StoreDescriptor e:
                Stored.Add(e.Id);
                break;
            case DropDescriptor e:
                Stored.Remove(e.Id);
                break;
            case OpenSockets e when SocketFailure is { } failure:
                Core.OnSocketsOpened(e.Unit, [], failure);
                break;
            case OpenSockets e:
                Core.OnSocketsOpened(e.Unit, [.. e.Definition.Listens.Select((_, i) => OpenedId + (ulong)i)], null);
                break;
            case LookForListener e:
                Core.OnListenerLooked(e.Unit, Listens(e.Unit.Full, e.Port));
                break;
            case CountConnections e:
                Core.OnConnectionsCounted(e.Unit, AliveOf(e.Unit).Any() ? Clients(e.Unit.Full) : 0);
                break;
            case HoldBack { Holds: true } e:
                HeldBack.UnionWith(e.Ids);
                break;
            case HoldBack e:
                HeldBack.ExceptWith(e.Ids);
                break;
            case WatchSockets e:
                WatchedSockets[e.Unit.Full] = e.Ids.Length;
                break;
            case ReleaseUnit e:
                _pidFiles.Remove(e.Unit);
                _awaitedGroups.Remove(e.Unit);
                break;
            case TouchFile e:
                Machine.FileTimes[e.Path] = e.Realtime ?? (Machine.FileTimes.TryGetValue(e.Path, out ulong before) ? before : Clock.Realtime);
                break;
            case WatchPaths e:
                WatchedPaths.Remove(e.Unit.Full);
                if (e.Specs.IsEmpty)
                    break;
                WatchedPaths.Add(e.Unit.Full);
                Core.OnPathsWatched(e.Unit, null);
                break;
            case WriteLog e:
                Log.Add(e.Message);
                break;
            case UnitChanged e:
                States.Add((Now, e.Unit.Name.Full, e.Unit.SubState));
                break;
            case JobEnded e:
                Ended.Add((Now, e));
                break;
            case Quit e:
                QuitCode = e.ExitCode;
                break;
        }
    }

    private void Spawn(SpawnProcess request)
    {
        ulong time = Now + SpawnDelay(request);
        if (SpawnFailure(request) is var (stage, cause))
        {
            Answer(time, () => Core.OnSpawnFailed(request.Id, stage, cause));
            return;
        }
        // The keeper has the request: the process starts whether or not the manager lives to hear of it.
        string path = request.Plan.Command.Path;
        var process = Add(request.Unit, path, Programs.GetValueOrDefault(path, Behaviour.Daemon), request.Id, time);
        _children[request.Id] = process.Pid;
        Answer(time, () => Core.OnSpawned(request.Id, process.Pid));
    }

    private SimulatedProcess Add(UnitName unit, string path, Behaviour behaviour, ulong spawnId, ulong time)
    {
        var process = new SimulatedProcess(_nextPid++, unit, path, behaviour, spawnId, time);
        Processes.Add(process);
        _byPid[process.Pid] = process;
        if (!_byUnit.TryGetValue(unit, out var list))
            _byUnit[unit] = list = [];
        list.Add(process);
        if (behaviour.EndsAfter is { } after)
            At(time + after, () => End(process, behaviour.Exit));
        foreach (var (when, text) in behaviour.Notifies)
            At(time + when, () =>
            {
                if (process.IsAlive)
                    Core.OnNotified(unit, NotifyMessage.Parse(process.Pid, text.Replace("$PID", process.Pid.ToString())));
            });
        if (behaviour is { Child: { } child, ForksAtOnce: true })
            At(time, () => Fork(process, child));
        return process;
    }

    private void Fork(SimulatedProcess parent, Behaviour behaviour)
    {
        var child = Add(parent.Unit, parent.Path, behaviour, 0, Now);
        if (parent.Behaviour.WritesPidAfter is { } after)
            At(Now + after, () =>
            {
                if (child.IsAlive)
                    _pidFiles[parent.Unit] = child.Pid;
            });
    }

    private void Signal(SimulatedProcess process, int signal)
    {
        process.Signals.Add((Now, signal));
        var behaviour = process.Behaviour;
        if (signal != 9 && behaviour.Ignores.Contains(signal) || signal == 18)
            return;
        var exit = behaviour.ExitsOnSignal is { } status && signal != 9 ? new ProcessExit(ExitCode.Exited, status)
            : new ProcessExit(signal is 3 or 6 ? ExitCode.Dumped : ExitCode.Killed, signal);
        // A process that is asked for twice dies once.
        At(Now + (signal == 9 ? 0 : behaviour.DiesAfter), () => End(process, exit));
    }

    private void End(SimulatedProcess process, ProcessExit exit)
    {
        if (!process.IsAlive)
            return;
        process.Ended = Now;
        if (process.Behaviour is { Child: { } child, ForksAtOnce: false } && exit == process.Behaviour.Exit)
            Fork(process, child);
        _children.Remove(process.SpawnId);
        _unacknowledged.Add((process.SpawnId, process.Pid, exit));
        DeliverExits();
        if (!AliveOf(process.Unit).Any())
            At(Now, () =>
            {
                if (_awaitedGroups.Contains(process.Unit) && !AliveOf(process.Unit).Any())
                    Core.OnGroupEmpty(process.Unit);
            });
    }

    /// <summary>Those that no turn has written down yet come again after a crash.</summary>
    private void DeliverExits()
    {
        while (_delivered < _unacknowledged.Count)
        {
            var (_, pid, exit) = _unacknowledged[_delivered++];
            Core.OnExited(pid, exit, groupIsGone: Core.ServiceOf(pid) is { IsBrief: true } service && !AliveOf(service.Name).Any());
        }
    }
}
