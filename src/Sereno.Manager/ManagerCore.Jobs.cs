using Sereno.Manager.Graph;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager;

public sealed partial class ManagerCore
{
    /// <summary>Queues a job with all that it needs.</summary>
    /// <returns>The unit's own job; null when there is nothing to do for it.</returns>
    /// <exception cref="ManagerException">The transaction can't be had; nothing has changed.</exception>
    /// <param name="onlyStarts">Refuses what would stop anything, or take back another's request.</param>
    public Job? Enqueue(Unit unit, JobType type, JobMode mode, bool onlyStarts = false)
    {
        var job = Add(unit, type, mode, onlyStarts);
        Settle();
        return job;
    }

    /// <summary>Without running anything: who calls in the middle of a change isn't called back before that is whole.</summary>
    private Job? Add(Unit unit, JobType type, JobMode mode, bool onlyStarts = false)
    {
        if (IsStopping && (type is JobType.Start or JobType.Restart))
            throw new ManagerException(ManagerErrorKind.ShuttingDown, "Refusing activation, because the manager is shutting down.");
        if (mode == JobMode.Isolate && type != JobType.Start)
            throw new ManagerException(ManagerErrorKind.InvalidArguments, "Isolate is only valid for start.");
        if (mode == JobMode.Isolate && !unit.Definition.AllowIsolate)
            throw new ManagerException(ManagerErrorKind.NoIsolation, "Operation refused, unit may not be isolated.");
        if (mode == JobMode.Triggering && type != JobType.Stop)
            throw new ManagerException(ManagerErrorKind.InvalidArguments, "--job-mode=triggering is only valid for stop.");
        var transaction = new Transaction(Graph, mode, Log);
        transaction.Build(unit, type);
        CheckDestructive(transaction, mode);
        if (onlyStarts)
            CheckOnlyStarts(transaction);
        var jobs = transaction.Jobs.ToList();
        if (mode is JobMode.Isolate or JobMode.Flush)
        {
            var wanted = jobs.Select(j => j.Unit).ToHashSet();
            foreach (var job in Jobs.All.ToList())
                if (!wanted.Contains(job.Unit) && !job.Unit.Definition.IgnoreOnIsolate)
                    Finish(job, JobResult.Canceled, propagate: false);
        }
        Job? anchor = null;
        foreach (var (target, jobType) in jobs)
        {
            var job = InstallOrMerge(target, jobType, mode);
            if (target == transaction.Anchor)
                anchor = job;
        }
        return anchor;
    }

    private static void CheckDestructive(Transaction transaction, JobMode mode)
    {
        foreach (var (unit, type) in transaction.Jobs)
            if (unit.Job is { } old && (mode == JobMode.Fail || old.Irreversible) && JobTypes.Conflict(old.Type, type))
                throw new ManagerException(ManagerErrorKind.TransactionIsDestructive,
                    $"Transaction for {transaction.Anchor}/{transaction.Jobs.First(j => j.Unit == transaction.Anchor).Type.Name()} is destructive " +
                    $"({unit} has '{old.Type.Name()}' job queued, but '{type.Name()}' is included in transaction).");
    }

    private Job InstallOrMerge(Unit unit, JobType type, JobMode mode)
    {
        if (unit.Job is { } old)
        {
            if (JobTypes.TryMerge(old.Type, type, unit, out var merged))
            {
                // A reload that runs may have read its files before this one was asked for: once more.
                if (old.Type != merged || type == JobType.Reload)
                    (old.Type, old.State) = (merged, JobState.Waiting);
                old.Irreversible |= mode == JobMode.ReplaceIrreversibly;
                old.IgnoresOrder |= mode == JobMode.IgnoreDependencies;
                MarkChanged(unit);
                Jobs.Wake(old);
                return old;
            }
            Finish(old, JobResult.Canceled, propagate: false);
        }
        var job = Jobs.Install(unit, type, mode == JobMode.ReplaceIrreversibly, ignoresOrder: mode == JobMode.IgnoreDependencies);
        Limit(job, unit.Definition.Jobs.TimeoutUsec);
        Emit(new JobQueued(job));
        MarkChanged(unit);
        return job;
    }

