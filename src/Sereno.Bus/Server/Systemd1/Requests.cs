using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>What a job is asked to do. The last three are decided when the job is queued: by whether the unit is active and can reload.</summary>
public enum JobVerb { Start, VerifyActive, Stop, Reload, Restart, TryRestart, ReloadOrRestart, ReloadOrTryRestart }

/// <summary>How a job meets jobs that are queued already (systemctl(1), --job-mode=).</summary>
public enum JobMode
{
    Fail, Replace, ReplaceIrreversibly, Isolate, Flush, IgnoreDependencies, IgnoreRequirements, Triggering, RestartDependencies,
}

public sealed record JobRequest(UnitName Unit, JobVerb Verb, JobMode Mode)
{
    /// <summary>Who asks, where that is neither root nor the owner: he may have it only if the unit says so. Null for those.</summary>
    public Requester? By { get; init; }
}

/// <summary>Somebody as the kernel knows him.</summary>
/// <param name="Groups">His supplementary groups.</param>
public sealed record Requester(Sereno.Linux.PeerCredentials Who, IReadOnlyList<uint> Groups);

/// <summary>A unit to be made, or changed, by the lines of a unit file.</summary>
/// <param name="Pids">A scope's processes to begin with.</param>
public sealed record TransientRequest(UnitName Name, IReadOnlyList<KeyValuePair<string, string>> Settings, IReadOnlyList<uint> Pids)
{
    /// <summary>What its processes get as standard input, output and error, each with its number; the caller's own, to be duplicated.</summary>
    public IReadOnlyList<(int Number, Sereno.Linux.Fd Fd)> Streams { get; init; } = [];

    /// <summary>The caller wants to look at the unit after its end, as long as he is connected.</summary>
    public bool AddRef { get; init; }
}

/// <summary>The job a request led to, and those it pulled in.</summary>
public sealed record QueuedJob(JobStatus Job, IReadOnlyList<JobStatus> Others);

/// <summary>Which processes of a unit get a signal.</summary>
public enum KillWhom { Main, Control, All }

/// <param name="FailIfNone">It is an error when there is no such process (<c>systemctl kill --fail</c>).</param>
public sealed record KillRequest(UnitName Unit, KillWhom Whom, int Signal, bool FailIfNone);

public enum InstallVerb { Enable, Disable, Reenable, Link, Mask, Unmask, Preset, PresetAll, Revert, SetDefault, AddWants, AddRequires }

/// <param name="Files">Unit names or absolute paths, as the caller wrote them.</param>
/// <param name="Runtime">In /run instead of /etc.</param>
/// <param name="Force">Replace links that are in the way.</param>
/// <param name="Portable">Not only links: also drop-ins of portable services (a flag of the newer calls, ignored by most).</param>
public sealed record InstallRequest(InstallVerb Verb, IReadOnlyList<string> Files, bool Runtime = false, bool Force = false, bool Portable = false)
{
    /// <summary>"full", "enable-only" or "disable-only".</summary>
    public string PresetMode { get; init; } = "full";

    /// <summary>Of AddWants and AddRequires.</summary>
    public string? Target { get; init; }
}

/// <param name="HasInstallInfo">False when no file has an [Install] section: systemctl then explains what that means.</param>
public sealed record InstallResult(bool HasInstallInfo, IReadOnlyList<InstallChange> Changes);
