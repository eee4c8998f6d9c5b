using System.Collections.Immutable;
using Sereno.Units.Model;

namespace Sereno.Units.Load;

/// <summary>
/// One scan of the search path: which names exist, what they lead to and which drop-in folders there are. It does
/// not change; a reload scans anew.
/// </summary>
public sealed class UnitFiles
{
    /// <summary>How many aliases may follow one another.</summary>
    private const int MostAliases = 8;

    private static readonly string[] s_folderSuffixes = [".wants", ".requires", ".upholds", ".d"];

    /// <summary>Name to the fragment's absolute path, or to the name that it is an alias of.</summary>
    private readonly Dictionary<string, string> _targets = [];
    private readonly Dictionary<string, List<string>> _aliases = [];

    /// <summary>Folder name ("foo.service.d") to its places, in the search path's order.</summary>
    private readonly Dictionary<string, List<(int Rank, string Path)>> _folders = [];
    private readonly Dictionary<string, List<FolderEntry>> _contents = [];
    private readonly List<string> _problems = [];

    private UnitFiles(UnitPaths paths) => Paths = paths;

    public UnitPaths Paths { get; }

    /// <summary>Folders of the search path that could not be read, worded as errors.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>All names that a file or link in the search path has, in order.</summary>
    public IEnumerable<string> Names => _targets.Keys.Order(StringComparer.Ordinal);

    public static UnitFiles Scan(UnitPaths paths)
    {
        var files = new UnitFiles(paths);
        // A search folder that is itself a link must not turn all its units into linked ones.
        var expanded = paths.Search.Concat(paths.Search.Select(p => Links.Resolve(p, paths.Root) ?? p)).Distinct().ToList();
        var seen = new HashSet<string>();
        for (int rank = 0; rank < paths.Search.Length; rank++)
            if (seen.Add(Links.Resolve(paths.Search[rank], paths.Root) ?? paths.Search[rank]))
                files.Add(rank, paths.Search[rank], expanded);
        files.CollectAliases();
        return files;
    }

    private void Add(int rank, string folder, List<string> expanded)
    {
        var entries = Links.List(folder, out string? problem);
        if (problem is not null)
            _problems.Add(problem);
        foreach (var entry in entries)
        {
            bool isUnit = UnitName.TryParse(entry.Name, out _);
            string path = Values.Paths.Join(folder, entry.Name);
            if (entry.IsDirectory && (!entry.IsLink || !isUnit))
            {
                if (!isUnit && IsUnitFolder(entry.Name))
                    (_folders.TryGetValue(entry.Name, out var places) ? places : _folders[entry.Name] = []).Add((rank, path));
            }
            else if (isUnit && !_targets.ContainsKey(entry.Name) && (entry.IsLink ? Target(folder, entry.Name, expanded) : path) is { } target)
                _targets[entry.Name] = target;
        }
    }

    /// <summary>The alias's target name; the link's own path where it leads outside; null for a link that systemd rejects.</summary>
    private string? Target(string folder, string name, List<string> expanded)
    {
        string path = Values.Paths.Join(folder, name);
        if (Links.Read(path) is not { } text)
            return null;
        string absolute = Values.Paths.IsAbsolute(text) ? Paths.Root + text : Values.Paths.Join(folder, text);
        if (Links.Resolve(absolute, Paths.Root, keepLast: true) is not { } target)
            return null;
        if (!expanded.Any(d => Values.Paths.Below(target, d) is { Length: > 0 }))
            return path;
        string other = Values.Paths.FileName(target);
        return Aliases.Check(name, other) == AliasProblem.None ? other : null;
    }

    /// <summary>One of a template's instances has a file or folders of its own.</summary>
    internal bool HaveInstances(string prefix) => _targets.Keys.Any(n => n.StartsWith(prefix + "@", StringComparison.Ordinal) && !n.StartsWith(prefix + "@.", StringComparison.Ordinal))
        || _folders.Keys.Any(f => f.IndexOf('@') is >= 0 and var at && f[at + 1] != '.');

    internal static bool IsUnitFolder(string name)
    {
        foreach (string suffix in s_folderSuffixes)
            if (name.EndsWith(suffix, StringComparison.Ordinal) && name[..^suffix.Length] is var stem)
                return UnitName.TryParse(stem, out _) || UnitName.TryParse("a." + stem, out _);
        return false;
    }

    private void CollectAliases()
    {
        foreach (string name in _targets.Keys)
        {
            if (Follow(name) is not { } fragment || Values.Paths.FileName(fragment) == name || Links.IsMask(fragment, Paths.Root))
                continue;
            string main = Values.Paths.FileName(fragment);
            if (UnitName.TryParse(main, out var template) && template.IsTemplate && UnitName.Parse(name) is { IsInstance: true } instance)
                main = template.WithInstance(instance.Instance!).Full;
            (_aliases.TryGetValue(main, out var list) ? list : _aliases[main] = []).Add(name);
        }
    }

    /// <summary>From a name through its aliases to an absolute path; null where that ends nowhere.</summary>
    private string? Follow(string name)
    {
        string? id = null;
        for (int n = 0; n < MostAliases; n++)
        {
            if (!_targets.TryGetValue(id ?? name, out string? target)
                && (id is null || !UnitName.TryParse(id, out var parsed) || parsed.Template is not { } template || !_targets.TryGetValue(template.Full, out target)))
                return null;
            if (Values.Paths.IsAbsolute(target))
                return target;
            id = target;
        }
        return null;
    }

