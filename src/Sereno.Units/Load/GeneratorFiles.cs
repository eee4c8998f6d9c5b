using Sereno.Units.Values;

namespace Sereno.Units.Load;

/// <summary>Which generators there are (systemd.generator(7)).</summary>
public static class GeneratorFiles
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <param name="path">SYSTEMD_GENERATOR_PATH: replaces the usual folders, or with an empty last entry comes before them.</param>
    public static IEnumerable<string> Folders(bool isUser, string? path)
    {
        return Below(isUser ? "user-generators" : "system-generators", path);
    }

    /// <summary>Those that write variables instead of units (systemd.environment-generator(7)).</summary>
    /// <param name="path">SYSTEMD_ENVIRONMENT_GENERATOR_PATH, likewise.</param>
    public static IEnumerable<string> EnvironmentFolders(bool isUser, string? path) =>
        Below(isUser ? "user-environment-generators" : "system-environment-generators", path);

    private static IEnumerable<string> Below(string name, string? path)
    {
        string[] usual = [$"/run/systemd/{name}", $"/etc/systemd/{name}", $"/usr/local/lib/systemd/{name}", $"/usr/lib/systemd/{name}"];
        return path is null ? usual : path.Split(':').Where(p => p.Length > 0).Concat(path.EndsWith(':') ? usual : []);
    }

    /// <summary>By name: a name in an earlier folder hides later ones, and an empty file or a link to /dev/null masks.</summary>
    public static IReadOnlyList<string> Find(IEnumerable<string> folders)
    {
        var found = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (string folder in folders)
            foreach (var entry in Links.List(folder, out _))
            {
                string path = Paths.Join(folder, entry.Name);
                if (entry.Name.StartsWith('.') || found.ContainsKey(entry.Name) || Directory.Exists(path))
                    continue;
                if (Links.IsMask(path))
                    found[entry.Name] = null;
                else if (Links.Final(path) is { } file && (OperatingSystem.IsWindows() || (file.UnixFileMode & Executable) != 0))
                    found[entry.Name] = path;
            }
        return [.. found.Values.OfType<string>()];
    }
}
