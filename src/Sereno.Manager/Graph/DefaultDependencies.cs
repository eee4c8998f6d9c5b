using Sereno.Units.Model;

namespace Sereno.Manager.Graph;

/// <summary>What DefaultDependencies=yes adds (systemd.service(5), systemd.target(5), "Default Dependencies").</summary>
public static class DefaultDependencies
{
    public static IEnumerable<(Relation Relation, string Target)> Of(UnitDefinition definition, bool isSystem) =>
        definition is { LoadState: LoadState.Loaded, Triggers: { } target }
            ? [(Relation.Triggers, target.Full), (Relation.Before, target.Full), .. Default(definition, isSystem)] : Default(definition, isSystem);

    private static IEnumerable<(Relation Relation, string Target)> Default(UnitDefinition definition, bool isSystem)
    {
        if (!definition.DefaultDependencies || definition.LoadState != LoadState.Loaded || definition.Name.Full == "shutdown.target")
            return [];
        return definition.Name.Type switch
        {
            UnitType.Service => Service(isSystem),
            UnitType.Timer => [(Relation.Before, "timers.target"), .. Early(isSystem), .. Clock(definition, isSystem), .. Shutdown],
            UnitType.Path => [(Relation.Before, "paths.target"), .. Early(isSystem), .. Shutdown],
            UnitType.Target => [(Relation.Conflicts, "shutdown.target"), (Relation.Before, "shutdown.target")],
            UnitType.Socket or UnitType.Device or UnitType.Mount or UnitType.Automount or UnitType.Swap or UnitType.Slice or UnitType.Scope => [],
        };
    }

    private static (Relation, string)[] Shutdown => [(Relation.Conflicts, "shutdown.target"), (Relation.Before, "shutdown.target")];

    private static (Relation, string)[] Early(bool isSystem) => isSystem ? [(Relation.Requires, "sysinit.target"), (Relation.After, "sysinit.target")] : [];

    /// <summary>Calendar events want the right time first.</summary>
    private static (Relation, string)[] Clock(UnitDefinition definition, bool isSystem) =>
        isSystem && definition.Timer is { } timer && timer.Values.Any(v => v.Calendar is not null) ? [(Relation.After, "time-sync.target"), (Relation.After, "time-set.target")] : [];

    private static IEnumerable<(Relation, string)> Service(bool isSystem)
    {
        if (isSystem)
        {
            yield return (Relation.Requires, "sysinit.target");
            yield return (Relation.After, "sysinit.target");
        }
        else
            yield return (Relation.Requires, "basic.target");
        yield return (Relation.After, "basic.target");
        yield return (Relation.Conflicts, "shutdown.target");
        yield return (Relation.Before, "shutdown.target");
    }
}
