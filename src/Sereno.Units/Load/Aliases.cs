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

    public static AliasProblem Check(string alias, string target) => Check(alias, target, out _);

    /// <param name="complaint">systemd's words, where it has any.</param>
    public static AliasProblem Check(string alias, string target, out string? complaint)
    {
        complaint = null;
        if (!UnitName.TryParse(alias, out var source))
            complaint = $"{alias}: not a valid unit name \"{alias}\": Invalid argument";
        else if (!MayAlias(source.Type))
            complaint = $"{alias}: symlinks are not allowed for units of this type, rejecting.";
        else if (source.Instance is not null && !MayTemplate(source.Type))
            complaint = $"{alias}: templates not allowed for {UnitName.SuffixOf(source.Type)[1..]} units, rejecting.";
        if (complaint is not null)
            return AliasProblem.NotAllowed;
        if (alias == target)
            return AliasProblem.Self;
        if (!UnitName.TryParse(target, out var destination))
            complaint = $"{alias} points to \"{target}\" which is not a valid unit name: Invalid argument";
        else if (!((source.Instance is null) == (destination.Instance is null) && source.IsTemplate == destination.IsTemplate)
            && !(source.IsInstance && destination.IsTemplate))
            complaint = $"{alias}: symlink target name type \"{target}\" does not match source, rejecting.";
        else if (destination.IsInstance && source.Instance != destination.Instance)
            complaint = $"{alias}: unit symlink target \"{target}\" instance name doesn't match, rejecting.";
        else if (destination.Type != source.Type)
            complaint = $"{alias}: symlink target \"{target}\" has incompatible suffix, rejecting.";
        return complaint is null ? AliasProblem.None : AliasProblem.Mismatch;
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
