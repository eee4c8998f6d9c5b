using System.Collections.Immutable;
using Sereno.Manager.Units;

namespace Sereno.Manager.Jobs;

public enum JobType { Start, VerifyActive, Stop, Reload, Restart }

public enum JobState { Waiting, Running }

/// <summary>How a job ended; JobRemoved carries its name.</summary>
public enum JobResult { Done, Canceled, Timeout, Failed, Dependency, Skipped, Invalid, Assert, Unsupported, Collected, Once }

/// <summary>How a new job meets those already queued (systemctl(1), --job-mode=).</summary>
public enum JobMode { Fail, Replace, ReplaceIrreversibly, Isolate, Flush, IgnoreDependencies, IgnoreRequirements }

/// <summary>One queued change of one unit; a unit has at most one.</summary>
public sealed class Job(uint id, Unit unit, JobType type)
{
    public uint Id { get; } = id;
    public Unit Unit { get; } = unit;

    /// <summary>A restart turns into a start when its stop half is done.</summary>
    public JobType Type { get; set; } = type;
    public JobState State { get; set; }
    public bool Irreversible { get; init; }

    /// <summary>Runs at once, whatever comes before or after its unit.</summary>
    public bool IgnoresOrder { get; init; }

    /// <summary>NAME=value for its unit's processes, when a timer or a path has asked for it.</summary>
    public ImmutableArray<string> Trigger { get; set; } = [];

    /// <summary>The unit that held it back when it was looked at last.</summary>
    internal Unit? Blocker { get; set; }

    public bool IsStopping => Type is JobType.Stop or JobType.Restart;
}

public static class JobNames
{
    public static string Name(this JobType type) => type switch
    {
        JobType.Start => "start",
        JobType.VerifyActive => "verify-active",
        JobType.Stop => "stop",
        JobType.Reload => "reload",
        JobType.Restart => "restart",
    };

    public static string Name(this JobState state) => state switch
    {
        JobState.Waiting => "waiting",
        JobState.Running => "running",
    };

    public static string Name(this JobResult result) => result switch
    {
        JobResult.Done => "done",
        JobResult.Canceled => "canceled",
        JobResult.Timeout => "timeout",
        JobResult.Failed => "failed",
        JobResult.Dependency => "dependency",
        JobResult.Skipped => "skipped",
        JobResult.Invalid => "invalid",
        JobResult.Assert => "assert",
        JobResult.Unsupported => "unsupported",
        JobResult.Collected => "collected",
        JobResult.Once => "once",
    };

    public static bool TryParseMode(string text, out JobMode mode)
    {
        (bool ok, mode) = text switch
        {
            "fail" => (true, JobMode.Fail),
            "replace" => (true, JobMode.Replace),
            "replace-irreversibly" => (true, JobMode.ReplaceIrreversibly),
            "isolate" => (true, JobMode.Isolate),
            "flush" => (true, JobMode.Flush),
            "ignore-dependencies" => (true, JobMode.IgnoreDependencies),
            "ignore-requirements" => (true, JobMode.IgnoreRequirements),
            _ => (false, JobMode.Replace),
        };
        return ok;
    }
}
