using System.Collections.Immutable;
using Sereno.Units.Values;

namespace Sereno.Units.Model;

/// <summary>What of a path is waited for (systemd.path(5)); named as the directives are.</summary>
public enum PathKind { PathExists, PathExistsGlob, PathChanged, PathModified, DirectoryNotEmpty }

public readonly record struct PathSpec(PathKind Kind, string Path)
{
    /// <summary>It is an event that counts, not how things stand.</summary>
    public bool IsChange => Kind is PathKind.PathChanged or PathKind.PathModified;
}

public sealed record PathDefinition
{
    public ImmutableArray<PathSpec> Specs { get; init; } = [];
    public bool MakeDirectory { get; init; }
    public uint DirectoryMode { get; init; } = 0x1ED; // 0755
    public ulong TriggerLimitIntervalUsec { get; init; } = 2 * TimeSpans.Second;
    public uint TriggerLimitBurst { get; init; } = 200;
}