    /// <summary>A request that is met as things are still gets a job to wait for: one that has ended.</summary>
    public Job EnqueueNothing(Unit unit)
    {
        var job = new Job(Jobs.NextId++, unit, JobType.VerifyActive);
        Emit(new JobQueued(job));
        Emit(new JobEnded(job.Id, unit.Name, job.Type, JobResult.Done));
        return job;
    }

    public void Cancel(Job job) => Finish(job, JobResult.Canceled);

    private void Run(Job job)
    {
        var unit = job.Unit;
        if (job.Type == JobType.Restart && unit.IsInactiveOrFailed)
        {
            // Nothing to stop: the start half is what is left, and a start waits for those before it.
            job.Type = JobType.Start;
            MarkChanged(unit);
            Jobs.WakeNeighbours(unit);
            if (!Jobs.IsRunnable(job))
                return;
        }
        switch (job.Type)
        {
            case JobType.Start:
                RunStart(job);
                break;
            case JobType.VerifyActive:
                if (unit.IsActiveOrReloading)
                    Finish(job, JobResult.Done);
                else if (unit.Active != ActiveState.Activating)
                    Finish(job, JobResult.Skipped);
                break;
            case JobType.Stop or JobType.Restart:
                if (unit.IsInactiveOrFailed)
                {
                    Finish(job, JobResult.Done);
                    break;
                }
                Begin(job);
                if (unit.Active != ActiveState.Deactivating)
                {
                    // Between two runs there is nothing to stop, and in a target never.
                    if (unit is not (ServiceUnit { State: ServiceState.AutoRestart } or SwitchUnit or TriggerUnit))
                        Log(unit, LogLevel.Info, $"{(unit is MountUnit ? "Unmounting" : "Stopping")} {Describe(unit)}...");
                    unit.Stop();
                }
                break;
            case JobType.Reload:
                RunReload(job);
                break;
        }
        MarkChanged(unit);
    }

    private void RunStart(Job job)
    {
        var unit = job.Unit;
        switch (unit.Active)
        {
            case ActiveState.Active or ActiveState.Reloading:
                Finish(job, JobResult.Done);
                break;
            case ActiveState.Deactivating:
                break; // waits: the end of the stop wakes it
            case ActiveState.Activating when unit is ServiceUnit { State: ServiceState.AutoRestart }:
                break; // waits for the restart, which takes this job along; RestartSec= is not to be talked round
            case ActiveState.Activating:
                Begin(job);
                break;
            case ActiveState.Inactive or ActiveState.Failed:
                if (unit is InertUnit)
                {
                    StartInert(job);
                    break;
                }
                if (unit is ScopeUnit { HasRun: true })
                {
                    Finish(job, JobResult.Once);
                    break;
                }
                if (TryConditions(unit) is { } unmet)
                {
                    Finish(job, unmet);
                    break;
                }
                if (!HasRequirements(unit, out var missing))
                {
                    Log(unit, LogLevel.Error, $"{unit}: Bound to unit {missing}, but unit isn't active.");
                    Finish(job, JobResult.Dependency);
                    break;
                }
                Begin(job);
                if (unit is ServiceUnit service && !service.MayStart())
                {
                    Finish(job, JobResult.Failed); // if its state has not changed, nobody else does
                    break;
                }
                if (unit is TriggerUnit trigger && !trigger.MayStart())
                {
                    Finish(job, JobResult.Failed);
                    break;
                }
                unit.InvocationId = Machine.NewId();
                unit.Trigger = job.Trigger;
                // What is up as soon as it is asked for says so once.
                if (unit is ServiceUnit { Config: not { Type: ServiceType.Simple or ServiceType.Idle, ExecCondition.IsEmpty: true, ExecStartPre.IsEmpty: true, ExecStartPost.IsEmpty: true } })
                    Log(unit, LogLevel.Info, $"Starting {Describe(unit)}...");
                if (unit is MountUnit)
                    Log(unit, LogLevel.Info, $"Mounting {Describe(unit)}...");
                unit.Start();
                break;
        }
    }

    /// <summary>A kind of unit that has no behaviour here ends its start at once: nobody waits for what can't come.</summary>
    private void StartInert(Job job)
    {
        // Every restart of a service asks for these again: saying it once is enough.
        if (job.Unit is InertUnit { IsReported: false } inert)
            Log(inert, LogLevel.Warning, inert.Name.Type switch
            {
                UnitType.Device => $"{inert}: there is no such device, and nobody watches for it to come.",
                var type => $"{inert}: units of type {type.ToString().ToLowerInvariant()} are not run here.",
            });
        ((InertUnit)job.Unit).IsReported = true;
        Finish(job, JobResult.Unsupported);
    }

