namespace Sereno.Units.Values;

/// <summary>glob(3) over absolute paths: patterns in any component; a leading dot is matched by a dot only.</summary>
public static class FileGlob
{
    /// <summary>What exists, in order; what can't be read has no matches.</summary>
    public static IReadOnlyList<string> Expand(string pattern)
    {
        List<string> found = ["/"];
        foreach (string part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
            found = part.AsSpan().IndexOfAny("*?[") < 0
                ? [.. found.Select(folder => Paths.Join(folder, part)).Where(Path.Exists)]
                : [.. found.SelectMany(folder => Matches(folder, part))];
        return found;
    }

    private static IEnumerable<string> Matches(string folder, string pattern)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder)
                .Where(path => Glob.Matches(pattern, Paths.FileName(path)) && (pattern[0] == '.' || Paths.FileName(path)[0] != '.'))
                .Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
