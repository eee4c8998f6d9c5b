using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>[Unit] (systemd.unit(5)).</summary>
internal static partial class DirectiveTable
{
    private static IEnumerable<DirectiveRow> UnitRows()
    {
        const string unit = "Unit";
        yield return Enforced(unit, "Description", r =>
        {
            if (r.Expanded() is { } text)
                r.Unit.Unit = r.Unit.Unit with { Description = text };
        });
        yield return Enforced(unit, "Documentation", ReadDocumentation);
        foreach (var (key, kind) in s_dependencies)
            yield return Enforced(unit, key, r => ReadDependencies(r, kind));
        foreach (var (key, kind) in s_obsoleteDependencies)
            yield return Enforced(unit, key, r =>
            {
                r.Warn($"Unit dependency type {key}= is obsolete, replacing by {kind}=, please update your unit file");
                ReadDependencies(r, kind);
            });
        yield return Enforced(unit, "JoinsNamespaceOf", r => ReadDependencies(r, Dependency.JoinsNamespaceOf));
        yield return Flag(unit, "DefaultDependencies", (u, on) => u with { DefaultDependencies = on });
        yield return Flag(unit, "RefuseManualStart", (u, on) => u with { RefuseManualStart = on });
        yield return Flag(unit, "RefuseManualStop", (u, on) => u with { RefuseManualStop = on });
        yield return Flag(unit, "AllowIsolate", (u, on) => u with { AllowIsolate = on });
        yield return Flag(unit, "IgnoreOnIsolate", (u, on) => u with { IgnoreOnIsolate = on });
        yield return Flag(unit, "StopWhenUnneeded", (u, on) => u with { StopWhenUnneeded = on });
        foreach (var (section, key) in ((string, string)[])[(unit, "StartLimitIntervalSec"), (unit, "StartLimitInterval"), ("Service", "StartLimitInterval")])
            yield return Enforced(section, key, r => r.Unit.Unit = r.Unit.Unit with { StartLimitIntervalUsec = r.Seconds() ?? r.Unit.Unit.StartLimitIntervalUsec });
        foreach (string section in (string[])[unit, "Service"])
            yield return Enforced(section, "StartLimitBurst", r => r.Unit.Unit = r.Unit.Unit with { StartLimitBurst = r.Unsigned() ?? r.Unit.Unit.StartLimitBurst });

        yield return Ignored(unit, "IgnoreOnSnapshot", "obsolete: systemd ignores it too");
    }

    private static readonly string[] s_actions =
        ["none", "exit", "exit-force", "reboot", "reboot-force", "reboot-immediate", "poweroff", "poweroff-force", "poweroff-immediate"];

    private static readonly (string, Dependency)[] s_dependencies =
    [
        ("Requires", Dependency.Requires), ("Requisite", Dependency.Requisite), ("Wants", Dependency.Wants), ("BindsTo", Dependency.BindsTo),
        ("BindTo", Dependency.BindsTo), ("PartOf", Dependency.PartOf), ("Upholds", Dependency.Upholds), ("Conflicts", Dependency.Conflicts),
        ("Before", Dependency.Before), ("After", Dependency.After), ("OnFailure", Dependency.OnFailure), ("OnSuccess", Dependency.OnSuccess),
        ("PropagatesReloadTo", Dependency.PropagatesReloadTo), ("PropagateReloadTo", Dependency.PropagatesReloadTo),
        ("ReloadPropagatedFrom", Dependency.ReloadPropagatedFrom), ("PropagateReloadFrom", Dependency.ReloadPropagatedFrom),
        ("PropagatesStopTo", Dependency.PropagatesStopTo), ("StopPropagatedFrom", Dependency.StopPropagatedFrom),
    ];

    private static readonly (string, Dependency)[] s_obsoleteDependencies =
        [("RequiresOverridable", Dependency.Requires), ("RequisiteOverridable", Dependency.Requisite)];

    private static DirectiveRow Flag(string section, string key, Func<UnitDefinition, bool, UnitDefinition> set) => Enforced(section, key, r =>
    {
        if (r.Boolean() is { } on)
            r.Unit.Unit = set(r.Unit.Unit, on);
    });

    private static void ReadDocumentation(Reading r)
    {
        if (r.IsEmpty)
            r.Unit.Documentation.Clear();
        foreach (string word in r.Words(WordFlags.Unquote))
            if (r.Expanded(word) is not { } url)
                continue;
            else if (Validity.IsDocumentation(url))
                r.Unit.Documentation.Add(url);
            else
                r.Warn($"Invalid URL, ignoring: {url}");
    }

    /// <summary>Dependencies can't be reset by an empty assignment (systemd.unit(5), "Example 2").</summary>
    private static void ReadDependencies(Reading r, Dependency kind)
    {
        foreach (string word in r.Words(WordFlags.RetainEscape))
            if (!r.Specifiers.TryName(word, out string name, out string error))
                r.Warn($"Failed to resolve unit specifiers in '{word}', ignoring: {error}");
            else if (!UnitName.TryParse(name, out var unit))
                r.Warn($"Failed to add dependency on {name}, ignoring: Invalid argument");
            else if (Instantiate(unit, r.Unit.Name) is { } other && other != r.Unit.Name)
                r.Unit.Of(kind).Add(other);
    }

    /// <summary>A template as a dependency means its instance of the same name: the unit's own instance, or else its whole stem.</summary>
    internal static UnitName? Instantiate(UnitName dependency, UnitName of) =>
        !dependency.IsTemplate || of.IsTemplate ? dependency
        : UnitName.TryParse($"{dependency.Prefix}@{of.Instance ?? of.Stem}{UnitName.SuffixOf(dependency.Type)}", out var instance) ? instance : null;

    private static bool CheckAction(Reading r)
    {
        if (Array.IndexOf(s_actions, r.Value) >= 0)
            return true;
        r.Warn($"Failed to parse {r.Key}=, ignoring: {r.Value}");
        return false;
    }
}
