using Sereno.Units.Model;

namespace Sereno.Units.Install;

/// <summary>The links of one folder of the search path by the names that they concern: ten thousand units are looked up in it, one after the other.</summary>
internal sealed class LinkIndex
{
    private readonly Dictionary<string, List<string>> _wanted = [];
    private readonly Dictionary<string, List<(string Link, string Target)>> _leading = [];

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
