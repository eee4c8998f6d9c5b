using System.Collections.Immutable;

namespace Sereno.Units.Model;

public enum ServiceType { Simple, Exec, Forking, Oneshot, Dbus, Notify, Idle }

public enum RestartPolicy { No, OnSuccess, OnFailure, OnAbnormal, OnWatchdog, OnAbort, Always }

public enum NotifyAccess { None, Main, Exec, All }

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
    public ulong RuntimeMaxUsec { get; init; } = Infinity;
    public ulong WatchdogUsec { get; init; }
    public bool RemainAfterExit { get; init; }
    public bool GuessMainPid { get; init; } = true;
    public string? PidFile { get; init; }
    public NotifyAccess NotifyAccess { get; init; }
    public string? BusName { get; init; }
    public ExitStatusSet SuccessExitStatus { get; init; } = ExitStatusSet.Empty;
    public ExitStatusSet RestartPreventExitStatus { get; init; } = ExitStatusSet.Empty;
    public ExitStatusSet RestartForceExitStatus { get; init; } = ExitStatusSet.Empty;
    public ExecContext Exec { get; init; } = new();
    public KillContext Kill { get; init; } = new();
}

/// <summary>Exit codes and signals, as SuccessExitStatus= lists them.</summary>
public sealed record ExitStatusSet(ImmutableHashSet<int> Codes, ImmutableHashSet<int> Signals)
{
    public static readonly ExitStatusSet Empty = new([], []);
}

public sealed record KillContext
{
    public KillMode Mode { get; init; } = KillMode.ControlGroup;
    public int Signal { get; init; } = 15;
    public int? RestartSignal { get; init; }
    public int FinalSignal { get; init; } = 9;
    public bool SendSigkill { get; init; } = true;
    public bool SendSighup { get; init; }
}
