using Sereno.Units.Load;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Install;

[Flags]
internal enum SearchFlags
{
    None = 0,

    /// <summary>[Install] sections are read too.</summary>
    Load = 1,

    /// <summary>Links in /etc and /run are followed; otherwise a unit that is one can't be worked with.</summary>
    FollowConfig = 2,
}

/// <summary>Finds unit files by name and follows their links, on the file system as it is.</summary>
/// <param name="warn">What is told of broken files on the way.</param>
internal sealed class UnitSearch(UnitPaths paths, SpecifierContext context, Action<string> warn)
{
    private const int MostLinks = 64;

    private readonly Dictionary<string, InstallUnit> _known = [];

    /// <summary>Units in the order in which they came up.</summary>
    public Queue<InstallUnit> Pending { get; } = [];

    public SpecifierContext Context { get; } = context;

    public void Warn(string message) => warn(message);

    public bool Knows(string name) => _known.ContainsKey(name);

    public InstallUnit Add(UnitName name, bool auxiliary, string? path = null)
    {
        if (_known.TryGetValue(name.Full, out var unit))
            unit.Auxiliary &= auxiliary;
        else
        {
            _known[name.Full] = unit = new(name, auxiliary) { Path = path };
            Pending.Enqueue(unit);
        }
        return unit;
    }

    /// <summary>Loads a unit and those its links lead to; <paramref name="found"/> is the last.</summary>
    public InstallError Traverse(InstallUnit start, SearchFlags flags, out InstallUnit found)
    {
        found = start;
        var error = Search(start, flags);
        for (int n = 1; error == InstallError.None && found.Mode is InstallMode.Alias or InstallMode.Linked; n++)
        {
            if (n > MostLinks || ((flags & SearchFlags.FollowConfig) == 0 && IsConfig(found.Path!)))
                return InstallError.ELOOP;
            string target = found.LinkTarget!, file = Paths.FileName(target);
            if (found.Mode == InstallMode.Alias && file != found.Name.Full)
            {
                if (!UnitName.TryParse(file, out var other))
                    return InstallError.EINVAL;
                if (found.Name.IsInstance && other.IsTemplate)
                    other = other.WithInstance(found.Name.Instance!);
                if (other != found.Name)
                {
                    found = Add(other, auxiliary: false);
                    error = Search(found, flags);
                    if (error == InstallError.ENOENT)
                        return InstallError.ENOLINK;
                    continue;
                }
            }
            found.Path = target;
            error = Load(found, target, flags);
        }
        return error;
    }

    private bool IsConfig(string path) => Paths.Directory(path) is var folder && (folder == paths.PersistentConfig || folder == paths.RuntimeConfig);

    /// <summary>Finds a unit's file, or its template's, without following links further than to where they lead.</summary>
    public InstallError Search(InstallUnit unit, SearchFlags flags)
    {
        if (unit.Mode != InstallMode.Unknown)
            return InstallError.None;
        if (unit.Path is not null)
            return Load(unit, unit.Path, flags);
        string[] names = unit.Name.Template is { } template ? [unit.Name.Full, template.Full] : [unit.Name.Full];
        foreach (string name in names)
            foreach (string folder in paths.Search)
            {
                string path = Paths.Join(folder, name);
                var error = Load(unit, path, flags);
                if (error is InstallError.ENOENT or InstallError.ENOTDIR or InstallError.EACCES)
                    continue;
                if (error != InstallError.None)
                    return error;
                unit.Path = path;
                return unit.Mode == InstallMode.Masked || (flags & SearchFlags.Load) == 0 ? error : DropIns(unit, names);
            }
        return InstallError.ENOENT;
    }

    private InstallError Load(InstallUnit unit, string path, SearchFlags flags)
    {
        if (unit.Name.Instance is not null && !Aliases.MayTemplate(unit.Name.Type))
        {
            Warn($"{path}: unit type {UnitName.SuffixOf(unit.Name.Type)[1..]} cannot be templated, ignoring.");
            return InstallError.EINVAL;
        }
        unit.Mode = InstallMode.Unknown;
        switch (FileKinds.Of(path))
        {
            case FileKind.Missing:
                return InstallError.ENOENT;
            case FileKind.Link:
                return LoadLink(unit, path);
            case FileKind.Folder:
                return InstallError.EISDIR;
            case FileKind.Empty:
                unit.Mode = InstallMode.Masked;
                return InstallError.None;
            default:
                if ((flags & SearchFlags.Load) != 0)
                {
                    if (FileKinds.Bytes(path) is not { } bytes)
                        return InstallError.EACCES;
                    if (unit.Read(bytes, path, this) is not InstallError.None and var error)
                        return error;
                }
                unit.Mode = InstallMode.Regular;
                return InstallError.None;
        }
    }

    private InstallError LoadLink(InstallUnit unit, string path)
    {
        string link = Links.Read(path)!, folder = Paths.Directory(path);
        string absolute = Paths.IsAbsolute(link) ? paths.Root + link : Paths.Join(folder, link);
        if (Links.Resolve(absolute, paths.Root, keepLast: true) is not { } target)
        {
            Warn($"Failed to resolve symlink {path} pointing to {absolute}: {InstallError.ELOOP.Words()}");
            return InstallError.ELOOP;
        }
        string? tail = paths.Search.Select(d => Paths.Below(target, d)).FirstOrDefault(t => t is { Length: > 0 });
        if (tail is not null)
        {
            var problem = Aliases.Check(Paths.FileName(path), Paths.FileName(target), out string? complaint);
            if (complaint is not null)
                Warn(complaint);
            if (problem != AliasProblem.None)
                return problem switch { AliasProblem.Self => InstallError.ELOOP, AliasProblem.NotAllowed => InstallError.EINVAL, _ => InstallError.EXDEV };
            if (tail.Contains('/'))
                Warn($"Suspicious symlink {path} → {target}, treating as alias.");
        }
        unit.LinkTarget = target;
        unit.Mode = Links.IsMask(target, paths.Root) ? InstallMode.Masked : tail is not null ? InstallMode.Alias : InstallMode.Linked;
        return InstallError.None;
    }

    private InstallError DropIns(InstallUnit unit, string[] names)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in names)
            foreach (string folder in paths.Search.Select(p => Paths.Join(p, name + ".d")))
                foreach (var entry in Links.List(folder, out _))
                    if (entry.Name.EndsWith(".conf", StringComparison.Ordinal) && (entry.IsLink || !entry.IsDirectory))
                        files.TryAdd(entry.Name, Paths.Join(folder, entry.Name));
        foreach (string path in files.Values)
        {
            if (Links.IsMask(path, paths.Root))
                continue;
            if (Links.Final(path, paths.Root) is not { } file || FileKinds.Bytes(file.FullName) is not { } bytes)
                return Directory.Exists(path) ? InstallError.EISDIR : InstallError.ENOENT;
            if (unit.Read(bytes, path, this) is not InstallError.None and var error)
                return error;
        }
        return InstallError.None;
    }
}
