using System.Text;
using Sereno.Units.Load;
using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Install;

/// <summary>Which units a distribution wants enabled (systemd.preset(5)): the first rule that fits decides, none means enable.</summary>
public sealed class Presets
{
    private readonly List<(string Pattern, bool Enable, string[]? Instances)> _rules = [];

    public static Presets Read(UnitPaths paths, Action<string>? warn = null)
    {
        var presets = new Presets();
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string folder in (string[])["/etc", "/run", "/usr/local/lib", "/usr/lib", .. paths.IsUser || paths.IsGlobal ? (string[])[] : ["/lib"]])
        {
            string place = $"{paths.Root}{folder}/systemd/{(paths.IsUser || paths.IsGlobal ? "user" : "system")}-preset";
            foreach (var entry in Links.List(place, out _))
                if (entry.Name.EndsWith(".preset", StringComparison.Ordinal) && (entry.IsLink || !entry.IsDirectory))
                    files.TryAdd(entry.Name, Paths.Join(place, entry.Name));
        }
        foreach (string file in files.Values)
            if (Links.Final(file, paths.Root) is { } found && FileKinds.Bytes(found.FullName) is { } bytes)
                presets.Add(file, bytes, warn);
        return presets;
    }

    private void Add(string file, byte[] bytes, Action<string>? warn)
    {
        int number = 0;
        foreach (string raw in Encoding.UTF8.GetString(bytes).Split('\n'))
        {
            number++;
            string line = raw.Trim(' ', '\t', '\r');
            if (line.Length == 0 || line[0] is '#' or ';')
                continue;
            string? problem = null;
            if (After(line, "enable") is { } enabled)
                problem = AddEnabled(enabled);
            else if (After(line, "disable") is { } disabled)
                _rules.Add((disabled, false, null));
            else
                problem = "";
            if (problem is not null)
                warn?.Invoke($"{file}:{number}: Couldn't parse line '{raw.TrimEnd()}'. Ignoring.");
        }
    }

    /// <summary>What follows a word that the line begins with.</summary>
    private static string? After(string line, string word) =>
        !line.StartsWith(word, StringComparison.Ordinal) ? null
        : line.Length == word.Length ? ""
        : line[word.Length] is ' ' or '\t' or '\r' ? line[word.Length..].TrimStart(' ', '\t', '\r') : null;

    /// <summary><c>enable foo@.service a b</c>: those instances.</summary>
    private string? AddEnabled(string parameter)
    {
        var words = new WordReader(parameter);
        if (words.Next(WordFlags.RetainEscape, out string pattern) != WordResult.Word)
            return parameter;
        string rest = words.Rest;
        if (rest.Length > 0 && !(UnitName.TryParse(pattern, out var name) && name.IsTemplate))
            return parameter;
        _rules.Add((pattern, true, rest.Length > 0 ? rest.Split(' ', '\t') is var list ? [.. list.Where(i => i.Length > 0)] : null : null));
        return null;
    }

    /// <param name="instances">Of a template: those that are to be enabled in its place.</param>
    public bool Enables(UnitName name, out List<UnitName> instances)
    {
        instances = [];
        foreach (var (pattern, enable, named) in _rules)
            if ((named is not null && MatchesInstance(pattern, named, name, instances)) || Glob.Matches(pattern, name.Full))
                return enable;
        return true;
    }

    private static bool MatchesInstance(string pattern, string[] named, UnitName name, List<UnitName> instances)
    {
        if (name.Instance is null || pattern != (name.IsTemplate ? name : name.Template!.Value).Full)
            return false;
        if (name.IsInstance)
            return named.Contains(name.Instance);
        foreach (string instance in named)
            if (UnitName.TryParse($"{name.Prefix}@{instance}{UnitName.SuffixOf(name.Type)}", out var full))
                instances.Add(full);
        return true;
    }
}
