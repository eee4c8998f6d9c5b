namespace Sereno.Tmpfiles;

/// <summary>glob(7) with braces, for whole paths: a wildcard stops at a slash and doesn't match a leading dot.</summary>
public static class Patterns
{
    private static readonly char[] s_wild = ['*', '?', '['];

    public static bool Matches(string pattern, string path)
    {
        string[] p = pattern.Split('/'), t = path.Split('/');
        return p.Length == t.Length && p.Zip(t).All(pair => MatchesName(pair.First, pair.Second));
    }

    /// <summary>The paths that are there; of a plain path itself, if it is.</summary>
    public static IEnumerable<string> Expand(string pattern) => Braces(pattern).SelectMany(Paths).Distinct();

    private static IEnumerable<string> Paths(string pattern)
    {
        IEnumerable<string> found = [""];
        foreach (string part in pattern.Split('/').Skip(1))
            found = part.IndexOfAny(s_wild) < 0 && !part.Contains('\\')
                ? found.Select(f => $"{f}/{part}")
                : found.SelectMany(f => Names(f).Where(n => MatchesName(part, n)).Select(n => $"{f}/{n}")).ToList();
        return found.Where(f => Path.Exists(f) || new FileInfo(f).LinkTarget is not null);
    }

    private static IEnumerable<string> Names(string folder)
    {
        try
        {
            return Directory.GetFileSystemEntries(folder.Length == 0 ? "/" : folder).Select(e => Path.GetFileName(e)).ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // as glob(3): what can't be read has no matches
        }
    }

    private static bool MatchesName(string pattern, string name)
    {
        if (pattern.IndexOfAny(s_wild) < 0 && !pattern.Contains('\\'))
            return pattern == name;
        if (name.StartsWith('.') && !pattern.StartsWith('.') && !pattern.StartsWith("\\.", StringComparison.Ordinal))
            return false;
        return Match(pattern, name);
    }

    /// <summary>fnmatch(3) within one name.</summary>
    private static bool Match(ReadOnlySpan<char> p, ReadOnlySpan<char> t)
    {
        while (p.Length > 0)
            switch (p[0])
            {
                case '*':
                    for (int i = 0; i <= t.Length; i++)
                        if (Match(p[1..], t[i..]))
                            return true;
                    return false;
                case '?' when t.Length > 0:
                    p = p[1..];
                    t = t[1..];
                    break;
                case '[' when t.Length > 0 && Class(p, t[0], out int length) is { } matches:
                    if (!matches)
                        return false;
                    p = p[length..];
                    t = t[1..];
                    break;
                case '\\' when p.Length > 1:
                    if (t.Length == 0 || t[0] != p[1])
                        return false;
                    p = p[2..];
                    t = t[1..];
                    break;
                default:
                    if (t.Length == 0 || t[0] != p[0])
                        return false;
                    p = p[1..];
                    t = t[1..];
                    break;
            }
        return t.Length == 0;
    }

    /// <summary>[abc], [a-z], [!...]; null where the bracket isn't closed, and stands for itself.</summary>
    private static bool? Class(ReadOnlySpan<char> p, char c, out int length)
    {
        int i = 1;
        bool negated = p.Length > 1 && p[1] is '!' or '^', found = false;
        if (negated)
            i++;
        for (int first = i; i < p.Length && (p[i] != ']' || i == first); i++)
            if (i + 2 < p.Length && p[i + 1] == '-' && p[i + 2] != ']')
            {
                found |= c >= p[i] && c <= p[i + 2];
                i += 2;
            }
            else
                found |= c == p[i];
        length = i + 1;
        return i < p.Length ? found != negated : null;
    }

    private static IEnumerable<string> Braces(string pattern)
    {
        int open = pattern.IndexOf('{');
        int depth = 0, start = open + 1;
        if (open < 0)
            return [pattern];
        var parts = new List<string>();
        for (int i = open; i < pattern.Length; i++)
            if (pattern[i] == '{')
                depth++;
            else if (pattern[i] == ',' && depth == 1)
            {
                parts.Add(pattern[start..i]);
                start = i + 1;
            }
            else if (pattern[i] == '}' && --depth == 0)
            {
                parts.Add(pattern[start..i]);
                string before = pattern[..open], after = pattern[(i + 1)..];
                return parts.SelectMany(part => Braces(before + part + after));
            }
        return [pattern];
    }
}
