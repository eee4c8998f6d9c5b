using Sereno.Units.Model;

namespace Sereno.Manager.Graph;

/// <summary>What DefaultDependencies=yes adds (systemd.service(5), systemd.target(5), "Default Dependencies").</summary>
public static class DefaultDependencies
{
    public static IEnumerable<(Relation Relation, string Target)> Of(UnitDefinition definition, bool isSystem)
    {
        if (!definition.DefaultDependencies || definition.LoadState != LoadState.Loaded || definition.Name.Full == "shutdown.target")
            return [];
        return definition.Name.Type switch
        {
            UnitType.Service => Service(isSystem),
            UnitType.Target => [(Relation.Conflicts, "shutdown.target"), (Relation.Before, "shutdown.target")],
            UnitType.Socket or UnitType.Device or UnitType.Mount or UnitType.Automount or UnitType.Swap or UnitType.Timer
                or UnitType.Path or UnitType.Slice or UnitType.Scope => [],
        };
    }

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
