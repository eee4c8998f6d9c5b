using Sereno.Units.Load;
using Sereno.Units.Values;

namespace Sereno.Units.Install;

/// <summary>Makes links, unless what is there already means the same.</summary>
internal sealed class LinkMaker(UnitPaths paths, Changes changes)
{
    /// <summary>1, also for a link that is there already; negative where something else is in the way.</summary>
    public int Make(string target, string path, bool force)
    {
        target = Inside(paths, target);
        try
        {
            Directory.CreateDirectory(Paths.Directory(path));
            string? existing = Links.Read(path);
            if (existing is null && FileKinds.Of(path) == FileKind.Missing)
            {
                File.CreateSymbolicLink(path, target);
                changes.Add(InstallChangeKind.Symlink, path, target);
                return 1;
            }
            if (existing is null)
                return changes.Fail(InstallError.EEXIST, path);
            if (Equivalent(existing, target, path))
                return 1;
            if (!force)
                return changes.Fail(InstallError.EEXIST, path, existing);
            Replace(path, target);
            changes.Add(InstallChangeKind.Unlink, path);
            changes.Add(InstallChangeKind.Symlink, path, target);
            return 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return changes.Fail(InstallErrors.Of(e), path);
        }
    }

    /// <summary>A rename over the old link leaves no moment without one.</summary>
    private static void Replace(string path, string target)
    {
        string temporary = $"{Paths.Directory(path)}/.#{Paths.FileName(path)}{Guid.NewGuid():N}";
        File.CreateSymbolicLink(temporary, target);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>A path as those inside the root see it.</summary>
    public static string Inside(UnitPaths paths, string path) => paths.Root is { } root && Paths.Below(path, root) is { } below ? "/" + below : path;

    /// <summary>Relative or absolute, the same file is meant.</summary>
    private bool Equivalent(string existing, string target, string path)
    {
        string Full(string text) => Paths.IsAbsolute(text) ? paths.Root + text : Paths.Join(Paths.Directory(path), text);
        string a = Full(existing), b = Full(target);
        return Paths.Simplify(a) == Paths.Simplify(b) || Same(a, b)
            // Two files of one name on the search path are one unit, even where a link leads nowhere.
            || (Paths.FileName(a) == Paths.FileName(b) && IsSearched(a) && IsSearched(b));

        bool IsSearched(string file) => paths.Search.Any(folder => Paths.Below(file, folder) is not null);
    }

    /// <summary>Both exist and are one, as the kernel follows links: from the host's root.</summary>
    private static bool Same(string a, string b) => Links.Resolve(a) is { } real && real == Links.Resolve(b) && Path.Exists(real);
}
