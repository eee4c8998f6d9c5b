using System.Collections.Immutable;

namespace Sereno.Units.Model;

/// <summary>Where a standard stream goes; <c>Argument</c> is the path or name of the kinds that take one.</summary>
public enum StreamKind { Null, Data, Inherit, Journal, Kmsg, Tty, Socket, File, Append, Truncate, Fd }

public sealed record StreamTarget(StreamKind Kind, string? Argument = null)
{
    public static readonly StreamTarget Null = new(StreamKind.Null), Inherit = new(StreamKind.Inherit), Journal = new(StreamKind.Journal);
}

/// <summary>LoadCredential= (a source) or SetCredential= (data).</summary>
/// <param name="Source">A path, or a name in the credential stores.</param>
public sealed record Credential(string Id, string? Source, ImmutableArray<byte>? Data);

/// <summary>What is done to a unit's terminal; null sizes stay.</summary>
public sealed record TerminalSettings
{
    public static readonly TerminalSettings None = new();

    /// <summary>Null where the unit names none: /dev/console then, for what needs one.</summary>
    public string? Path { get; init; }
    public bool Reset { get; init; }
    public bool HangUp { get; init; }
    public bool Disallocate { get; init; }
    public uint? Rows { get; init; }
    public uint? Columns { get; init; }
}

/// <summary>The five kinds of folder a unit may ask for (systemd.exec(5), RuntimeDirectory=).</summary>
public enum DirectoryKind { Runtime, State, Cache, Logs, Configuration }

/// <summary>Paths below the kind's root, and their mode.</summary>
public sealed record DirectorySet(ImmutableArray<string> Names, uint Mode = 0x1ED /* 0755 */)
{
    public static readonly DirectorySet None = new([]);

    /// <summary>Links to those of the names that were written as <c>name:link</c>, below the kind's root too.</summary>
    public ImmutableArray<(string Name, string Link)> Links { get; init; } = [];
}

public enum DirectoryPreserve { No, Yes, Restart }

/// <summary>RLIMIT_* by the kernel's numbers (asm-generic/resource.h).</summary>
public enum Resource { Cpu, FileSize, Data, Stack, Core, ResidentSet, Processes, OpenFiles, LockedMemory, AddressSpace, Locks, PendingSignals, MessageQueues, Nice, RealtimePriority, RealtimeTime }

/// <summary>Soft and hard; ulong.MaxValue is infinity.</summary>
public readonly record struct ResourceLimit(ulong Soft, ulong Hard);

public sealed record EnvironmentFile(string Path, bool Optional);

/// <summary>WorkingDirectory=: <c>~</c> is the user's home; optional when written with <c>-</c>.</summary>
public sealed record WorkingDirectory(string Path, bool Optional);

/// <summary>What systemd.exec(5) lets a unit say about its processes; specifiers are resolved, variables not.</summary>
public sealed record ExecContext
{
    public string? User { get; init; }
    public string? Group { get; init; }

    /// <summary>The account is made for the service and is gone after it; <see cref="User"/> is only its name.</summary>
    public bool DynamicUser { get; init; }

    /// <summary>What the account leaves in System V and POSIX shared memory, semaphores and queues goes with the service.</summary>
    public bool RemoveIpc { get; init; }
    public ImmutableArray<string> SupplementaryGroups { get; init; } = [];
    public WorkingDirectory? WorkingDirectory { get; init; }
    public uint UMask { get; init; } = 0x12; // 0022

    /// <summary>NAME=value, in order, later ones win.</summary>
    public ImmutableArray<string> Environment { get; init; } = [];
    public ImmutableArray<EnvironmentFile> EnvironmentFiles { get; init; } = [];
    public ImmutableArray<string> PassEnvironment { get; init; } = [];
    public ImmutableArray<string> UnsetEnvironment { get; init; } = [];
    public ImmutableDictionary<DirectoryKind, DirectorySet> Directories { get; init; } = ImmutableDictionary<DirectoryKind, DirectorySet>.Empty;
    public DirectoryPreserve RuntimeDirectoryPreserve { get; init; }
    public ImmutableDictionary<Resource, ResourceLimit> Limits { get; init; } = ImmutableDictionary<Resource, ResourceLimit>.Empty;
    public int? Nice { get; init; }
    public int? OomScoreAdjust { get; init; }
    public bool NoNewPrivileges { get; init; }
    public bool IgnoreSigpipe { get; init; } = true;
    public StreamTarget StandardInput { get; init; } = StreamTarget.Null;
    public StreamTarget StandardOutput { get; init; } = StreamTarget.Journal;
    public StreamTarget StandardError { get; init; } = StreamTarget.Inherit;

    /// <summary>Its one socket is a standard stream, as inetd(8) has it, and no descriptors are passed on.</summary>
    public bool UsesSocket => StandardInput.Kind == StreamKind.Socket || StandardOutput.Kind == StreamKind.Socket || StandardError.Kind == StreamKind.Socket;

    /// <summary>StandardInputText= and StandardInputData=, for StandardInput=data.</summary>
    public ImmutableArray<byte> InputData { get; init; } = [];
    public ImmutableArray<Credential> Credentials { get; init; } = [];
    public TerminalSettings Terminal { get; init; } = TerminalSettings.None;
    public string? SyslogIdentifier { get; init; }
    public LogSettings Logging { get; init; } = LogSettings.Default;
    public Sandbox Sandbox { get; init; } = Sandbox.None;

    /// <summary>Where programs without a path, and with PATH, are searched; empty is the usual places.</summary>
    public ImmutableArray<string> ExecSearchPath { get; init; } = [];

    /// <summary>Only ExecStart='s own processes are restricted; obsolete, for Exec prefixes.</summary>
    public bool PermissionsStartOnly { get; init; }
    public SecurityContext Security { get; init; } = SecurityContext.None;
    public KernelProtections Protections { get; init; }
    public SchedulingContext Scheduling { get; init; } = SchedulingContext.None;

    /// <summary>Null: a keyring of its own for root's services, the caller's for an account's.</summary>
    public KeyringMode? KeyringMode { get; init; }
}
