using System.Collections.Immutable;

namespace Sereno.Units.Model;

/// <summary>How a new job meets those already queued (systemctl(1), --job-mode=).</summary>
public enum JobMode { Fail, Replace, ReplaceIrreversibly, Isolate, Flush, IgnoreDependencies, IgnoreRequirements, Triggering }

/// <summary>When a unit that nobody names is forgotten (systemd.unit(5), CollectMode=).</summary>
public enum CollectMode { Inactive, InactiveOrFailed }

/// <summary>What few units say about their jobs; the others share <see cref="Default"/>.</summary>
public sealed record JobSettings
{
    public static readonly JobSettings Default = new();

    public JobMode OnFailureMode { get; init; } = JobMode.Replace;
    public JobMode OnSuccessMode { get; init; } = JobMode.Fail;

    /// <summary>In microseconds from when the job was queued; <see cref="ServiceDefinition.Infinity"/> for no limit.</summary>
    public ulong TimeoutUsec { get; init; } = ServiceDefinition.Infinity;

    /// <summary>From when it began to run.</summary>
    public ulong RunningTimeoutUsec { get; init; } = ServiceDefinition.Infinity;
    public EmergencyAction TimeoutAction { get; init; }
    public string? TimeoutRebootArgument { get; init; }
    public CollectMode CollectMode { get; init; }

    /// <summary>Absolute paths whose mount units are wanted first.</summary>
    public ImmutableArray<string> RequiresMountsFor { get; init; } = [];
    public string? SourcePath { get; init; }
}
