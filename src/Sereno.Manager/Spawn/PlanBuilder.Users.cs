using Sereno.Manager.Machine;
using Sereno.Units.Model;

namespace Sereno.Manager.Spawn;

/// <summary>Who the process will be.</summary>
public static partial class PlanBuilder
{
    private static UserEntry? FindUser(UnitName unit, ExecContext context, InstanceFacts facts, IMachine machine)
    {
        if (context.DynamicUser && facts.IsSystem)
        {
            string name = context.User ?? DynamicUsers.NameOf(unit);
            return machine.FindUser(name) ?? new(name, Number(name, 217), Number(name, 217), "/", "/usr/sbin/nologin");
        }
        return context.User is { } user ? machine.FindUser(user) ?? throw new PlanException(217, $"cannot find user {user}: no such user") : null;

        uint Number(string name, int stage) => machine.DynamicUser(name, DynamicUsers.Hash(name))
            ?? throw new PlanException(stage, $"cannot make a dynamic user {name}: no number is free, or /run can't be written");
    }

    /// <summary>The number that the unit's processes run as; null for the manager's own and for who isn't known.</summary>
    public static uint? AccountOf(UnitName unit, ExecContext context, InstanceFacts facts, IMachine machine)
    {
        try
        {
            return FindUser(unit, context, facts, machine)?.Uid;
        }
        catch (PlanException)
        {
            return null;
        }
    }

    private static uint? FindGroup(ExecContext context, InstanceFacts facts, IMachine machine)
    {
        if (context.Group is not { } group)
            return null;
        return machine.FindGroup(group) ?? (context.DynamicUser && facts.IsSystem ? machine.DynamicUser(group, DynamicUsers.Hash(group)) : null)
            ?? throw new PlanException(216, $"cannot find group {group}: no such group");
    }
}