    /// <summary>BindsTo= wants the other side active when After= orders it first (systemd.unit(5)).</summary>
    private bool HasRequirements(Unit unit, out Unit? missing)
    {
        missing = Graph.Of(unit, Relation.BindsTo).FirstOrDefault(o => !o.IsActiveOrReloading && o is not InertUnit && Graph.Has(unit, Relation.After, o));
        return missing is null;
    }

    /// <summary>Null when all hold; otherwise how the job ends. Triggering conditions need one to hold (systemd.unit(5)).</summary>
    private JobResult? TryConditions(Unit unit)
    {
        var conditions = unit.Definition.Conditions;
        unit.ConditionsTried = Now;
        unit.ConditionsMet = true;
        foreach (bool isAssert in (ReadOnlySpan<bool>)[false, true])
        {
            bool? triggered = null;
            Condition? failed = null;
            foreach (var condition in conditions.Where(c => c.IsAssert == isAssert))
            {
                // What this machine can't tell is taken to hold: refusing to start would be worse.
                bool holds = (Machine.Test(condition) ?? !condition.Negated) != condition.Negated;
                if (condition.IsTrigger)
                    triggered = (triggered ?? false) || holds;
                else if (!holds)
                    failed ??= condition;
            }
            if (failed is null && triggered != false)
                continue;
            failed ??= conditions.First(c => c.IsAssert == isAssert && c.IsTrigger);
            unit.ConditionsMet = false;
            MarkChanged(unit);
            string check = $"{(isAssert ? "Assert" : "Condition")}{failed.Kind}={(failed.IsTrigger ? "|" : "")}{(failed.Negated ? "!" : "")}{failed.Argument}";
            if (isAssert)
                Log(unit, LogLevel.Error, $"Assertion failed for {Describe(unit)} ({check}).");
            else
                Log(unit, LogLevel.Info, $"{Describe(unit)} was skipped because of an unmet condition check ({check}).");
            return isAssert ? JobResult.Assert : JobResult.Done;
        }
        return null;
    }

    private void RunReload(Job job)
    {
        var unit = job.Unit;
        switch (unit.Active)
        {
            case ActiveState.Active:
                Begin(job);
                Log(unit, LogLevel.Info, $"Reloading {Describe(unit)}...");
                unit.Reload();
                break;
            case ActiveState.Reloading or ActiveState.Activating:
                break; // its end wakes it
            case ActiveState.Inactive or ActiveState.Failed or ActiveState.Deactivating:
                Log(unit, LogLevel.Error, $"Unit {unit} cannot be reloaded because it is inactive.");
                Finish(job, JobResult.Invalid);
                break;
        }
    }

    /// <summary>Called by a unit after each change of state: moves its job on, and tells those who depend on it.</summary>
    internal void OnUnitStateChanged(Unit unit, ActiveState before, bool failed, bool reloadFailed = false)
    {
        var now = unit.Active;
        Stamp(unit, before, now);
        MarkChanged(unit);
        NoteForTriggers(unit);
        bool unexpected = MoveJob(unit, now, failed, reloadFailed);
        if (before == now)
            return;
        if (unexpected && before is ActiveState.Active or ActiveState.Reloading or ActiveState.Activating &&
            now is ActiveState.Deactivating or ActiveState.Inactive or ActiveState.Failed)
            foreach (var relation in (ReadOnlySpan<Relation>)[Relation.BoundBy, Relation.PropagatesStopTo])
                foreach (var other in Graph.Of(unit, relation).ToList())
                    if (other.Active is not (ActiveState.Inactive or ActiveState.Failed or ActiveState.Deactivating))
                        TryEnqueue(other, JobType.Stop);
        if (unexpected && before is ActiveState.Inactive or ActiveState.Failed && unit.IsActiveOrActivating)
            StartInRetrospect(unit);
        // A service on its way to the next start has neither failed nor succeeded yet.
        if (unit.Job is not { Type: JobType.Start } && (now == ActiveState.Failed || (now == ActiveState.Inactive && before != ActiveState.Failed)))
            StartHandlers(unit, now == ActiveState.Failed);
        ActOnEnd(unit, before, now);
        LimitFailed(unit);
        MayGo(unit);
        NoteForReview(unit);
        if (unit.Job is { State: JobState.Waiting } job)
            Jobs.Wake(job);
        Jobs.WakeNeighbours(unit);
    }

