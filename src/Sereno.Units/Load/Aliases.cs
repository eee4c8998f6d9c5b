using Sereno.Units.Model;

namespace Sereno.Units.Load;

/// <summary>Why a name can't be an alias of another, by systemd's errno: ELOOP, EINVAL, EXDEV.</summary>
internal enum AliasProblem { None, Self, NotAllowed, Mismatch }

/// <summary>Which names may be links to which (systemd.unit(5), "Alias=").</summary>
internal static class Aliases
{
    public static bool MayAlias(UnitType type) =>
        type is UnitType.Service or UnitType.Socket or UnitType.Target or UnitType.Device or UnitType.Timer or UnitType.Path;

    public static bool MayTemplate(UnitType type) =>
        type is UnitType.Service or UnitType.Socket or UnitType.Target or UnitType.Timer or UnitType.Path;

    public static AliasProblem Check(string alias, string target)
    {
        if (!UnitName.TryParse(alias, out var source) || !MayAlias(source.Type) || (source.Instance is not null && !MayTemplate(source.Type)))
            return AliasProblem.NotAllowed;
        if (alias == target)
            return AliasProblem.Self;
        if (!UnitName.TryParse(target, out var destination) || source.Type != destination.Type)
            return AliasProblem.Mismatch;
        bool sameKind = (source.Instance is null) == (destination.Instance is null) && source.IsTemplate == destination.IsTemplate;
        if (!sameKind && !(source.IsInstance && destination.IsTemplate))
            return AliasProblem.Mismatch;
        return destination.IsInstance && source.Instance != destination.Instance ? AliasProblem.Mismatch : AliasProblem.None;
    }

    /// <summary>Whether a link named <paramref name="link"/> in a .wants/ or .requires/ folder fits a unit.</summary>
    public static bool FitsDependency(string link, string target, bool propagateInstance)
    {
        if (!UnitName.TryParse(link, out var name))
            return false;
        if (link == target && !name.IsTemplate)
            return true;
        if (name.IsInstance && name.Template!.Value.Full == target)
            return true;
        return propagateInstance && name.IsTemplate && link == target;
    }
}
