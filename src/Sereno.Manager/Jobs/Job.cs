using System.Collections.Immutable;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager.Jobs;

public enum JobType { Start, VerifyActive, Stop, Reload, Restart }

public enum JobState { Waiting, Running }

/// <summary>How a job ended; JobRemoved carries its name.</summary>
public enum JobResult { Done, Canceled, Timeout, Failed, Dependency, Skipped, Invalid, Assert, Unsupported, Collected, Once }

/// <summary>One queued change of one unit; a unit has at most one.</summary>
public sealed class Job(uint id, Unit unit, JobType type)
{
    public uint Id { get; } = id;
    public Unit Unit { get; } = unit;

    /// <summary>A restart turns into a start when its stop half is done.</summary>
    public JobType Type { get; set; } = type;
    public JobState State { get; set; }
    public bool Irreversible { get; set; }

    /// <summary>Runs at once, whatever comes before or after its unit.</summary>
    public bool IgnoresOrder { get; set; }

    /// <summary>Monotonic microseconds at which it ends as timed out; ulong.MaxValue for never.</summary>
    public ulong Deadline { get; set; } = ulong.MaxValue;

    /// <summary>NAME=value for its unit's processes, when a timer or a path has asked for it.</summary>
    public ImmutableArray<string> Trigger { get; set; } = [];

    /// <summary>The unit that held it back when it was looked at last.</summary>
    internal Unit? Blocker { get; set; }

    /// <summary>Where to look for the next one first.</summary>
    internal int BlockerAt { get; set; }

    public bool IsStopping => Type is JobType.Stop or JobType.Restart;

    public override string ToString() => $"{Unit}/{Type.Name()}";
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
            "triggering" => (true, JobMode.Triggering),
            _ => (false, JobMode.Replace),
        };
        return ok;
    }
}
