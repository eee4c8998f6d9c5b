using Sereno.Manager.Checkpoint;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager;

public sealed partial class ManagerCore
{
    public UnitCheckpoint Save(Unit unit) => unit is InertUnit || IsLeaving(unit) || !Graph.TryGet(unit.Name, out _) ? new()
    {
        Name = unit.Name.Full,
        Gone = true,
        NextSpawn = _nextSpawn,
        NextJob = Jobs.NextId,
    }
    : new()
    {
        Name = unit.Name.Full,
        NextSpawn = _nextSpawn,
        NextJob = Jobs.NextId,
        Job = unit.Job is { } job ? new(job.Id, job.Type, job.State, job.Irreversible, job.IgnoresOrder, job.Deadline == ulong.MaxValue ? 0 : job.Deadline) : null,
        TargetIsUp = unit is SwitchUnit { IsUp: true, IsPerpetual: false },
        Times = [unit.StateChanged, unit.InactiveExit, unit.ActiveEnter, unit.ActiveExit, unit.InactiveEnter, unit.ConditionsTried],
        ConditionsMet = unit.ConditionsMet,
        InvocationId = unit.InvocationId,
        Service = (unit as ServiceUnit)?.Save(),
        Early = unit is ServiceUnit speaker && EarlyOf(speaker) is { Length: > 0 } early ? early : null,
        Timer = (unit as TimerUnit)?.Save(),
        Path = (unit as PathUnit)?.Save(),
        Socket = (unit as SocketUnit)?.Save(),
        Scope = unit is ScopeUnit scope ? new(scope.State, scope.Result, Timers.DeadlineOf(scope)) : null,
    };

    /// <summary>
    /// Takes up where the manager before stood. Processes that were asked for and never answered are asked for again
    /// unless the keeper has them.
    /// </summary>
    /// <param name="spawned">The keeper's children by spawn id; those that have ended are there too, until acknowledged.</param>
    /// <param name="exists">Whether a process that isn't the keeper's child is still there.</param>
    public void Restore(IEnumerable<UnitCheckpoint> records, IReadOnlyDictionary<ulong, int> spawned, Func<int, bool> exists)
    {
        var all = records.ToList();
        // A service outlives its file: it is stopped with what can be said without one.
        _outlived.UnionWith(all.Where(r => r is { Gone: false, Service.State: not (ServiceState.Dead or ServiceState.Failed) }).Select(r => r.Name));
        var restored = new List<(Unit Unit, UnitCheckpoint Record)>();
        foreach (var record in all)
        {
            _nextSpawn = Math.Max(_nextSpawn, record.NextSpawn);
            Jobs.NextId = record.NextJob;
            if (record.Gone || !UnitName.TryParse(record.Name, out var name))
                continue;
            var unit = Graph.Load(name).Unit;
            restored.Add((unit, record));
            if (record.Times is [var changed, var inactiveExit, var activeEnter, var activeExit, var inactiveEnter, var tried])
                (unit.StateChanged, unit.InactiveExit, unit.ActiveEnter, unit.ActiveExit, unit.InactiveEnter, unit.ConditionsTried) =
                    (changed, inactiveExit, activeEnter, activeExit, inactiveEnter, tried);
            (unit.ConditionsMet, unit.InvocationId) = (record.ConditionsMet, record.InvocationId);
            if (unit is SwitchUnit { IsPerpetual: false } and not DeviceUnit)
                ((SwitchUnit)unit).IsUp = record.TargetIsUp;
            if (unit is ScopeUnit scope && record.Scope is { } its)
                scope.Restore(its.State, its.Result, its.Deadline);
            if (unit is ServiceUnit service && record.Service is { } state)
            {
                service.Restore(state);
                RestoreEarly(service, record.Early ?? []);
            }
            if (unit is TimerUnit timer && record.Timer is { } itsTimer)
                timer.Restore(itsTimer);
            if (unit is PathUnit path && record.Path is { } itsPath)
                path.Restore(itsPath);
            if (unit is SocketUnit socket && record.Socket is { } itsSocket)
                socket.Restore(itsSocket, record.Job is not null);
            MarkChanged(unit);
        }
        foreach (var (unit, record) in restored)
            if (unit is ServiceUnit { Connection: { } connection } serving && UnitName.TryParse(connection.Socket, out var socketName) && Graph.TryGet(socketName, out var its) && its is SocketUnit accepting)
                accepting.Adopt(serving, isServing: !serving.IsInactiveOrFailed || record.Job is not null);
        foreach (var (unit, _) in restored.OrderBy(r => r.Unit.InactiveEnter.Monotonic))
            LimitFailed(unit);
        foreach (var (unit, record) in restored)
            if (record.Job is { } job)
                Jobs.Restore(Restored(unit, job));
        foreach (var (unit, _) in restored)
            (unit as ServiceUnit)?.Resume(spawned, exists);
        ReloadTriggers();
        _outlived.Clear();
        BeginGrace();
        Settle();
    }

    /// <summary>Only a service's processes outlive the manager: what else was under way is done again.</summary>
    private Job Restored(Unit unit, JobCheckpoint saved)
    {
        var job = new Job(saved.Id, unit, saved.Type)
        {
            State = unit is ServiceUnit ? saved.State : JobState.Waiting,
            Irreversible = saved.Irreversible,
            IgnoresOrder = saved.IgnoresOrder,
        };
        if (saved.Deadline != 0)
            Timers.Arm(job, job.Deadline = saved.Deadline);
        return job;
    }

    /// <summary>Asks again for a process that an earlier manager asked for.</summary>
    internal void Expect(ulong id, ServiceUnit service) => _spawns[id] = service;
}
