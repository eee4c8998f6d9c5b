using Sereno.Units.Model;

namespace Sereno.Units.Load;

/// <summary>The tree of slices that their names spell: <c>a-b-c.slice</c> is in a-b.slice, that in a.slice, and that in -.slice (systemd.slice(5)).</summary>
public static class SlicePath
{
    /// <summary><c>a/b/c</c> for a-b-c.slice; empty for -.slice; null for names that are no slice's.</summary>
    public static string? Of(UnitName slice)
    {
        if (slice.Type != UnitType.Slice)
            return null;
        string stem = slice.Stem;
        if (stem == "-")
            return "";
        return stem.StartsWith('-') || stem.EndsWith('-') || stem.Contains("--") || stem.Contains('@') ? null : stem.Replace('-', '/');
    }

    /// <summary>What it is called without a file; null for a name that is no slice's.</summary>
    public static string? Describe(UnitName slice) => slice.Full switch
    {
        "-.slice" => "Root Slice",
        "system.slice" => "System Slice",
        "user.slice" => "User and Session Slice",
        "machine.slice" => "Virtual Machine and Container Slice",
        _ => Of(slice) is { } path ? $"Slice /{path}" : null,
    };

    /// <summary>Null for -.slice, which has none.</summary>
    public static UnitName? Parent(UnitName slice) => slice.Full == "-.slice" ? null
        : slice.Stem.LastIndexOf('-') is > 0 and var dash ? UnitName.Parse(slice.Stem[..dash] + ".slice") : UnitName.Parse("-.slice");

    /// <summary>The control group's folder below the instance's: <c>a.slice/a-b.slice</c>, or empty for -.slice.</summary>
    public static string Folder(UnitName slice)
    {
        var parts = new Stack<string>();
        for (UnitName? next = slice; next is { Full: not "-.slice" } name; next = Parent(name))
            parts.Push(name.Full);
        return string.Join('/', parts);
    }

    /// <summary>Where a unit of a type that has processes is put when it doesn't say (systemd.resource-control(5), Slice=); null for types without.</summary>
    public static UnitName? Default(UnitName unit, bool isSystem) => unit.Type switch
    {
        UnitType.Slice => Parent(unit),
        UnitType.Service or UnitType.Socket or UnitType.Mount or UnitType.Swap or UnitType.Scope =>
            unit.Full is "init.scope" or "-.mount" ? UnitName.Parse("-.slice")
            : unit.Instance is { Length: > 0 } ? UnitName.Parse($"{(isSystem ? "system" : "app")}-{UnitName.Escape(unit.Prefix)}.slice")
            : isSystem ? s_system : s_app,
        UnitType.Target or UnitType.Device or UnitType.Automount or UnitType.Timer or UnitType.Path => null,
    };

    private static readonly UnitName s_system = UnitName.Parse("system.slice"), s_app = UnitName.Parse("app.slice");
}
