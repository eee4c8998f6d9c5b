using System.Collections.Immutable;

namespace Sereno.Units.Model;

public enum ServiceType { Simple, Exec, Forking, Oneshot, Dbus, Notify, Idle, NotifyReload }

public enum RestartPolicy { No, OnSuccess, OnFailure, OnAbnormal, OnWatchdog, OnAbort, Always }

public enum NotifyAccess { None, Main, Exec, All }

/// <summary>How a timeout is answered: with KillSignal=, WatchdogSignal= or FinalKillSignal=.</summary>
public enum TimeoutFailureMode { Terminate, Abort, Kill }

/// <summary>What follows when the kernel kills one of a unit's processes for want of memory.</summary>
public enum OomPolicy { Continue, Stop, Kill }

public enum KillMode { ControlGroup, Process, Mixed, None }

/// <summary>The prefixes of an Exec line: <c>-</c> <c>:</c> <c>+</c> <c>!</c> <c>!!</c> (<c>@</c> is already applied to Arguments).</summary>
[Flags]
public enum ExecFlags { None = 0, IgnoreFailure = 1, NoEnvironmentExpansion = 2, FullyPrivileged = 4, NoSetuid = 8, AmbientMagic = 16 }

/// <summary>One command: an absolute path, or a bare name that the manager looks up in its PATH; argv[0] first, variables not yet expanded.</summary>
public sealed record ExecCommand(string Path, ImmutableArray<string> Arguments, ExecFlags Flags)
{
    public bool IgnoreFailure => (Flags & ExecFlags.IgnoreFailure) != 0;
}

public sealed record ServiceDefinition
{
    public ServiceType Type { get; init; } = ServiceType.Simple;
    public ImmutableArray<ExecCommand> ExecCondition { get; init; } = [];
    public ImmutableArray<ExecCommand> ExecStartPre { get; init; } = [];
    public ImmutableArray<ExecCommand> ExecStart { get; init; } = [];
    public ImmutableArray<ExecCommand> ExecStartPost { get; init; } = [];
    public ImmutableArray<ExecCommand> ExecReload { get; init; } = [];
    public ImmutableArray<ExecCommand> ExecStop { get; init; } = [];
    public ImmutableArray<ExecCommand> ExecStopPost { get; init; } = [];
    public RestartPolicy Restart { get; init; }

    /// <summary>Time spans are in microseconds; <see cref="Infinity"/> means none.</summary>
    public const ulong Infinity = ulong.MaxValue;
    public ulong RestartUsec { get; init; } = 100_000;

    /// <summary>Default 90 s; a oneshot's is infinity.</summary>
    public ulong TimeoutStartUsec { get; init; } = 90_000_000;
    public ulong TimeoutStopUsec { get; init; } = 90_000_000;

    /// <summary>What an abort (WatchdogSignal=) may take; null: as long as a stop.</summary>
    public ulong? TimeoutAbortUsec { get; init; }
    public TimeoutFailureMode TimeoutStartFailure { get; init; }
    public TimeoutFailureMode TimeoutStopFailure { get; init; }
    public ulong RuntimeMaxUsec { get; init; } = Infinity;

    /// <summary>Up to this much is added to RuntimeMaxSec=, at random.</summary>
    public ulong RuntimeExtraUsec { get; init; }

    /// <summary>Restarts until the delay has grown from RestartSec= to RestartMaxDelaySec=; 0: it stays (systemd 254).</summary>
    public uint RestartSteps { get; init; }
    public ulong RestartMaxDelayUsec { get; init; } = Infinity;
    public ulong WatchdogUsec { get; init; }
    public bool RemainAfterExit { get; init; }
    /// <summary>Sockets=: socket units whose descriptors it gets beside those of the units that start it.</summary>
    public ImmutableArray<UnitName> Sockets { get; init; } = [];
    public bool NonBlocking { get; init; }
    public bool GuessMainPid { get; init; } = true;
    public string? PidFile { get; init; }
    public NotifyAccess NotifyAccess { get; init; }
    public string? BusName { get; init; }

    /// <summary>ExitType=cgroup: it lasts as long as any of its processes.</summary>
    public bool ExitsWithGroup { get; init; }

    /// <summary>How many descriptors it may leave with us (sd_notify(3), FDSTORE=1).</summary>
    public uint FileDescriptorStoreMax { get; init; }
    public OomPolicy OomPolicy { get; init; } = OomPolicy.Stop;

    /// <summary>What asks a notify-reload service to reload (systemd 253).</summary>
    public int ReloadSignal { get; init; } = 1;
    public ExitStatusSet SuccessExitStatus { get; init; } = ExitStatusSet.Empty;
    public ExitStatusSet RestartPreventExitStatus { get; init; } = ExitStatusSet.Empty;
    public ExitStatusSet RestartForceExitStatus { get; init; } = ExitStatusSet.Empty;
    public ExecContext Exec { get; init; } = new();
    public KillContext Kill { get; init; } = KillContext.Usual;
}

/// <summary>Exit codes and signals, as SuccessExitStatus= lists them.</summary>
public sealed record ExitStatusSet(ImmutableHashSet<int> Codes, ImmutableHashSet<int> Signals)
{
    public static readonly ExitStatusSet Empty = new([], []);
}

public sealed record KillContext
{
    public static readonly KillContext Usual = new();

    public KillMode Mode { get; init; } = KillMode.ControlGroup;
    public int Signal { get; init; } = 15;
    public int? RestartSignal { get; init; }
    public int FinalSignal { get; init; } = 9;
    public int WatchdogSignal { get; init; } = 6;
    public bool SendSigkill { get; init; } = true;
    public bool SendSighup { get; init; }
}
