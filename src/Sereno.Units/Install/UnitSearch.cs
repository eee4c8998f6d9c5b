using Sereno.Units.Load;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Install;

/// <summary>Why a unit file can't be worked with, named after systemd's errno for it.</summary>
internal enum InstallError { None, ENOENT, ENOLINK, ELOOP, EINVAL, EXDEV, EBADMSG, EISDIR }

/// <summary>Finds unit files by name and follows their links, on the file system as it is.</summary>
internal sealed class UnitSearch(UnitPaths paths, SpecifierContext context)
{
    private const int MostLinks = 64;

    public Dictionary<string, InstallUnit> Known { get; } = [];

    /// <summary>Units in the order in which they came up.</summary>
    public Queue<InstallUnit> Pending { get; } = [];

    public InstallUnit Add(UnitName name, bool auxiliary)
    {
        if (Known.TryGetValue(name.Full, out var unit))
            unit.Auxiliary &= auxiliary;
        else
        {
            Known[name.Full] = unit = new(name, auxiliary);
            Pending.Enqueue(unit);
        }
        return unit;
    }

    /// <summary>Loads a unit and those its links lead to; <paramref name="found"/> is the last.</summary>
    public InstallError Traverse(InstallUnit start, bool followConfig, out InstallUnit found)
    {
        found = start;
        var error = Search(start);
        for (int n = 0; error == InstallError.None && found.Mode is InstallMode.Alias or InstallMode.Linked; n++)
        {
            if (n == MostLinks || (!followConfig && Paths.Directory(found.Path!) is var folder && (folder == paths.PersistentConfig || folder == paths.RuntimeConfig)))
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
                    error = Search(found) is InstallError.ENOENT ? InstallError.ENOLINK : Search(found);
                    continue;
                }
            }
            found.Path = target;
            error = Load(found, target);
        }
        return error;
    }

    private InstallError Search(InstallUnit unit)
    {
        if (unit.Mode != InstallMode.Unknown)
            return InstallError.None;
        if (unit.Path is not null)
            return Load(unit, unit.Path);
        string[] names = unit.Name.Template is { } template ? [unit.Name.Full, template.Full] : [unit.Name.Full];
        foreach (string name in names)
            foreach (string folder in paths.Search)
            {
                string path = Paths.Join(folder, name);
                var error = Load(unit, path);
                if (error == InstallError.ENOENT)
                    continue;
                if (error != InstallError.None)
                    return error;
                unit.Path = path;
                return unit.Mode == InstallMode.Masked ? error : DropIns(unit, names);
            }
        return InstallError.ENOENT;
    }

    private InstallError Load(InstallUnit unit, string path)
    {
        if (unit.Name.Instance is not null && !Aliases.MayTemplate(unit.Name.Type))
            return InstallError.EINVAL;
        unit.Mode = InstallMode.Unknown;
        if (Links.Read(path) is { } link)
            return LoadLink(unit, path, link);
        if (Directory.Exists(path))
            return InstallError.EISDIR;
        if (Links.Final(path, paths.Root) is not { } file)
            return InstallError.ENOENT;
        if (Links.IsMask(path, paths.Root))
        {
            unit.Mode = InstallMode.Masked;
            return InstallError.None;
        }
        unit.Path ??= path;
        if (Bytes(file.FullName) is not { } bytes)
            return InstallError.ENOENT;
        if (!unit.Read(bytes, context))
            return InstallError.EBADMSG;
        Follow(unit);
        unit.Mode = InstallMode.Regular;
        return InstallError.None;
    }

    private InstallError LoadLink(InstallUnit unit, string path, string link)
    {
        string absolute = Paths.IsAbsolute(link) ? paths.Root + link : Paths.Join(Paths.Directory(path), link);
        if (Links.Resolve(absolute, paths.Root, keepLast: true) is not { } target)
            return InstallError.ELOOP;
        bool inside = paths.Search.Concat(paths.Search.Select(p => Links.Resolve(p, paths.Root) ?? p)).Any(d => Paths.Below(target, d) is { Length: > 0 });
        if (inside)
        {
            var problem = Aliases.Check(Paths.FileName(path), Paths.FileName(target));
            if (problem != AliasProblem.None)
                return problem switch { AliasProblem.Self => InstallError.ELOOP, AliasProblem.NotAllowed => InstallError.EINVAL, _ => InstallError.EXDEV };
        }
        unit.LinkTarget = target;
        unit.Mode = Links.IsMask(target, paths.Root) ? InstallMode.Masked : inside ? InstallMode.Alias : InstallMode.Linked;
        return InstallError.None;
    }

    private InstallError DropIns(InstallUnit unit, string[] names)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in names)
            foreach (string folder in paths.Search.Select(p => Paths.Join(p, name + ".d")))
                foreach (var entry in Links.List(folder, out _))
                    if (entry.Name.EndsWith(".conf", StringComparison.Ordinal))
                        files.TryAdd(entry.Name, Paths.Join(folder, entry.Name));
        foreach (string path in files.Values)
            if (!Links.IsMask(path, paths.Root) && Links.Final(path, paths.Root) is { } file && Bytes(file.FullName) is { } bytes && !unit.Read(bytes, context))
                return InstallError.EBADMSG;
        Follow(unit);
        return InstallError.None;
    }

    private void Follow(InstallUnit unit)
    {
        foreach (string also in unit.Also)
            if (UnitName.TryParse(also, out var other))
                Add(other, auxiliary: true);
    }

    private static byte[]? Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
