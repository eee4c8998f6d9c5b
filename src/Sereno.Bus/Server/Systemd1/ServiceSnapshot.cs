using System.Collections.Immutable;
using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>A process that ran or runs: <c>Code</c> is waitid's si_code (CLD_EXITED 1, CLD_KILLED 2, CLD_DUMPED 3; 0 not yet), <c>Status</c> exit code or signal.</summary>
public readonly record struct ProcessStatus(Timestamp Start, Timestamp Exit, uint Pid, int Code, int Status);

public enum CommandKind { ExecCondition, ExecStartPre, ExecStart, ExecStartPost, ExecReload, ExecStop, ExecStopPost }

/// <summary>A service's run-time half.</summary>
public sealed record ServiceSnapshot
{
    public const uint NoId = uint.MaxValue;

    public uint MainPid { get; init; }
    public uint ControlPid { get; init; }
    public ProcessStatus Main { get; init; }

    /// <summary>How each command of a kind fared, in the definition's order; those absent did not run.</summary>
    public IReadOnlyDictionary<CommandKind, ImmutableArray<ProcessStatus>> Commands { get; init; } =
        ImmutableDictionary<CommandKind, ImmutableArray<ProcessStatus>>.Empty;

    /// <summary>STATUS= and ERRNO= of sd_notify(3).</summary>
    public string StatusText { get; init; } = "";
    public int StatusErrno { get; init; }

    /// <summary>"success", "exit-code", "signal", "timeout", "start-limit-hit", ... (systemd.exec(5), $SERVICE_RESULT).</summary>
    public string Result { get; init; } = "success";
    public string ReloadResult { get; init; } = "success";
    public uint Restarts { get; init; }
    public uint Uid { get; init; } = NoId;
    public uint Gid { get; init; } = NoId;
    public Timestamp Watchdog { get; init; }
    public uint StoredFds { get; init; }

    /// <summary>What the service asked for instead of WatchdogSec=; null: nothing.</summary>
    public ulong? WatchdogUsec { get; init; }
}

/// <summary>A socket unit's run-time half; each of <c>Listen</c> is a type ("Stream", "Datagram", ...) and an address.</summary>
public sealed record SocketSnapshot
{
    public ImmutableArray<(string Type, string Address)> Listen { get; init; } = [];
    public bool Accept { get; init; }
    public uint Connections { get; init; }
    public uint Accepted { get; init; }
    public uint Refused { get; init; }

    /// <summary>Why a client was refused the last time; empty where none was.</summary>
    public string LastRefusal { get; init; } = "";

    /// <summary>"dedicated", "concurrent", or empty where the service has the sockets.</summary>
    public string Server { get; init; } = "";
    public string Result { get; init; } = "success";
}

/// <summary>A path unit's run-time half.</summary>
public sealed record PathSnapshot
{
    /// <summary>The unit it starts.</summary>
    public required string Unit { get; init; }
    public PathDefinition Definition { get; init; } = new();
    public string Result { get; init; } = "success";
}

/// <summary>A timer unit's run-time half; times in microseconds, ulong.MaxValue for never.</summary>
public sealed record TimerSnapshot
{
    /// <summary>The unit it starts.</summary>
    public required string Unit { get; init; }
    public TimerDefinition Definition { get; init; } = new();

    /// <summary>When each value elapses next, in the definition's order.</summary>
    public ImmutableArray<ulong> Elapses { get; init; } = [];
    public ulong NextElapseRealtime { get; init; }
    public ulong NextElapseMonotonic { get; init; }
    public Timestamp LastTrigger { get; init; }
    public string Result { get; init; } = "success";
}
