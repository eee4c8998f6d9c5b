using Sereno.Units.Model;

namespace Sereno.Units.Install;

/// <summary>The links of one folder of the search path by the names that they concern: ten thousand units are looked up in it, one after the other.</summary>
internal sealed class LinkIndex
{
    private readonly Dictionary<string, List<string>> _wanted = [];
    private readonly Dictionary<string, List<(string Link, string Target)>> _leading = [];
    private readonly List<(string Path, DateTime ModifiedUtc)> _folders = [];
    private readonly DateTime _begun = DateTime.UtcNow;

    /// <summary>A folder whose links are about to be read.</summary>
    public void AddFolder(string path) => _folders.Add((path, Directory.GetLastWriteTimeUtc(path)));

    /// <summary>Every change to come is seen by the time stamps: none of them is so young that another change could leave it as it is.</summary>
    public bool IsSettled => _folders.TrueForAll(f => _begun - f.ModifiedUtc > LinkMemory.Grain);

    /// <summary>Nobody has written to the folders since.</summary>
    public bool IsCurrent => _folders.TrueForAll(f => Directory.GetLastWriteTimeUtc(f.Path) == f.ModifiedUtc);

    /// <summary>A link in a .wants/ or .requires/ folder; that of an instance concerns its template too.</summary>
    public void AddDependency(string link)
    {
        Add(_wanted, link, link);
        if (UnitName.TryParse(link, out var name) && name is { IsInstance: true, Template: { } template })
            Add(_wanted, template.Full, link);
    }

    /// <param name="target">The file name that it leads to.</param>
    public void AddLink(string link, string target)
    {
        Add(_leading, target, (link, target));
        if (link != target)
            Add(_leading, link, (link, target));
    }

    public IReadOnlyList<string> Wanted(string unit) => _wanted.GetValueOrDefault(unit, []);

    /// <summary>Those called so, and those that lead to a file called so.</summary>
    public IReadOnlyList<(string Link, string Target)> Leading(string unit) => _leading.GetValueOrDefault(unit, []);

    private static void Add<T>(Dictionary<string, List<T>> lists, string key, T value) =>
        (lists.TryGetValue(key, out var list) ? list : lists[key] = []).Add(value);
}
