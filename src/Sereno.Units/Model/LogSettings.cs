using System.Collections.Immutable;

namespace Sereno.Units.Model;

/// <summary>What becomes of the lines that a unit's processes write (systemd.exec(5), "Logging and Standard Input/Output").</summary>
public sealed record LogSettings
{
    public static LogSettings Default { get; } = new();

    /// <summary>SyslogFacility= times 8, and SyslogLevel=: daemon, info.</summary>
    public int Priority { get; init; } = 3 << 3 | 6;

    /// <summary>SyslogLevelPrefix=.</summary>
    public bool LevelPrefix { get; init; } = true;

    /// <summary>LogLevelMax=: less important lines are dropped.</summary>
    public int LevelMax { get; init; } = 7;

    /// <summary>LogRateLimitIntervalSec= in microseconds; null leaves it to journald.conf.</summary>
    public ulong? RateLimitInterval { get; init; }

    public uint? RateLimitBurst { get; init; }

    /// <summary>LogExtraFields=: NAME=value.</summary>
    public ImmutableArray<string> ExtraFields { get; init; } = [];

    /// <summary>LogFilterPatterns= (of systemd 253): one that begins with "~" is of lines that are dropped.</summary>
    public ImmutableArray<string> FilterPatterns { get; init; } = [];

    /// <summary>LogFull=drop: lines are lost while the journal can't write, instead of the service waiting.</summary>
    public bool DropsWhenFull { get; init; }
}
