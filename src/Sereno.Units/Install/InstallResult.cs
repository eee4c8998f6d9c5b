using System.Collections.Immutable;

namespace Sereno.Units.Install;

/// <summary>UnitFileState of org.freedesktop.systemd1; what <c>is-enabled</c> prints.</summary>
public enum UnitFileState
{
    Enabled, EnabledRuntime, Linked, LinkedRuntime, Alias, Masked, MaskedRuntime, Static, Disabled, Indirect, Generated, Transient, Bad,
}

/// <summary>
/// One entry of EnableUnitFiles' <c>a(sss)</c>: <c>symlink</c> (path, target), <c>unlink</c> (path), <c>masked</c>,
/// <c>dangling</c>, <c>destination not present</c> (unit, source) or <c>auxiliary unit failed</c>.
/// </summary>
public readonly record struct InstallChange(string Type, string Path, string Source = "");

/// <summary>A link to make (over an old one where <c>Replace</c>), or with a null target to remove.</summary>
public readonly record struct LinkOperation(string Path, string? Target, bool Replace = false);

/// <summary>What enabling or disabling comes to: computed first, then applied as a whole.</summary>
public sealed record InstallPlan
{
    public ImmutableArray<LinkOperation> Operations { get; init; } = [];
    public ImmutableArray<InstallChange> Changes { get; init; } = [];

    /// <summary>False where the units have no [Install] section that could be followed.</summary>
    public bool CarriesInstallInfo { get; init; }

    /// <summary>Why the request failed, worded as EnableUnitFiles' error; the operations still hold.</summary>
    public string? Error { get; init; }

    /// <summary>All that went wrong, in order; a unit that got some of its links did not fail.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>The folder below which emptied folders are removed.</summary>
    public string ConfigDirectory { get; init; } = "";
}

public static class UnitFileStates
{
    private static readonly string[] s_names =
    [
        "enabled", "enabled-runtime", "linked", "linked-runtime", "alias", "masked", "masked-runtime", "static", "disabled", "indirect",
        "generated", "transient", "bad",
    ];

    public static string Name(this UnitFileState state) => s_names[(int)state];

    /// <summary>is-enabled's exit status is 0 for these.</summary>
    public static bool CountsAsEnabled(this UnitFileState state) => state is UnitFileState.Enabled or UnitFileState.EnabledRuntime
        or UnitFileState.Static or UnitFileState.Alias or UnitFileState.Indirect or UnitFileState.Generated;
}