    /// <returns>Whether no job wanted this change.</returns>
    private bool MoveJob(Unit unit, ActiveState now, bool failed, bool reloadFailed)
    {
        if (unit.Job is not { } job)
            return true;
        bool runs = job.State == JobState.Running, isUp = now is ActiveState.Active or ActiveState.Reloading;
        bool isDown = now is ActiveState.Inactive or ActiveState.Failed;
        switch (job.Type)
        {
            case JobType.Start or JobType.VerifyActive:
                if (isUp)
                    Finish(job, JobResult.Done);
                else if (runs && unit is ServiceUnit { State: ServiceState.AutoRestart })
                    Finish(job, failed ? JobResult.Failed : JobResult.Done);
                else if (runs && isDown)
                    Finish(job, now == ActiveState.Failed ? JobResult.Failed : JobResult.Done);
                return !isUp && runs && now != ActiveState.Activating;
            case JobType.Stop:
                if (isDown)
                    Finish(job, JobResult.Done);
                else if (runs && now != ActiveState.Deactivating)
                    Finish(job, JobResult.Failed);
                return runs && !isDown && now != ActiveState.Deactivating;
            case JobType.Restart:
                if (isDown)
                {
                    Log(unit, LogLevel.Info, $"Stopped {Describe(unit)}.");
                    (job.Type, job.State) = (JobType.Start, JobState.Waiting);
                    Jobs.Wake(job);
                    Jobs.WakeNeighbours(unit);
                }
                else if (runs && now != ActiveState.Deactivating)
                    Finish(job, JobResult.Failed);
                return runs && !isDown && now != ActiveState.Deactivating;
            case JobType.Reload:
                if (!runs || now is ActiveState.Reloading or ActiveState.Activating)
                    return false;
                if (now == ActiveState.Active)
                    Finish(job, reloadFailed ? JobResult.Failed : JobResult.Done);
                else if (isDown)
                    Finish(job, now == ActiveState.Failed ? JobResult.Failed : JobResult.Done);
                return now != ActiveState.Active;
        }
        return true;
    }

    private void Stamp(Unit unit, ActiveState before, ActiveState now)
    {
        static bool IsDown(ActiveState s) => s is ActiveState.Inactive or ActiveState.Failed;
        static bool IsUp(ActiveState s) => s is ActiveState.Active or ActiveState.Reloading;
        unit.StateChanged = Now;
        if (IsDown(before) && !IsDown(now))
            unit.InactiveExit = Now;
        if (!IsDown(before) && IsDown(now))
            unit.InactiveEnter = Now;
        if (!IsUp(before) && IsUp(now))
            unit.ActiveEnter = Now;
        if (IsUp(before) && !IsUp(now))
            unit.ActiveExit = Now;
    }

    /// <param name="propagate">False where the job only makes room for another transaction.</param>
    private void Finish(Job job, JobResult result, bool propagate = true)
    {
        if (Jobs.Find(job.Id) != job)
            return;
        var (unit, type) = (job.Unit, job.Type);
        Jobs.Remove(job);
        if (job.Deadline != ulong.MaxValue)
            Timers.Disarm(job);
        MarkChanged(unit);
        NoteForTriggers(unit);
        Emit(new JobEnded(job.Id, unit.Name, type, result));
        // Who was already as he was asked to be has done nothing that could be told.
        if (job.State == JobState.Running || result != JobResult.Done)
            Report(unit, type, result);
        if (type == JobType.Start && unit is ServiceUnit { IsInactiveOrFailed: true, Job: null } service)
            service.LetGo();
        MayGo(unit);
        _review.Add(unit);
        if (!propagate)
            return;
        if (result == JobResult.Done)
        {
            // A condition that wasn't met, or a oneshot that is over: done, but Requisite= asked for a unit that is active.
            if (type is JobType.Start or JobType.Reload && !unit.IsActiveOrReloading)
                FailDependents(unit, Relation.RequisiteOf);
            return;
        }
        if (type is JobType.Start or JobType.VerifyActive)
            FailDependents(unit, Relation.RequiredBy, Relation.RequisiteOf, Relation.BoundBy);
        else if (type == JobType.Stop)
            FailDependents(unit, Relation.ConflictedBy);
        // The unit itself did nothing, so that nobody else tells its OnFailure= units.
        if (result is JobResult.Timeout or JobResult.Dependency)
            StartHandlers(unit, failed: true);
    }

