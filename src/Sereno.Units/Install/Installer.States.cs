using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Units.Install;

public sealed partial class Installer
{
    private readonly Dictionary<string, List<(FolderEntry Entry, string? Target)>> _listings = [];

    /// <summary>is-enabled: null where no such unit file exists. Folders are listed once for each installer.</summary>
    public UnitFileState? StateOf(string name)
    {
        if (!UnitName.TryParse(name, out var parsed))
            return null;
        var search = new UnitSearch(Paths, Context);
        var error = search.Traverse(search.Add(parsed, auxiliary: false), followConfig: true, out var unit);
        if (error == InstallError.ENOENT)
            return null;
        if (error != InstallError.None)
            return UnitFileState.Bad;
        string folder = Values.Paths.Directory(unit.Path!);
        if (unit.Mode == InstallMode.Masked)
            return Paths.IsRuntime(folder) ? UnitFileState.MaskedRuntime : UnitFileState.Masked;
        if (name != unit.FileName && !unit.Name.IsInstance)
            return UnitFileState.Alias;
        if (Paths.IsGenerator(folder))
            return UnitFileState.Generated;
        if (folder == Paths.Transient)
            return UnitFileState.Transient;
        if (FindLinks(unit, ownNamesOnly: true) is { } state)
            return state;
        if (FindLinks(unit, ownNamesOnly: false) is not null)
            return UnitFileState.Indirect;
        return unit.HasRules ? UnitFileState.Disabled : unit.Also.Count > 0 ? UnitFileState.Indirect : UnitFileState.Static;
    }

    /// <summary>list-unit-files: every name in the search path, with its path and state.</summary>
    public IEnumerable<(string Path, UnitFileState State)> List()
    {
        var files = UnitFiles.Scan(Paths);
        foreach (string name in files.Names)
            yield return (Values.Paths.Join(Paths.Search.First(p => Exists(Values.Paths.Join(p, name))), name), StateOf(name) ?? UnitFileState.Bad);

        static bool Exists(string path) => File.Exists(path) || Links.Read(path) is not null;
    }

    private UnitFileState? FindLinks(InstallUnit unit, bool ownNamesOnly)
    {
        bool linkedConfig = false, linkedRuntime = false, runtime = false, anywhere = false, below = false;
        foreach (string folder in Paths.Search)
        {
            bool sameName = false, found = FindIn(folder, unit, ownNamesOnly, below, ref sameName);
            if (found && (folder == Paths.PersistentConfig || (Paths.IsUser && folder == "/etc/systemd/user")))
                return UnitFileState.Enabled;
            if (found && Paths.IsRuntime(folder))
                runtime = true;
            else if (found)
                anywhere = true;
            else if (sameName && folder == Paths.PersistentConfig)
                linkedConfig = true;
            else if (sameName && Paths.IsRuntime(folder))
                linkedRuntime = true;
            // What lies in folders behind the unit's own is shadowed by it.
            below |= Values.Paths.Below(unit.Path!, folder) is not null;
        }
        return runtime ? UnitFileState.EnabledRuntime
            : anywhere && unit.Name.IsInstance ? UnitFileState.Static
            : linkedConfig ? UnitFileState.Linked
            : linkedRuntime ? UnitFileState.LinkedRuntime
            : null;
    }

    private bool FindIn(string config, InstallUnit unit, bool ownNamesOnly, bool below, ref bool sameName)
    {
        foreach (var (entry, _) in Listing(config))
            if (entry.IsDirectory && !entry.IsLink && (entry.Name.EndsWith(".wants", StringComparison.Ordinal) || entry.Name.EndsWith(".requires", StringComparison.Ordinal)))
                foreach (var (link, _) in Listing(Values.Paths.Join(config, entry.Name)))
                    if (link.IsLink && IsNamed(link.Name, unit, orTemplate: true) && (!ownNamesOnly || unit.IsKnownAs(link.Name)))
                        return true;
        foreach (var (link, target) in Listing(config))
        {
            if (target is null)
                continue;
            bool leads = Values.Paths.FileName(target) == unit.Name.Full, named = !below && link.Name == unit.Name.Full;
            if (named && leads)
                sameName = true;
            else if ((named || leads) && (!ownNamesOnly || unit.IsKnownAs(link.Name)))
                return true;
        }
        return false;
    }

    private static bool IsNamed(string link, InstallUnit unit, bool orTemplate) =>
        link == unit.Name.Full || (orTemplate && UnitName.TryParse(link, out var name) && name.Template == unit.Name);

    private List<(FolderEntry Entry, string? Target)> Listing(string folder)
    {
        if (!_listings.TryGetValue(folder, out var entries))
            _listings[folder] = entries = [.. Links.List(folder, out _).Select(e => (e, e.IsLink ? Links.Read(Values.Paths.Join(folder, e.Name)) : null))];
        return entries;
    }
}
