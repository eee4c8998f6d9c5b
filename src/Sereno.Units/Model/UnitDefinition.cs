using System.Collections.Immutable;

namespace Sereno.Units.Model;

/// <summary>What loading made of a unit's files; systemctl's LOAD column.</summary>
public enum LoadState { Loaded, NotFound, BadSetting, Error, Masked }

/// <summary>The dependency settings of systemd.unit(5), as they stand in files and in .wants/ and .requires/ folders.</summary>
public enum Dependency
{
    Requires, Requisite, Wants, BindsTo, PartOf, Upholds, Conflicts, Before, After, OnFailure, OnSuccess,
    PropagatesReloadTo, ReloadPropagatedFrom, PropagatesStopTo, StopPropagatedFrom, JoinsNamespaceOf,
}

/// <summary>How far a directive holds here; what is not enforced carries its reason.</summary>
public enum Support { Enforced, Emulated, Ignored }

/// <summary>One assignment as it was read, for <c>cat</c> and <c>check</c>.</summary>
public sealed record Directive(string Section, string Key, string Value, string File, int Line, Support Support, string? Reason = null)
{
    /// <summary>How the reason begins where one of several values doesn't hold.</summary>
    public const string InPart = "in part: ";
}

public enum Severity { Warning, Error }

/// <summary>A finding, worded as <c>systemd-analyze verify</c> words it; prints as <c>file:line: message</c>.</summary>
public sealed record Diagnostic(Severity Severity, string? File, int Line, string Message)
{
    public override string ToString() => File is null ? Message : Line > 0 ? $"{File}:{Line}: {Message}" : $"{File}: {Message}";
}

/// <summary>What a unit's end means for the whole instance (systemd.unit(5), FailureAction=), by systemd's words.</summary>
public enum EmergencyAction { None, Exit, ExitForce, Reboot, RebootForce, RebootImmediate, Poweroff, PoweroffForce, PoweroffImmediate }

/// <summary>FailureAction=, SuccessAction= and StartLimitAction=; exit statuses are those of <c>exit</c>, null: the main process's own.</summary>
public sealed record UnitActions(
    EmergencyAction Failure = EmergencyAction.None, EmergencyAction Success = EmergencyAction.None, EmergencyAction StartLimit = EmergencyAction.None,
    int? FailureExitStatus = null, int? SuccessExitStatus = null, string? RebootArgument = null)
{
    public static readonly UnitActions None = new();
}

/// <summary>A Condition*= or Assert*= line: <c>Kind</c> without the prefix ("PathExists"), <c>!</c> and <c>|</c> taken apart.</summary>
public sealed record Condition(string Kind, bool IsAssert, bool IsTrigger, bool Negated, string Argument);

/// <summary>A file that the definition was made from, and its time when read: a newer one means "needs daemon-reload".</summary>
public sealed record SourceFile(string Path, DateTime ModifiedUtc);

public sealed record InstallSection(
    ImmutableArray<string> WantedBy, ImmutableArray<string> RequiredBy, ImmutableArray<string> Also,
    ImmutableArray<string> Alias, string? DefaultInstance)
{
    public static readonly InstallSection None = new([], [], [], [], null);

    public bool IsEmpty => WantedBy.IsEmpty && RequiredBy.IsEmpty && Also.IsEmpty && Alias.IsEmpty;
}

/// <summary>All that a unit's files say: immutable; a reload makes a new one.</summary>
public sealed record UnitDefinition
{
    public required UnitName Name { get; init; }

    /// <summary>Other names that lead to the same unit, by links.</summary>
    public ImmutableArray<UnitName> Aliases { get; init; } = [];
    public LoadState LoadState { get; init; } = LoadState.Loaded;

    /// <summary>Why LoadState is not Loaded, as one line.</summary>
    public string? LoadError { get; init; }
    public string? FragmentPath { get; init; }
    public ImmutableArray<string> DropInPaths { get; init; } = [];
    public ImmutableArray<SourceFile> Sources { get; init; } = [];
    public ImmutableArray<Diagnostic> Diagnostics { get; init; } = [];
    public ImmutableArray<Directive> Directives { get; init; } = [];

    /// <summary>Description=, or the unit's name.</summary>
    public required string Description { get; init; }
    public ImmutableArray<string> Documentation { get; init; } = [];
    public ImmutableDictionary<Dependency, ImmutableArray<UnitName>> Dependencies { get; init; } =
        ImmutableDictionary<Dependency, ImmutableArray<UnitName>>.Empty;
    public bool DefaultDependencies { get; init; } = true;
    public ImmutableArray<Condition> Conditions { get; init; } = [];
    public bool RefuseManualStart { get; init; }
    public bool RefuseManualStop { get; init; }
    public bool AllowIsolate { get; init; }
    public bool IgnoreOnIsolate { get; init; }
    public bool StopWhenUnneeded { get; init; }

    public JobSettings Jobs { get; init; } = JobSettings.Default;

    /// <summary>Slice=; null for the default of the unit's type.</summary>
    public UnitName? Slice { get; init; }

    /// <summary>Of its control group; null where nothing is said.</summary>
    public ResourceControl? Resources { get; init; }

    /// <summary>Null where the unit has no [X-Sereno].</summary>
    public SerenoSettings? Sereno { get; init; }

    /// <summary>Made at run time, through the bus.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Present exactly when the unit is a loaded mount, automount or swap.</summary>
    public MountDefinition? Mount { get; init; }

    /// <summary>Present exactly when the unit is a loaded scope.</summary>
    public ScopeDefinition? Scope { get; init; }

    /// <summary>Present exactly when the unit is a loaded socket.</summary>
    public SocketDefinition? Socket { get; init; }

    /// <summary>What a loaded socket, timer or path starts; null for what starts nothing.</summary>
    public UnitName? Triggers { get; init; }

    /// <summary>StartLimitIntervalSec= in microseconds (default 10 s); 0 switches the limit off.</summary>
    public ulong StartLimitIntervalUsec { get; init; } = 10_000_000;
    public uint StartLimitBurst { get; init; } = 5;
    public UnitActions Actions { get; init; } = UnitActions.None;
    public InstallSection Install { get; init; } = InstallSection.None;

    /// <summary>Present exactly when the unit is a loaded service.</summary>
    public ServiceDefinition? Service { get; init; }

    /// <summary>Present exactly when the unit is a loaded timer, or path.</summary>
    public TimerDefinition? Timer { get; init; }
    public PathDefinition? Path { get; init; }

    public ImmutableArray<UnitName> Of(Dependency kind) => Dependencies.GetValueOrDefault(kind, []);
}
