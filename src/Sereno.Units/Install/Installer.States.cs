using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Units.Install;

public sealed partial class Installer
{
    private readonly Dictionary<string, List<(FolderEntry Entry, string? Target)>> _listings = [];
    private readonly Dictionary<string, LinkIndex> _indexes = [];

    /// <summary>is-enabled: null where no such unit file exists, Bad where it can't be worked with. Folders are listed once for each installer.</summary>
    public UnitFileState? StateOf(string name) => StateOf(name, out var state) switch
    {
        InstallError.None => state,
        InstallError.ENOENT => null,
        _ => UnitFileState.Bad,
    };

    public InstallError StateOf(string name, out UnitFileState state)
    {
        state = UnitFileState.Bad;
        if (!UnitName.TryParse(name, out _))
            return InstallError.EINVAL;
        int result = Discover(NewSearch(), name, SearchFlags.Load | SearchFlags.FollowConfig, new Changes(), out var unit);
        if (result < 0)
            return (InstallError)(-result);
        state = StateOf(name, unit);
        return InstallError.None;
    }

    private UnitFileState StateOf(string name, InstallUnit unit)
    {
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
        return unit.HasRules ? UnitFileState.Disabled : unit.HasAlso ? UnitFileState.Indirect : UnitFileState.Static;
    }

    /// <summary>None where there is a unit file of that name; a link in the configuration is ELOOP.</summary>
    public InstallError Exists(string name) =>
        (InstallError)(-Math.Min(0, Discover(NewSearch(), name, SearchFlags.None, new Changes(), out _)));

    /// <summary>list-unit-files: every name in the search path, with its path and state.</summary>
    public IEnumerable<(string Path, UnitFileState State)> List(Func<string, bool>? isNamed = null, Func<UnitFileState, bool>? isInState = null)
    {
        var seen = new HashSet<string>();
        foreach (string folder in Paths.Search)
            foreach (var (entry, _) in Listing(folder))
                if (UnitName.TryParse(entry.Name, out _) && (entry.IsLink || !entry.IsDirectory) && isNamed?.Invoke(entry.Name) != false && !seen.Contains(entry.Name)
                    && (StateOf(entry.Name) ?? UnitFileState.Bad) is var state && isInState?.Invoke(state) != false && seen.Add(entry.Name))
                    yield return (Values.Paths.Join(folder, entry.Name), state);
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
        var index = Index(config);
        foreach (string link in index.Wanted(unit.Name.Full))
            if (!ownNamesOnly || unit.IsKnownAs(link))
                return true;
        foreach (var (link, target) in index.Leading(unit.Name.Full))
        {
            bool leads = target == unit.Name.Full, named = !below && link == unit.Name.Full;
            if (named && leads)
                sameName = true;
            else if ((named || leads) && (!ownNamesOnly || unit.IsKnownAs(link)))
                return true;
        }
        return false;
    }

    private LinkIndex Index(string folder)
    {
        if (_indexes.TryGetValue(folder, out var index))
            return index;
        if ((index = memory?.Find(folder)) is null)
        {
            index = ReadLinks(folder);
            memory?.Add(folder, index);
        }
        return _indexes[folder] = index;
    }

    private LinkIndex ReadLinks(string folder)
    {
        var index = new LinkIndex();
        index.AddFolder(folder);
        foreach (var (entry, target) in Listing(folder))
        {
            if (entry.IsDirectory && !entry.IsLink && (entry.Name.EndsWith(".wants", StringComparison.Ordinal) || entry.Name.EndsWith(".requires", StringComparison.Ordinal)))
            {
                string dependencies = Values.Paths.Join(folder, entry.Name);
                index.AddFolder(dependencies);
                foreach (var (link, _) in Listing(dependencies))
                    if (link.IsLink)
                        index.AddDependency(link.Name);
            }
            if (target is not null)
                index.AddLink(entry.Name, Values.Paths.FileName(target));
        }
        return index;
    }

    private List<(FolderEntry Entry, string? Target)> Listing(string folder)
    {
        if (!_listings.TryGetValue(folder, out var entries))
            _listings[folder] = entries = [.. Links.List(folder, out _).Select(e => (e, e.IsLink ? Links.Read(Values.Paths.Join(folder, e.Name)) : null))];
        return entries;
    }
}
