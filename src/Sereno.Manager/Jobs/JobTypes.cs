using Sereno.Manager.Units;

namespace Sereno.Manager.Jobs;

/// <summary>How two jobs of one unit go together, and which of them there is nothing to do for.</summary>
public static class JobTypes
{
    /// <summary>Two jobs for one unit become one, unless one of them stops it for good.</summary>
    public static bool TryMerge(JobType a, JobType b, Unit unit, out JobType merged)
    {
        merged = a;
        if (a == b)
            return true;
        if (a == JobType.Stop || b == JobType.Stop)
            return false;
        merged = (a, b) switch
        {
            (JobType.Restart, _) or (_, JobType.Restart) => JobType.Restart,
            // To start what runs already is nothing, to reload it isn't.
            (JobType.Reload, JobType.Start) or (JobType.Start, JobType.Reload) => unit.IsActiveOrReloading ? JobType.Reload : JobType.Start,
            (JobType.Reload, _) or (_, JobType.Reload) => JobType.Reload,
            _ => JobType.Start,
        };
        return true;
    }

    public static bool Conflict(JobType a, JobType b) => a != b && (a == JobType.Stop || b == JobType.Stop);

    /// <summary>A start of what already runs, a stop of what doesn't.</summary>
    public static bool IsRedundant(JobType type, Unit unit) => type switch
    {
        JobType.Start or JobType.VerifyActive => unit.IsActiveOrReloading,
        JobType.Stop => unit.IsInactiveOrFailed,
        JobType.Reload or JobType.Restart => false,
    };
}
