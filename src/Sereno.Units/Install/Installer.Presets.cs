using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Units.Install;

public sealed partial class Installer
{
    /// <summary>Enables or disables each unit as the preset files say.</summary>
    public InstallReport Preset(IEnumerable<string> names, PresetMode mode, InstallFlags flags = InstallFlags.None) => Do(flags, (changes, config) =>
    {
        var presets = Presets.Read(Paths, warn);
        UnitSearch plus = NewSearch(), minus = NewSearch();
        foreach (string name in names)
            if (Prepare(name, presets, plus, minus, changes) is < 0 and var failed)
                return failed;
        return Execute(plus, minus, mode, flags, changes, config);
    });

    /// <summary>The same for every unit file there is; units that can't be enabled are left alone.</summary>
    public InstallReport PresetAll(PresetMode mode, InstallFlags flags = InstallFlags.None) => Do(flags, (changes, config) =>
    {
        var presets = Presets.Read(Paths, warn);
        UnitSearch plus = NewSearch(), minus = NewSearch();
        foreach (string folder in Paths.Search)
            foreach (var entry in Links.List(folder, out _))
                if (UnitName.TryParse(entry.Name, out _) && (entry.IsLink || !entry.IsDirectory)
                    && Prepare(entry.Name, presets, plus, minus, changes) is < 0 and var failed && !IsUsual((InstallError)(-failed)))
                    return failed;
        return Execute(plus, minus, mode, flags, changes, config);
    });

    private static bool IsUsual(InstallError error) => error is InstallError.EEXIST or InstallError.ERFKILL or InstallError.EADDRNOTAVAIL or InstallError.EBADSLT
        or InstallError.EIDRM or InstallError.EUCLEAN or InstallError.ELOOP or InstallError.ENOENT or InstallError.EUNATCH or InstallError.EXDEV;

    private int Prepare(string name, Presets presets, UnitSearch plus, UnitSearch minus, Changes changes)
    {
        if (plus.Knows(name) || minus.Knows(name))
            return 0;
        int result = Discover(NewSearch(), name, SearchFlags.FollowConfig, changes, out var unit);
        if (result < 0 || unit.Name.Full != name)
            return Math.Min(result, 0); // an alias goes with its unit
        const SearchFlags load = SearchFlags.Load | SearchFlags.FollowConfig;
        if (!presets.Enables(unit.Name, out var instances))
            return Discover(minus, name, SearchFlags.FollowConfig, changes, out _);
        foreach (string each in instances.Count > 0 ? instances.Select(i => i.Full) : [name])
            if (Discover(plus, each, load, changes, out _, check: true) is < 0 and var failed)
                return failed;
        return 0;
    }

    private int Execute(UnitSearch plus, UnitSearch minus, PresetMode mode, InstallFlags flags, Changes changes, string config)
    {
        int result = 0;
        if (mode != PresetMode.EnableOnly)
        {
            var remover = new LinkRemover(Paths, changes);
            MarkForRemoval(minus, remover, changes);
            result = remover.Run(config);
        }
        if (mode == PresetMode.DisableOnly)
            return result;
        int links = Install(plus, flags | InstallFlags.LenientTemplates, changes, config, SearchFlags.Load);
        return result < 0 ? result : links < 0 ? links : result + links;
    }
}