    /// <summary>The fragment of a unit (its template's for an instance), and every name that leads to it.</summary>
    public (string? Fragment, ImmutableArray<UnitName> Names) Find(UnitName name)
    {
        var names = new List<UnitName>();
        AddNames(names, name, name, null);
        string? fragment = Follow(name.Full) ?? (name.Template is { } template ? Follow(template.Full) : null);
        if (fragment is not null && Values.Paths.FileName(fragment) is var file && file != name.Full && UnitName.TryParse(file, out var other))
            AddNames(names, other, name, file);
        return (fragment, [.. names]);
    }

    private void AddNames(List<UnitName> names, UnitName of, UnitName unit, string? fragmentFile)
    {
        void Add(UnitName name)
        {
            if (!names.Contains(name))
                names.Add(name);
        }
        if (!unit.IsTemplate && !of.IsTemplate)
            Add(of);
        else if (unit.IsInstance && of.IsTemplate && UnitName.TryParse($"{of.Prefix}@{unit.Instance}{UnitName.SuffixOf(of.Type)}", out var instance))
            Add(instance);
        foreach (string alias in _aliases.GetValueOrDefault(of.Full, []))
        {
            if (!UnitName.TryParse(alias, out var parsed))
                continue;
            if (unit.IsInstance && parsed.IsTemplate)
            {
                if (!UnitName.TryParse($"{parsed.Prefix}@{unit.Instance}{UnitName.SuffixOf(parsed.Type)}", out var filled))
                    continue;
                // An instance with a file of its own is no alias of this template.
                if (fragmentFile is not null && Follow(filled.Full) is { } own && Values.Paths.FileName(own) != fragmentFile)
                    continue;
                Add(filled);
            }
            else
                Add(parsed);
        }
    }

    /// <summary>
    /// The folders <c>NAME + suffix</c> that apply to a unit, most specific first: for each name and search folder the
    /// unit's own, its template's, those of its dashed prefixes; the type's last.
    /// </summary>
    public List<string> Folders(UnitName unit, IEnumerable<UnitName> aliases, string suffix)
    {
        var result = new List<string>();
        foreach (var name in aliases.Prepend(unit).Distinct())
        {
            var found = new List<(int Rank, int Order, string Path)>();
            int order = 0;
            foreach (string variant in Variants(name))
            {
                foreach (var (rank, path) in _folders.GetValueOrDefault(variant + suffix, []))
                    found.Add((rank, order, path));
                order++;
            }
            result.AddRange(found.Order().Select(f => f.Path));
        }
        result.AddRange(_folders.GetValueOrDefault(UnitName.SuffixOf(unit.Type)[1..] + suffix, []).Select(f => f.Path));
        return [.. result.Distinct()];
    }

    /// <summary>The drop-ins of one unit as they are now, without a scan of all folders.</summary>
    public static List<string> DropInsOf(UnitPaths paths, UnitName unit, ImmutableArray<UnitName> aliases)
    {
        var now = new UnitFiles(paths);
        string type = UnitName.SuffixOf(unit.Type)[1..];
        foreach (string folder in aliases.Prepend(unit).SelectMany(Variants).Append(type).Select(v => v + ".d").Distinct())
            for (int rank = 0; rank < paths.Search.Length; rank++)
                if (Values.Paths.Join(paths.Search[rank], folder) is var path && Directory.Exists(path))
                    (now._folders.TryGetValue(folder, out var places) ? places : now._folders[folder] = []).Add((rank, path));
        return now.Merge(now.Folders(unit, aliases, ".d"), ".conf");
    }

    private static IEnumerable<string> Variants(UnitName name)
    {
        yield return name.Full;
        if (name.Template is { } template)
            foreach (string variant in Variants(template))
                yield return variant;
        string prefix = name.Prefix.EndsWith('-') ? name.Prefix[..^1] : name.Prefix;
        int dash = prefix.LastIndexOf('-');
        if (dash <= 0)
            yield break;
        // A template's prefixes are those of a plain unit: a-.service.d applies to a-b@x.service.
        string instance = name.IsInstance ? "@" + name.Instance : "";
        foreach (string variant in Variants(UnitName.Parse($"{prefix[..dash]}-{instance}{UnitName.SuffixOf(name.Type)}")))
            yield return variant;
    }

    /// <summary>Files of those folders by name, the first folder to have a name wins; sorted by name.</summary>
    public List<string> Merge(IEnumerable<string> folders, string extension)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string folder in folders)
            foreach (var entry in Contents(folder))
                if (entry.Name.EndsWith(extension, StringComparison.Ordinal))
                    result.TryAdd(entry.Name, Values.Paths.Join(folder, entry.Name));
        return [.. result.Values];
    }

    private List<FolderEntry> Contents(string folder)
    {
        if (_contents.TryGetValue(folder, out var entries))
            return entries;
        entries = Links.List(folder, out string? problem);
        if (problem is not null)
            _problems.Add(problem);
        return _contents[folder] = entries;
    }
}
