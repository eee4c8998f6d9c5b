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
        var actions = unit.Definition.Actions;
        if (before != ActiveState.Failed && now == ActiveState.Failed)
            Act(actions.Failure, unit, actions.FailureExitStatus);
        else if (before is not (ActiveState.Inactive or ActiveState.Failed) && now == ActiveState.Inactive && unit.Job is not { Type: JobType.Start or JobType.Restart })
            Act(actions.Success, unit, actions.SuccessExitStatus, $"unit {unit} succeeded");
    }

    /// <summary>Noted, and done when the change that it comes from is whole.</summary>
    /// <param name="status">Of the exit; null: the main process's.</param>
    internal void Act(EmergencyAction action, Unit unit, int? status, string? reason = null)
    {
        if (action == EmergencyAction.None)
            return;
        if (IsOrderly(action) && IsStopping)
        {
            Log(unit, LogLevel.Notice, "Shutdown is already active. Skipping emergency action request.");
            return;
        }
        var (text, code) = action switch
        {
            EmergencyAction.None or EmergencyAction.Exit => ("Exiting", status ?? ExitStatusOf(unit)),
            EmergencyAction.ExitForce => ("Exiting immediately", status ?? ExitStatusOf(unit)),
            EmergencyAction.Reboot => ("Rebooting", RebootStatus),
            EmergencyAction.RebootForce => ("Forcibly rebooting", RebootStatus),
            EmergencyAction.RebootImmediate => ("Rebooting immediately", RebootStatus),
            EmergencyAction.Poweroff => ("Powering off", 0),
            EmergencyAction.PoweroffForce => ("Forcibly powering off", 0),
            EmergencyAction.PoweroffImmediate => ("Powering off immediately", 0),
        };
        Log(unit, LogLevel.Warning, $"{text}: {reason ?? $"unit {unit} failed"}");
        _action ??= (action, code);
    }

    /// <summary>As systemd counts it: 255 where the main process didn't exit by itself.</summary>
    private static int ExitStatusOf(Unit unit) => unit is not ServiceUnit { MainExit: { } exit } ? 0 : exit.Code == Units.ExitCode.Exited ? exit.Status : 255;

    private static bool IsOrderly(EmergencyAction action) => action is EmergencyAction.Exit or EmergencyAction.Reboot or EmergencyAction.Poweroff;

    /// <returns>Whether there was an action to carry out.</returns>
    private bool CarryOutAction()
    {
        if (_action is not var (action, status))
            return false;
        _action = null;
        if (IsOrderly(action))
            ShutDownBy(action, status);
        else if (!_hasQuit)
        {
            // Without stopping anything in order; what is left is killed by the keeper.
            (_hasQuit, IsStopping, ExitCode) = (true, true, status);
            _effects.Add(new Quit(status));
        }
        return true;
    }

    /// <summary>reboot.target and poweroff.target, where they are installed, may have more to do first.</summary>
    private void ShutDownBy(EmergencyAction action, int status)
    {
        string? target = action switch
        {
            EmergencyAction.Reboot => "reboot.target",
            EmergencyAction.Poweroff => "poweroff.target",
            _ => null,
        };
        if (target is not null && Load(UnitName.Parse(target)) is { Definition.LoadState: LoadState.Loaded } unit
            && TryEnqueue(unit, JobType.Start, JobMode.ReplaceIrreversibly))
            return;
        Shutdown(status);
    }
}
