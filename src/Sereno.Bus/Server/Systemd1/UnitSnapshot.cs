using System.Collections.Immutable;
using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>Every property of systemd's Unit that lists other units, under its name there.</summary>
public enum Relation
{
    Requires, Requisite, Wants, BindsTo, PartOf, Upholds, RequiredBy, RequisiteOf, WantedBy, BoundBy, UpheldBy, ConsistsOf,
    Conflicts, ConflictedBy, Before, After, OnSuccess, OnSuccessOf, OnFailure, OnFailureOf, Triggers, TriggeredBy,
    PropagatesReloadTo, ReloadPropagatedFrom, PropagatesStopTo, StopPropagatedFrom, JoinsNamespaceOf, SliceOf,
}

/// <summary>
/// A unit at one moment: what its files say, and what has become of it. Properties are functions of this. What costs system
/// calls or grows with the number of units is looked up when somebody reads it: most changes are told without.
/// </summary>
public sealed record UnitSnapshot
{
    public required UnitDefinition Definition { get; init; }

    /// <summary>"active", "reloading", "inactive", "failed", "activating", "deactivating", "maintenance".</summary>
    public required string ActiveState { get; init; }

    /// <summary>The unit type's own state: "running", "exited", "dead", "listening", ...</summary>
    public required string SubState { get; init; }

    /// <summary>All that hold now, default and inverse ones included; those absent are empty.</summary>
    public IReadOnlyDictionary<Relation, ImmutableArray<string>> Relations
    {
        get => field ??= FindRelations?.Invoke() ?? ImmutableDictionary<Relation, ImmutableArray<string>>.Empty;
        init;
    }

    public Func<IReadOnlyDictionary<Relation, ImmutableArray<string>>>? FindRelations { get; init; }

    /// <summary>The job queued for it, if any.</summary>
    public JobStatus? Job { get; init; }
    public Timestamp StateChange { get; init; }
    public Timestamp InactiveExit { get; init; }
    public Timestamp ActiveEnter { get; init; }
    public Timestamp ActiveExit { get; init; }
    public Timestamp InactiveEnter { get; init; }
    public bool CanStart { get; init; } = true;
    public bool CanStop { get; init; } = true;
    public bool CanReload { get; init; }

    /// <summary>Files have changed on disk since they were read.</summary>
    public bool NeedDaemonReload => FindChanges?.Invoke() ?? false;

    public Func<bool>? FindChanges { get; init; }

    /// <summary>"enabled", "disabled", "static", ..., or empty.</summary>
    public string UnitFileState
    {
        get => field ??= FindUnitFileState?.Invoke() ?? "";
        init;
    }

    public Func<string>? FindUnitFileState { get; init; }
    public string UnitFilePreset => UnitFileState is "enabled" or "disabled" ? "enabled" : "";

    /// <summary>How the conditions and asserts came out last; and each of <see cref="UnitDefinition.Conditions"/>, in its order (1 held, -1 did not, 0 not tried).</summary>
    public bool ConditionResult { get; init; }
    public bool AssertResult { get; init; }
    public Timestamp Condition { get; init; }
    public Timestamp Assert { get; init; }
    public ImmutableArray<int> ConditionResults { get; init; } = [];

    /// <summary>16 bytes, or none before the first start.</summary>
    public ImmutableArray<byte> InvocationId { get; init; } = [];
    public bool Transient { get; init; }
    public bool Perpetual { get; init; }
    public ControlGroupSnapshot ControlGroup
    {
        get => field ??= FindControlGroup?.Invoke() ?? ControlGroupSnapshot.None;
        init;
    }

    public Func<ControlGroupSnapshot>? FindControlGroup { get; init; }

    /// <summary>Null where nothing narrows or names its audience.</summary>
    public ScopeSnapshot? Scope => FindScope?.Invoke();

    public Func<ScopeSnapshot?>? FindScope { get; init; }

    /// <summary>Present exactly for the unit type of its name.</summary>
    public ServiceSnapshot? Service { get; init; }
    public SocketSnapshot? Socket { get; init; }
    public TimerSnapshot? Timer { get; init; }
    public PathSnapshot? Path { get; init; }

    public UnitName Name => Definition.Name;

    public ImmutableArray<string> Of(Relation relation) => Relations.GetValueOrDefault(relation, []);

    /// <summary>The row of it in a list.</summary>
    public UnitStatus Status => new(Name.Full, Definition.Description, Words.Of(Definition.LoadState), ActiveState, SubState, "",
        Job?.Id ?? 0, Job?.Type ?? "");
}

/// <summary>Where a unit's processes are, and what they use; <see cref="Unknown"/> for what is not measured here.</summary>
public sealed record ControlGroupSnapshot
{
    public const ulong Unknown = ulong.MaxValue;
    public static readonly ControlGroupSnapshot None = new();

    /// <summary>Below the hierarchy's root, with a leading slash; empty when it has none now.</summary>
    public string Path { get; init; } = "";
    public ulong Id { get; init; }
    public string Slice { get; init; } = "";
    public ulong MemoryCurrent { get; init; } = Unknown;
    public ulong CpuUsageNsec { get; init; } = Unknown;
    public ulong TasksCurrent { get; init; } = Unknown;
    public ulong IoReadBytes { get; init; } = Unknown;
    public ulong IoWriteBytes { get; init; } = Unknown;
    public ulong IoReadOperations { get; init; } = Unknown;
    public ulong IoWriteOperations { get; init; } = Unknown;
    public ulong IpIngressBytes { get; init; } = Unknown;
    public ulong IpIngressPackets { get; init; } = Unknown;
    public ulong IpEgressBytes { get; init; } = Unknown;
    public ulong IpEgressPackets { get; init; } = Unknown;

    /// <summary>What is left to the nearest limit above; unknown where there is none.</summary>
    public ulong MemoryAvailable { get; init; } = Unknown;

    /// <summary>What shares are shares of.</summary>
    public ulong MachineMemory { get; init; }
    public ulong MachineTasks { get; init; }
    public ResourceAmount DefaultTasksMax { get; init; } = ResourceAmount.Infinity;
}
