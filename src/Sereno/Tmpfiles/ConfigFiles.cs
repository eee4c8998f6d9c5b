namespace Sereno.Tmpfiles;

/// <summary>The *.conf files of a kind in /etc, /run, /usr/local/lib and /usr/lib: by name, the first folder's counts (tmpfiles.d(5)).</summary>
public static class ConfigFiles
{
    private static readonly string[] s_roots = ["/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"];

    /// <param name="kind"><c>tmpfiles.d</c>.</param>
    public static IEnumerable<string> All(string? root, string kind)
    {
        var byName = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string folder in s_roots.Select(r => $"{root}{r}/{kind}").Where(Directory.Exists))
            foreach (string file in Directory.EnumerateFiles(folder, "*.conf"))
                byName.TryAdd(Path.GetFileName(file), file);
        return byName.Values.Where(f => !IsMask(f));
    }

    /// <summary>By name in the folders, or as a path; null when there is none.</summary>
    public static string? Find(string? root, string kind, string name) => name.Contains('/')
        ? File.Exists(name) ? name : null
        : s_roots.Select(r => $"{root}{r}/{kind}/{name}").FirstOrDefault(File.Exists);

    /// <summary>A link to /dev/null hides the files of its name.</summary>
    private static bool IsMask(string file) => new FileInfo(file) is { LinkTarget: { } target } && Path.GetFullPath(target, Path.GetDirectoryName(file)!) == "/dev/null";

    /// <summary>Lines with their numbers, without comments and empty ones.</summary>
    public static IEnumerable<(int Number, string Text)> Lines(IEnumerable<string> lines)
    {
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            string text = line.TrimStart(' ', '\t', '\r');
            if (text.Length > 0 && text[0] != '#')
                yield return (number, text);
        }
    }
}
