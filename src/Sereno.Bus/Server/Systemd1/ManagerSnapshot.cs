using System.Collections.Immutable;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>The manager at one moment, as its properties tell it.</summary>
public sealed record ManagerSnapshot
{
    /// <summary>What <c>systemctl --version</c>'s counterpart shows; begins with the systemd version whose behaviour is kept.</summary>
    public required string Version { get; init; }
    public string Features { get; init; } = "";

    /// <summary>As systemd-detect-virt(1) names it: "docker", "wsl", "" for none.</summary>
    public string Virtualization { get; init; } = "";
    public string Architecture { get; init; } = "";
    public string Tainted { get; init; } = "";

    /// <summary>"initializing", "starting", "running", "degraded", "maintenance", "stopping".</summary>
    public required string SystemState { get; init; }

    /// <summary>Names of loaded units, aliases counted.</summary>
    public uint Names { get; init; }
    public uint FailedUnits { get; init; }
    public uint Jobs { get; init; }
    public uint InstalledJobs { get; init; }
    public uint FailedJobs { get; init; }

    /// <summary>1 when no job is queued.</summary>
    public double Progress { get; init; } = 1;

    /// <summary>NAME=value, what services inherit.</summary>
    public ImmutableArray<string> Environment { get; init; } = [];
    public ImmutableArray<string> UnitPath { get; init; } = [];
    public string ControlGroup { get; init; } = "";
    public string LogLevel { get; init; } = "info";
    public string LogTarget { get; init; } = "journal";
    public string DefaultStandardOutput { get; init; } = "journal";
    public string DefaultStandardError { get; init; } = "inherit";
    public ulong DefaultTimeoutStartUsec { get; init; } = 90_000_000;
    public ulong DefaultTimeoutStopUsec { get; init; } = 90_000_000;
    public ulong DefaultRestartUsec { get; init; } = 100_000;
    public ulong DefaultStartLimitIntervalUsec { get; init; } = 10_000_000;
    public uint DefaultStartLimitBurst { get; init; } = 5;
    public byte ExitCode { get; init; }

    /// <summary>When the manager began, when the default target was reached, and when units were read last.</summary>
    public Timestamp Userspace { get; init; }
    public Timestamp Finish { get; init; }
    public Timestamp UnitsLoadStart { get; init; }
    public Timestamp UnitsLoadFinish { get; init; }
}
