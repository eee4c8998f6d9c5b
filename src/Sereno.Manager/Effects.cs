using System.Collections.Immutable;
using Sereno.Manager.Jobs;
using Sereno.Manager.Spawn;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager;

/// <summary>What the core wants done. The host carries effects out in order, after the checkpoint that goes with them.</summary>
public abstract record Effect;

/// <summary>Start a process; the answer is Spawned or SpawnFailed with the same id.</summary>
public sealed record SpawnProcess(ulong Id, UnitName Unit, string InvocationId, SpawnPlan Plan) : Effect;

/// <summary>Signal one process of ours (by its pidfd).</summary>
public sealed record KillProcess(UnitName Unit, int Pid, int Signal) : Effect;

/// <summary>Signal all processes of a unit except those given; the answer is GroupSignalled with how many there were.</summary>
public sealed record KillGroup(UnitName Unit, int Signal, bool AlsoHangUp, ImmutableArray<int> Except) : Effect;

/// <summary>Put processes that somebody else started into a unit's group; the answer, when that fails, is AttachFailed.</summary>
public sealed record AttachProcesses(UnitName Unit, string InvocationId, ImmutableArray<int> Pids) : Effect;

/// <summary>Read a pid file once; the answer is PidFileRead. Repeated by the core while it waits.</summary>
public sealed record ReadPidFile(UnitName Unit, string Path) : Effect;

/// <summary>Look for the one process that can be a forking service's main process; the answer is PidFileRead.</summary>
public sealed record FindMainProcess(UnitName Unit) : Effect;

/// <summary>A unit has ended: its control group and the folders it doesn't preserve can go.</summary>
public sealed record ReleaseUnit(UnitName Unit, ImmutableArray<string> RemoveDirectories, string? PidFile) : Effect;

/// <summary>syslog(3)'s levels.</summary>
public enum LogLevel { Error = 3, Warning = 4, Notice = 5, Info = 6, Debug = 7 }

public sealed record WriteLog(UnitName? Unit, LogLevel Level, string Message) : Effect;

public sealed record UnitAppeared(Unit Unit) : Effect;

public sealed record UnitChanged(Unit Unit) : Effect;

public sealed record JobQueued(Job Job) : Effect;

public sealed record JobEnded(uint Id, UnitName Unit, JobType Type, JobResult Result) : Effect;

/// <summary>All units are stopped: the instance ends with this exit code.</summary>
public sealed record Quit(int ExitCode) : Effect;
