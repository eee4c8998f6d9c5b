using Sereno.Manager.Jobs;
using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>Whether and when a service that has ended comes back.</summary>
public sealed partial class ServiceUnit
{
    /// <summary>systemd.service(5), Restart=, table 2.</summary>
    private bool ShouldRestart()
    {
        if (_forbidRestart || core.IsStopping || Job is { Type: JobType.Stop })
            return false;
        if (MainExit is { } exit)
        {
            if (exit.IsIn(Config.RestartPreventExitStatus))
                return false;
            if (exit.IsIn(Config.RestartForceExitStatus))
                return true;
        }
        return Config.Restart switch
        {
            RestartPolicy.No => false,
            RestartPolicy.Always => Result != ServiceResult.ExecCondition,
            RestartPolicy.OnSuccess => Result == ServiceResult.Success,
            RestartPolicy.OnFailure => Result is not (ServiceResult.Success or ServiceResult.ExecCondition),
            RestartPolicy.OnAbnormal => Result is not (ServiceResult.Success or ServiceResult.ExitCode or ServiceResult.ExecCondition),
            RestartPolicy.OnWatchdog => Result == ServiceResult.Watchdog,
            RestartPolicy.OnAbort => Result is ServiceResult.Signal or ServiceResult.CoreDump,
        };
    }

    /// <summary>
    /// RestartSec=, growing by the same factor with each restart in a row, until it is RestartMaxDelaySec= after
    /// RestartSteps= of them (systemd.service(5) of systemd 254).
    /// </summary>
    private ulong RestartDelay
    {
        get
        {
            var (first, last, steps) = (Config.RestartUsec, Config.RestartMaxDelayUsec, Config.RestartSteps);
            if (Restarts == 0 || steps == 0 || first == 0 || last == ServiceDefinition.Infinity || first >= last)
                return first;
            return Restarts >= steps ? last : (ulong)(first * Math.Pow((double)last / first, (double)Restarts / steps));
        }
    }
}
