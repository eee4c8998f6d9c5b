namespace Sereno.Bus;

/// <summary>A row of ListUnits: what <c>systemctl list-units</c> prints.</summary>
/// <param name="Following">The unit whose state this one mirrors, or empty.</param>
/// <param name="JobId">0 when no job is queued for it.</param>
public sealed record UnitStatus(
    string Id, string Description, string LoadState, string ActiveState, string SubState,
    string Following = "", uint JobId = 0, string JobType = "");

/// <summary>A row of ListJobs; <c>State</c> is "waiting" or "running".</summary>
public sealed record JobStatus(uint Id, string Unit, string Type, string State);

/// <summary>A row of ListUnitFiles; <c>State</c> is "enabled", "disabled", "static", "masked", ...</summary>
public sealed record UnitFile(string Path, string State);

/// <summary>A link made or removed: <c>Type</c> is "symlink" (Path now leads to Source) or "unlink" (Path is gone).</summary>
public sealed record InstallChange(string Type, string Path, string Source);

/// <summary>A process of a unit, with the control group it is in (empty where groups are not in use).</summary>
public sealed record UnitProcess(string ControlGroup, uint Pid, string Command);
