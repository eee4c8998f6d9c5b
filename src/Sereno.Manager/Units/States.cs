namespace Sereno.Manager.Units;

/// <summary>systemctl's ACTIVE column.</summary>
public enum ActiveState { Inactive, Activating, Active, Reloading, Deactivating, Failed }

/// <summary>Where a service stands: systemctl's SUB column. The reason is a <see cref="ServiceResult"/>.</summary>
public enum ServiceState
{
    Dead, Condition, StartPre, Start, StartPost, Running, Exited, Reload,
    Stop, StopWatchdog, StopSigterm, StopSigkill, StopPost, FinalSigterm, FinalSigkill,
    Failed, AutoRestart, FinalWatchdog, ReloadSignal, ReloadNotify, StopDrain,
}

/// <summary>Why a service ended as it did: the Result property.</summary>
public enum ServiceResult
{
    Success, Resources, Protocol, Timeout, ExitCode, Signal, CoreDump, Watchdog, StartLimitHit, ExecCondition, OomKill,
}

public static class StateNames
{
    public static ActiveState ToActiveState(this ServiceState state, bool idle = false) => state switch
    {
        ServiceState.Dead => ActiveState.Inactive,
        ServiceState.Failed => ActiveState.Failed,
        ServiceState.Condition or ServiceState.StartPre or ServiceState.Start or ServiceState.StartPost =>
            idle ? ActiveState.Active : ActiveState.Activating,
        ServiceState.AutoRestart => ActiveState.Activating,
        ServiceState.Running or ServiceState.Exited => ActiveState.Active,
        ServiceState.Reload or ServiceState.ReloadSignal or ServiceState.ReloadNotify => ActiveState.Reloading,
        ServiceState.StopDrain or ServiceState.Stop or ServiceState.StopWatchdog or ServiceState.StopSigterm or ServiceState.StopSigkill or
            ServiceState.StopPost or ServiceState.FinalWatchdog or ServiceState.FinalSigterm or ServiceState.FinalSigkill => ActiveState.Deactivating,
    };

    public static string Name(this ServiceState state) => state switch
    {
        ServiceState.Dead => "dead",
        ServiceState.Condition => "condition",
        ServiceState.StartPre => "start-pre",
        ServiceState.Start => "start",
        ServiceState.StartPost => "start-post",
        ServiceState.Running => "running",
        ServiceState.Exited => "exited",
        ServiceState.Reload => "reload",
        ServiceState.ReloadSignal => "reload-signal",
        ServiceState.ReloadNotify => "reload-notify",
        ServiceState.StopDrain => "stop-drain",
        ServiceState.Stop => "stop",
        ServiceState.StopWatchdog => "stop-watchdog",
        ServiceState.StopSigterm => "stop-sigterm",
        ServiceState.StopSigkill => "stop-sigkill",
        ServiceState.StopPost => "stop-post",
        ServiceState.FinalWatchdog => "final-watchdog",
        ServiceState.FinalSigterm => "final-sigterm",
        ServiceState.FinalSigkill => "final-sigkill",
        ServiceState.Failed => "failed",
        ServiceState.AutoRestart => "auto-restart",
    };

    public static string Name(this ActiveState state) => state switch
    {
        ActiveState.Inactive => "inactive",
        ActiveState.Activating => "activating",
        ActiveState.Active => "active",
        ActiveState.Reloading => "reloading",
        ActiveState.Deactivating => "deactivating",
        ActiveState.Failed => "failed",
    };

    public static string Name(this ServiceResult result) => result switch
    {
        ServiceResult.Success => "success",
        ServiceResult.Resources => "resources",
        ServiceResult.Protocol => "protocol",
        ServiceResult.Timeout => "timeout",
        ServiceResult.ExitCode => "exit-code",
        ServiceResult.Signal => "signal",
        ServiceResult.CoreDump => "core-dump",
        ServiceResult.Watchdog => "watchdog",
        ServiceResult.StartLimitHit => "start-limit-hit",
        ServiceResult.ExecCondition => "exec-condition",
        ServiceResult.OomKill => "oom-kill",
    };
}
