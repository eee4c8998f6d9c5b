namespace Sereno.Keeper.Wire;

// docs/formats/keeper.md describes these; the descriptors that travel beside a message are named there.

/// <summary>Manager to keeper.</summary>
public abstract record KeeperRequest;

/// <param name="Tag">Opaque; comes back in the Welcome of a later manager.</param>
/// <param name="Log">Opaque to the keeper, handed to the journal; empty for no log pipe.</param>
/// <param name="HasCgroup">A descriptor of the cgroup's folder comes before those of the plan.</param>
/// <param name="Plan">Empty when it comes in a descriptor, which is the first one then.</param>
/// <param name="Taken">What is held under this name comes before the plan's other descriptors, is the process's now, and held no longer; empty for nothing. Such a process may be
/// over as soon as it has begun: its Spawned comes late, and not at all if its Exited comes first.</param>
public sealed record SpawnRequest(ulong Id, bool HasCgroup, byte[] Tag, byte[] Log, byte[] Plan, string Taken = "") : KeeperRequest;

/// <param name="Sequence">This exit and every one before it.</param>
public sealed record AcknowledgeRequest(ulong Sequence) : KeeperRequest;

public sealed record HoldRequest(string Name) : KeeperRequest;

public sealed record DropRequest(string Name) : KeeperRequest;

public sealed record ExitRequest(int Code) : KeeperRequest;

/// <summary>Keeper to manager.</summary>
public abstract record KeeperReply;

public sealed record ChildReply(ulong Id, int Pid, bool InCgroup, byte[] Tag) : KeeperReply;

public sealed record HeldReply(string Name) : KeeperReply;

/// <summary>Ends the children, exits and held descriptors that a new manager is told.</summary>
public sealed record WelcomeReply : KeeperReply;

public sealed record SpawnedReply(ulong Id, int Pid, bool InCgroup) : KeeperReply;

public sealed record SpawnFailedReply(ulong Id, int Stage, int Errno, int Operation) : KeeperReply;

/// <param name="Code">si_code (sigaction(2)): exited, killed, dumped.</param>
/// <param name="Tag">That of the child; empty for an orphan that nobody asked for.</param>
public sealed record ExitedReply(ulong Sequence, ulong Id, int Pid, int Code, int Status, byte[] Tag) : KeeperReply;

public sealed record SignalReply(int Signo) : KeeperReply;

/// <summary>Keeper to journal, with the pipe's read end.</summary>
public sealed record StreamOpened(ulong StreamId, int Pid, byte[] Metadata);

/// <summary>Journal to keeper: end of file, the pipe can be closed.</summary>
public sealed record StreamDone(ulong StreamId);