    /// <summary>Those who required this start can't have theirs (systemd.unit(5), Requires=).</summary>
    private void FailDependents(Unit unit, params ReadOnlySpan<Relation> relations)
    {
        foreach (var relation in relations)
            foreach (var other in Graph.Of(unit, relation).ToList())
                if (other.Job is { Type: JobType.Start or JobType.VerifyActive } job && !other.IsActiveOrReloading)
                    Finish(job, JobResult.Dependency);
    }

    private void Report(Unit unit, JobType type, JobResult result)
    {
        string name = Describe(unit);
        (LogLevel level, string? text) = (type, result) switch
        {
            (JobType.Start, JobResult.Done) => unit.ConditionsMet && unit.IsActiveOrReloading
                ? (LogLevel.Info, unit is ServiceUnit { Config.Type: ServiceType.Oneshot } ? $"Finished {name}." : $"{Up(unit.Name.Type)} {name}.")
                : unit is ServiceUnit { Config.Type: ServiceType.Oneshot } && unit.ConditionsMet ? (LogLevel.Info, $"Finished {name}.") : (LogLevel.Info, null),
            (JobType.Start, JobResult.Timeout) => (LogLevel.Error, $"Timed out starting {name}."),
            (JobType.Start, JobResult.Failed) => (LogLevel.Error, $"Failed to start {name}."),
            (JobType.Start, JobResult.Dependency) => (LogLevel.Warning, $"Dependency failed for {name}."),
            (JobType.Stop, JobResult.Done) => (LogLevel.Info, $"{Down(unit.Name.Type)} {name}."),
            (JobType.Stop, JobResult.Failed or JobResult.Timeout) => (LogLevel.Error, $"Stopped (with error) {name}."),
            (JobType.Reload, JobResult.Done) => (LogLevel.Info, $"Reloaded {name}."),
            (JobType.Reload, JobResult.Failed) => (LogLevel.Error, $"Reload failed for {name}."),
            _ => (LogLevel.Debug, null),
        };
        if (text is not null)
            Log(unit, level, text);
        if (result is JobResult.Dependency or JobResult.Timeout)
            Log(unit, LogLevel.Notice, $"{unit}: Job {unit}/{type.Name()} failed with result '{result.Name()}'.");
    }

    private static string Up(UnitType type) => type switch
    {
        UnitType.Target => "Reached target",
        UnitType.Slice => "Created slice",
        UnitType.Mount => "Mounted",
        UnitType.Socket => "Listening on",
        UnitType.Device => "Found device",
        UnitType.Service or UnitType.Automount or UnitType.Swap or UnitType.Timer or UnitType.Path or UnitType.Scope => "Started",
    };

    private static string Down(UnitType type) => type switch
    {
        UnitType.Target => "Stopped target",
        UnitType.Slice => "Removed slice",
        UnitType.Mount => "Unmounted",
        UnitType.Socket => "Closed",
        UnitType.Service or UnitType.Device or UnitType.Automount or UnitType.Swap or UnitType.Timer or UnitType.Path or UnitType.Scope => "Stopped",
    };

    /// <summary>"name - description", as systemd's StatusUnitFormat=combined writes it.</summary>
    private static string Describe(Unit unit) =>
        unit.Definition.Description == unit.Name.Full ? unit.Name.Full : $"{unit.Name.Full} - {unit.Definition.Description}";

    /// <returns>False when the job can't be had.</returns>
    internal bool TryEnqueue(Unit unit, JobType type, JobMode mode = JobMode.Replace)
    {
        if (IsStopping && type != JobType.Stop)
            return false;
        try
        {
            Add(unit, type, mode);
            return true;
        }
        catch (ManagerException e)
        {
            Log(unit, LogLevel.Warning, $"{unit}: cannot enqueue {type.Name()} job: {e.Message}");
            return false;
        }
    }
}
