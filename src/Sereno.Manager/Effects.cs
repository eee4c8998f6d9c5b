using System.Collections.Immutable;
using Sereno.Manager.Jobs;
using Sereno.Manager.Spawn;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager;

/// <summary>What the core wants done. The host carries effects out in order, after the checkpoint that goes with them.</summary>
public abstract record Effect;

/// <summary>Start a process; the answer is Spawned or SpawnFailed with the same id.</summary>
/// <param name="Descriptors">The ids of the held descriptors that the plan passes on, in its order.</param>
public sealed record SpawnProcess(ulong Id, UnitName Unit, string InvocationId, SpawnPlan Plan, ImmutableArray<ulong> Descriptors) : Effect
{
    /// <summary>It may run beside the unit's own processes, whose group may be theirs (Delegate=).</summary>
    public bool IsControl { get; init; }

    /// <summary>The held descriptor that is the process's alone from now on; null for none.</summary>
    public ulong? Takes { get; init; }

    /// <summary>How many of the descriptors, from the first on, are sockets of the manager's, and whether they wait (NonBlocking=).</summary>
    public (int Count, bool NonBlocking) Sockets { get; init; }
}

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

/// <summary>Tell when this process ends, which may be nobody's child here; the answer is OnVanished.</summary>
public sealed record WatchProcess(UnitName Unit, int Pid) : Effect;

/// <summary>Tell when the unit's last process has gone: no main process is known that would tell it.</summary>
public sealed record WatchGroup(UnitName Unit) : Effect;

/// <summary>Tell who owns a name on the bus, now and whenever that changes; a null name ends it.</summary>
public sealed record WatchBusName(UnitName Unit, string? BusName) : Effect;

/// <summary>Look once whether a process of the unit listens, at any port where it is 0; the answer is OnListenerLooked. Repeated
/// by the core while a start waits.</summary>
/// <param name="Sockets">The socket units whose listening sockets it has.</param>
public sealed record LookForListener(UnitName Unit, ushort Port, ImmutableArray<UnitName> Sockets) : Effect;

/// <summary>Count once the clients that the unit's processes are connected with; the answer is OnConnectionsCounted. Repeated by
/// the core while a stop waits.</summary>
/// <param name="Sockets">The socket units whose listening sockets it has.</param>
/// <param name="Served">The other end of the one connection that it was started for.</param>
public sealed record CountConnections(UnitName Unit, ImmutableArray<UnitName> Sockets, ConnectionEnds? Served) : Effect;

/// <summary>From now on nobody gets a connection to these listening sockets, nor is he refused: who knocks is heard when this ends.</summary>
public sealed record HoldBack(UnitName Unit, ImmutableArray<ulong> Ids, bool Holds) : Effect;

/// <summary>Keep a descriptor that came with a notification, beyond the manager's own life.</summary>
/// <param name="Polls">Tell when it hangs up (OnDescriptorClosed).</param>
public sealed record StoreDescriptor(UnitName Unit, ulong Id, bool Polls) : Effect;

public sealed record DropDescriptor(ulong Id) : Effect;

/// <summary>A unit has ended: its control group and the folders it doesn't preserve can go.</summary>
/// <param name="Namespaces">The unit whose shared namespaces go too; null when others still use them.</param>
public sealed record ReleaseUnit(UnitName Unit, ImmutableArray<string> RemoveDirectories, string? PidFile, string? Namespaces = null) : Effect
{
    /// <summary>RemoveIPC=: what this account shares goes too, where no other unit runs as it.</summary>
    public uint? RemoveSharedOf { get; init; }
}

/// <summary>Make a file if there is none, and set its time (microseconds since the epoch; null leaves a file alone that is there).</summary>
public sealed record TouchFile(UnitName Unit, string Path, ulong? Realtime) : Effect;

/// <summary>Make folders where there are none, with those above them.</summary>
public sealed record MakeFolders(UnitName Unit, ImmutableArray<string> Paths, uint Mode) : Effect;

/// <summary>The answer is OnSocketsOpened.</summary>
public sealed record OpenSockets(UnitName Unit, SocketDefinition Definition) : Effect;

/// <summary>Tell with OnSocketTraffic when one of these has something to be read or accepted, once. None ends it.</summary>
/// <param name="Accepts">Accept what comes instead, and hand each connection over with OnConnection.</param>
/// <param name="One">Stop watching with the first connection.</param>
/// <param name="Flushes">Throw away first what has come already (FlushPending=).</param>
public sealed record WatchSockets(UnitName Unit, ImmutableArray<ulong> Ids, bool Accepts = false, bool Flushes = false, bool One = false) : Effect;

public sealed record CloseSockets(UnitName Unit, ImmutableArray<ulong> Ids, SocketDefinition Definition) : Effect;

/// <summary>Watch these paths instead of those before; the answer is OnPathsWatched, and OnPathEvent for what happens. None ends it.</summary>
public sealed record WatchPaths(UnitName Unit, ImmutableArray<PathSpec> Specs) : Effect;

/// <summary>From now on tell when the wall clock is set, or the machine's zone (OnClockChanged, OnZoneChanged).</summary>
public sealed record WatchClock : Effect;

/// <summary>syslog(3)'s levels.</summary>
public enum LogLevel { Error = 3, Warning = 4, Notice = 5, Info = 6, Debug = 7 }

public sealed record WriteLog(UnitName? Unit, LogLevel Level, string Message) : Effect;

/// <summary>A transient unit is over and forgotten: its file can go.</summary>
public sealed record ForgetUnit(UnitName Unit, string? FragmentPath) : Effect;

public sealed record UnitAppeared(Unit Unit) : Effect;

public sealed record UnitChanged(Unit Unit) : Effect;

public sealed record JobQueued(Job Job) : Effect;

public sealed record JobEnded(uint Id, UnitName Unit, JobType Type, JobResult Result) : Effect;

/// <summary>All units are stopped: the instance ends with this exit code.</summary>
public sealed record Quit(int ExitCode) : Effect;
