using Sereno.Bus.Client;

namespace Sereno.Verbs;

/// <summary>What a person typed for units, made their names (systemctl(1), "Parameter Syntax"): patterns stand for what is loaded.</summary>
internal static class UnitPatterns
{
    public static bool IsPattern(string word) => word.AsSpan().IndexOfAny("*?[") >= 0;

    /// <param name="all">Patterns stand for inactive units too.</param>
    public static List<string> Expand(ManagerProxy manager, IEnumerable<string> words, bool all = false)
    {
        var names = new List<string>();
        var patterns = new List<string>();
        foreach (string word in words)
            if (!IsPattern(word))
                names.Add(GlobalOptions.UnitName(word));
            else
                patterns.Add(word);
        if (patterns.Count > 0)
            names.AddRange(manager.ListUnitsByPatterns([], patterns).Where(u => all || u.JobId > 0 || u.ActiveState != "inactive").Select(u => u.Id));
        return names;
    }
}
