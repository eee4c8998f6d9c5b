using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager;

/// <summary>What a unit's end means for the whole instance (systemd.unit(5), FailureAction=).</summary>
public sealed partial class ManagerCore
{
    /// <summary>A unit has ended for good: its own setting says what follows.</summary>
    private void ActOnEnd(Unit unit, ActiveState before, ActiveState now)
    {
        var actions = unit.Definition.Actions;
        if (now == ActiveState.Failed && before != ActiveState.Failed)
            Act(actions.Failure, unit, actions.FailureExitStatus);
        else if (now == ActiveState.Inactive && before != ActiveState.Failed && unit.Job is not { Type: JobType.Start or JobType.Restart })
            Act(actions.Success, unit, actions.SuccessExitStatus, "succeeded");
    }

    /// <param name="status">Of the exit; null: the main process's.</param>
    internal void Act(EmergencyAction action, Unit unit, int? status, string what = "failed")
    {
        if (action == EmergencyAction.None || IsStopping)
            return;
        int code = status ?? ExitStatusOf(unit);
        var (text, target) = action switch
        {
            EmergencyAction.None => ("", null),
            EmergencyAction.Exit => ("Exiting", null),
            EmergencyAction.ExitForce => ("Exiting immediately", null),
            EmergencyAction.Reboot => ("Rebooting", "reboot.target"),
            EmergencyAction.RebootForce => ("Forcibly rebooting", null),
            EmergencyAction.RebootImmediate => ("Rebooting immediately", null),
            EmergencyAction.Poweroff => ("Powering off", "poweroff.target"),
            EmergencyAction.PoweroffForce => ("Forcibly powering off", null),
            EmergencyAction.PoweroffImmediate => ("Powering off immediately", (string?)null),
        };
        Log(unit, LogLevel.Warning, $"{text}: unit {unit.Name} {what}");
        if (action is EmergencyAction.ExitForce or EmergencyAction.RebootImmediate or EmergencyAction.PoweroffImmediate)
        {
            // Without stopping anything in order; what is left is killed by the keeper.
            (ExitCode, IsStopping, _hasQuit) = (code, true, true);
            _effects.Add(new Quit(code));
            return;
        }
        if (target is not null && Load(UnitName.Parse(target)) is { Definition.LoadState: LoadState.Loaded } unitToStart)
            try
            {
                Enqueue(unitToStart, JobType.Start, JobMode.ReplaceIrreversibly);
                return;
            }
            catch (ManagerException e)
            {
                Log(unit, LogLevel.Warning, $"{unit}: cannot start {target}: {e.Message}");
            }
        Shutdown(code);
    }

    /// <summary>As systemd counts it: 255 where the main process didn't exit by itself.</summary>
    private static int ExitStatusOf(Unit unit) => unit is not ServiceUnit { MainExit: { } exit } ? 0 : exit.Code == Units.ExitCode.Exited ? exit.Status : 255;
}
