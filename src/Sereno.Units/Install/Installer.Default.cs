using Sereno.Units.Model;

namespace Sereno.Units.Install;

public sealed partial class Installer
{
    private const string DefaultTarget = "default.target";

    /// <summary>Makes default.target a link to a target.</summary>
    public InstallReport SetDefault(string name, InstallFlags flags = InstallFlags.Force)
    {
        var changes = new Changes();
        if (!UnitName.TryParse(name, out var target) || target.Type != UnitType.Target || name == DefaultTarget)
            return changes.Report(-(int)InstallError.EINVAL);
        int result = Discover(NewSearch(), name, SearchFlags.None, changes, out var unit, check: true);
        if (result >= 0)
            result = new LinkMaker(Paths, changes).Make(unit.Path!, Values.Paths.Join(Paths.PersistentConfig, DefaultTarget), (flags & InstallFlags.Force) != 0);
        return changes.Report(result);
    }

    /// <summary>The target that default.target leads to.</summary>
    public InstallError GetDefault(out string name)
    {
        int result = Discover(NewSearch(), DefaultTarget, SearchFlags.FollowConfig, new Changes(), out var unit);
        name = result < 0 ? "" : unit.Name.Full;
        return (InstallError)(-result);
    }
}
