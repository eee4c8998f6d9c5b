namespace Sereno.Units.Install;

/// <summary>UnitFileState of org.freedesktop.systemd1; what <c>is-enabled</c> prints.</summary>
public enum UnitFileState
{
    Enabled, EnabledRuntime, Linked, LinkedRuntime, Alias, Masked, MaskedRuntime, Static, Disabled, Indirect, Generated, Transient, Bad,
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

    /// <summary>What presets say of the others means nothing.</summary>
    public static bool HasPreset(this UnitFileState state) =>
        state is not (UnitFileState.Alias or UnitFileState.Static or UnitFileState.Generated or UnitFileState.Transient);
}
