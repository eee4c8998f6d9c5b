using Sereno.Manager.Graph;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager;

/// <summary>What the end of a unit or of a job sets going: handlers, time limits, and the end of the instance itself.</summary>
public sealed partial class ManagerCore
{
    /// <summary>The exit status by which systemd-nspawn(1) knows a container that wants to be started again.</summary>
    public const int RebootStatus = 133;

    private (EmergencyAction Action, int Status)? _action;

    /// <summary>OnFailure= and OnSuccess= units, in the unit's own job mode.</summary>
    private void StartHandlers(Unit unit, bool failed)
    {
        var handlers = Graph.Of(unit, failed ? Relation.OnFailure : Relation.OnSuccess);
        if (handlers.Count == 0)
            return;
        Log(unit, LogLevel.Info, $"{unit}: Triggering {(failed ? "OnFailure" : "OnSuccess")}= dependencies.");
        foreach (var handler in handlers.ToList())
            TryEnqueue(handler, JobType.Start, failed ? unit.Definition.Jobs.OnFailureMode : unit.Definition.Jobs.OnSuccessMode);
    }

    /// <summary>A unit that came up by itself gets what its start would have pulled in, where the order still allows it.</summary>
    private void StartInRetrospect(Unit unit)
    {
        foreach (var (relation, mode) in ((Relation, JobMode)[])[(Relation.Requires, JobMode.Replace), (Relation.BindsTo, JobMode.Replace),
            (Relation.Upholds, JobMode.Replace), (Relation.Wants, JobMode.Fail)])
            foreach (var other in Graph.Of(unit, relation).ToList())
                if (!other.IsActiveOrActivating && !Graph.Has(unit, Relation.After, other))
                    TryEnqueue(other, JobType.Start, mode);
        foreach (var relation in (ReadOnlySpan<Relation>)[Relation.Conflicts, Relation.ConflictedBy])
            foreach (var other in Graph.Of(unit, relation).ToList())
                if (other.IsActiveOrActivating)
                    TryEnqueue(other, JobType.Stop);
    }

    /// <summary>The job begins to run, from when JobRunningTimeoutSec= counts.</summary>
    private void Begin(Job job)
    {
        if (job.State == JobState.Waiting)
            Limit(job, job.Unit.Definition.Jobs.RunningTimeoutUsec);
        job.State = JobState.Running;
    }

    /// <summary>The earlier of two limits counts.</summary>
    private void Limit(Job job, ulong usec)
    {
        if (usec == ServiceDefinition.Infinity || Now.After(usec) is var deadline && deadline >= job.Deadline)
            return;
        job.Deadline = deadline;
        Timers.Arm(job, deadline);
    }

    private void OnJobTimeout(Job job)
    {
        var (unit, settings) = (job.Unit, job.Unit.Definition.Jobs);
        Log(unit, LogLevel.Warning, $"{unit}: Job {job} timed out.");
        Finish(job, JobResult.Timeout);
        Act(settings.TimeoutAction, unit, null, "job timed out");
    }

    private void ActOnEnd(Unit unit, ActiveState before, ActiveState now)
    {
        var settings = unit.Definition.Jobs;
        if (before != ActiveState.Failed && now == ActiveState.Failed)
            Act(settings.FailureAction, unit, settings.FailureStatus ?? MainStatus(unit), $"unit {unit} failed");
        else if (before is not (ActiveState.Inactive or ActiveState.Failed) && now == ActiveState.Inactive)
            Act(settings.SuccessAction, unit, settings.SuccessStatus ?? MainStatus(unit), $"unit {unit} succeeded");
    }

    private static int? MainStatus(Unit unit) => unit is ServiceUnit { MainExit: { Code: Units.ExitCode.Exited } exit } ? exit.Status : null;

    /// <summary>Noted, and done when the change that it comes from is whole.</summary>
    private void Act(EmergencyAction action, Unit unit, int? status, string reason)
    {
        if (action == EmergencyAction.None)
            return;
        var (what, code) = action switch
        {
            EmergencyAction.Reboot or EmergencyAction.RebootForce or EmergencyAction.RebootImmediate => ("Rebooting", RebootStatus),
            EmergencyAction.Poweroff or EmergencyAction.PoweroffForce or EmergencyAction.PoweroffImmediate => ("Powering off", 0),
            EmergencyAction.None or EmergencyAction.Exit or EmergencyAction.ExitForce => ("Exiting", status ?? 0),
        };
        if (IsOrderly(action) && IsStopping)
        {
            Log(unit, LogLevel.Notice, "Shutdown is already active. Skipping emergency action request.");
            return;
        }
        Log(unit, LogLevel.Warning, $"{(IsOrderly(action) ? what : "Forcibly " + what.ToLowerInvariant())}: {reason} (the instance ends with exit status {code})");
        _action ??= (action, code);
    }

    private static bool IsOrderly(EmergencyAction action) => action is EmergencyAction.Exit or EmergencyAction.Reboot or EmergencyAction.Poweroff;

    /// <returns>Whether there was an action to carry out.</returns>
    private bool CarryOutAction()
    {
        if (_action is not var (action, status))
            return false;
        _action = null;
        if (IsOrderly(action))
            Shutdown(status);
        else if (!_hasQuit)
        {
            (_hasQuit, IsStopping, ExitCode) = (true, true, status);
            _effects.Add(new Quit(status));
        }
        return true;
    }
}
