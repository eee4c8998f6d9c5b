using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Units.Install;

/// <summary>
/// enable, disable, mask and their kin (systemctl(1), "Unit File Commands"): each works on the file system at once, and
/// reports what it did up to where it failed.
/// </summary>
/// <param name="warn">What is told of broken unit files on the way, as systemctl logs it.</param>
/// <param name="memory">What installers before this one have seen.</param>
public sealed partial class Installer(UnitPaths paths, SpecifierContext context, Action<string>? warn = null, LinkMemory? memory = null)
{
    private UnitPaths Paths { get; } = paths;

    private UnitSearch NewSearch() => new(Paths, context, warn ?? (_ => { }));

    /// <summary>Where links are written; null where this instance has no such folder.</summary>
    private string? Config(InstallFlags flags) => (flags & InstallFlags.Portable) != 0
        ? (flags & InstallFlags.Runtime) != 0 ? Paths.RuntimeAttached : Paths.PersistentAttached
        : (flags & InstallFlags.Runtime) != 0 ? Paths.RuntimeConfig : Paths.PersistentConfig;

    private InstallReport Do(InstallFlags flags, Func<Changes, string, int> work)
    {
        var changes = new Changes();
        return changes.Report(Config(flags) is { } config ? work(changes, config) : -(int)InstallError.ENXIO);
    }

    /// <param name="names">Unit names, or absolute paths of files outside the search path, which get linked.</param>
    public InstallReport Enable(IEnumerable<string> names, InstallFlags flags = InstallFlags.None) =>
        Do(flags, (changes, config) => Enable(names, flags, changes, config));

    private int Enable(IEnumerable<string> names, InstallFlags flags, Changes changes, string config)
    {
        var search = NewSearch();
        foreach (string name in names)
            if (Discover(search, name, SearchFlags.Load | SearchFlags.FollowConfig, changes, out _, check: true) is < 0 and var failed)
                return failed;
        return Install(search, flags, changes, config, SearchFlags.Load);
    }

    /// <summary>Takes every link away that leads to the units, or has their name.</summary>
    public InstallReport Disable(IEnumerable<string> names, InstallFlags flags = InstallFlags.None) =>
        Do(flags, (changes, config) => Disable(names, flags, changes, config));

    private int Disable(IEnumerable<string> names, InstallFlags flags, Changes changes, string config)
    {
        var search = NewSearch();
        foreach (string name in names)
            if (UnitName.TryParse(name, out var parsed))
                search.Add(parsed, auxiliary: false);
            else
                return changes.Fail(InstallError.EUCLEAN, name);
        var remover = new LinkRemover(Paths, changes, (flags & InstallFlags.DryRun) != 0);
        MarkForRemoval(search, remover, changes);
        return remover.Run(config);
    }

    /// <summary>Disables by name, then enables, linked files by the path that they are linked to.</summary>
    public InstallReport Reenable(IEnumerable<string> names, InstallFlags flags = InstallFlags.None) => Do(flags, (changes, config) =>
    {
        var files = new List<(string Name, string File)>();
        foreach (string name in names)
        {
            string file = name, bare = Values.Paths.FileName(name);
            if (name == bare && Discover(NewSearch(), name, SearchFlags.Load | SearchFlags.FollowConfig, new Changes(), out var unit) >= 0
                && unit.Path is not null && Paths.Root is { } root && unit.Path.StartsWith(root, StringComparison.Ordinal))
                file = unit.Path[root.Length..];
            files.Add((bare, file));
        }
        int result = Disable(files.Select(f => f.Name), flags, changes, config);
        return result < 0 ? result : Enable(files.Select(f => f.File), flags, changes, config);
    });

    /// <summary>add-wants (or add-requires) of a target.</summary>
    public InstallReport AddDependency(IEnumerable<string> names, string target, bool requires, InstallFlags flags = InstallFlags.None) => Do(flags, (changes, config) =>
    {
        if (!UnitName.TryParse(target, out _))
            return changes.Fail(InstallError.EUCLEAN, target);
        var search = NewSearch();
        int result = Discover(search, target, SearchFlags.FollowConfig, changes, out var owner, check: true);
        if (result < 0)
            return result;
        foreach (string name in names)
        {
            if (Discover(search, name, SearchFlags.FollowConfig, changes, out var unit, check: true) is < 0 and var failed)
                return failed;
            var list = requires ? unit.RequiredBy : unit.WantedBy;
            list.Clear();
            list.Add(owner.Name.Full);
        }
        return Install(search, flags, changes, config, SearchFlags.FollowConfig);
    });

    /// <summary>Adds a name or path to the search and looks at what it leads to; negative for what can't be worked with.</summary>
    private int Discover(UnitSearch search, string name, SearchFlags flags, Changes changes, out InstallUnit found, bool check = false)
    {
        found = null!;
        bool isPath = Values.Paths.IsAbsolute(name);
        if (!UnitName.TryParse(isPath ? Values.Paths.FileName(name) : name, out var parsed))
            return changes.Fail(InstallError.EINVAL, name);
        var unit = search.Add(parsed, auxiliary: false, isPath ? Paths.Root + Values.Paths.Simplify(name) : null);
        var error = search.Traverse(unit, flags, out found);
        if (error != InstallError.None)
            return changes.Fail(error, name);
        if (!check)
            return 0;
        if (found.Mode == InstallMode.Masked)
            return changes.Fail(InstallError.ERFKILL, found.Path!);
        string folder = Values.Paths.Directory(found.Path!);
        return Paths.IsGenerator(folder) || folder == Paths.Transient ? changes.Fail(InstallError.EADDRNOTAVAIL, found.Path!) : 0;
    }

    /// <summary>Makes the links of all units of the search, and of those that their Also= brings in.</summary>
    private int Install(UnitSearch search, InstallFlags flags, Changes changes, string config, SearchFlags how)
    {
        int result = 0;
        while (search.Pending.TryDequeue(out var unit))
        {
            var error = search.Traverse(unit, how, out _);
            if (error != InstallError.None)
            {
                if (!unit.Auxiliary)
                    return changes.Fail(error, unit.Name.Full);
                changes.Add(InstallChangeKind.AuxiliaryFailed, unit.Name.Full);
                continue;
            }
            int links = 0;
            if (unit.Mode == InstallMode.Masked)
            {
                changes.Add(InstallChangeKind.Masked, unit.Path!);
                links = 1; // so that nobody says there is nothing to install
            }
            else if (unit.Mode == InstallMode.Regular)
                links = new UnitLinking(Paths, search, unit, changes, config, flags).Run();
            result = result < 0 ? result : links < 0 ? links : result + links;
        }
        return result;
    }

    private static void MarkForRemoval(UnitSearch search, LinkRemover remover, Changes changes)
    {
        while (search.Pending.TryDequeue(out var unit))
        {
            string what = unit.Path ?? unit.Name.Full;
            switch (search.Traverse(unit, SearchFlags.Load | SearchFlags.FollowConfig, out _))
            {
                case InstallError.ENOLINK:
                    changes.Add(InstallChangeKind.Dangling, unit.Path ?? what);
                    break;
                case InstallError.ENOENT when unit.Auxiliary:
                    break;
                case not InstallError.None and var error:
                    changes.Fail(error, unit.Path ?? what); // a link that its unit left behind still goes
                    break;
                case var _ when unit.Mode == InstallMode.Masked:
                    changes.Add(InstallChangeKind.Masked, unit.Path ?? what);
                    continue;
                case var _ when unit.Mode != InstallMode.Regular:
                    continue;
            }
            remover.Mark(unit.Name.Full);
        }
    }
}
