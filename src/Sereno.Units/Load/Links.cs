using System.IO.Enumeration;
using Sereno.Units.Values;

namespace Sereno.Units.Load;

internal readonly record struct FolderEntry(string Name, bool IsLink, bool IsDirectory);

/// <summary>Symbolic links and folders, with every failure of the file system turned into an answer.</summary>
internal static class Links
{
    /// <summary>As many links as Linux follows in one path (path_resolution(7)).</summary>
    private const int MostLinks = 40;

    /// <summary>What the link says, verbatim; null for what is no link.</summary>
    public static string? Read(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// The path with its links resolved inside <paramref name="root"/>, its last component too unless
    /// <paramref name="keepLast"/>; what does not exist is taken as it stands. Null for a loop.
    /// </summary>
    /// <param name="read">How links are read, where the file system is not to be taken as it stands.</param>
    public static string? Resolve(string path, string? root = null, bool keepLast = false, Func<string, string?>? read = null)
    {
        read ??= Read;
        int left = MostLinks;
        string start = root ?? "";
        if (root is not null && Paths.Below(path, root) is { } inside)
            path = "/" + inside;
        var pending = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        string done = start;
        while (pending.TryPop(out string? part))
        {
            if (part == ".")
                continue;
            if (part == "..")
            {
                done = done.Length > start.Length ? done[..done.LastIndexOf('/')] : start;
                continue;
            }
            string next = $"{done}/{part}";
            if ((keepLast && pending.Count == 0) || read(next) is not { } target)
            {
                done = next;
                continue;
            }
            if (left-- == 0)
                return null;
            if (Paths.IsAbsolute(target))
                done = start;
            foreach (string step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                pending.Push(step);
        }
        return done.Length == 0 ? "/" : done;
    }

    /// <summary>The file at the end of all links, or null.</summary>
    public static FileInfo? Final(string path, string? root = null)
    {
        try
        {
            if (root is null && Plain(path) is { } plain)
                return plain;
            return Resolve(path, root) is { } real && new FileInfo(real) is { Exists: true } file ? file : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>An empty file or a device such as /dev/null: systemd's mark for "masked". Pipes count too: they must not be opened.</summary>
    public static bool IsMask(string path, string? root = null) => root is null && Plain(path) is { } plain ? plain.Length == 0 : Resolve(path, root) is { } real
        && (real == "/dev/null" || (root is not null && real == root + "/dev/null") || Final(path, root) is { Length: 0 });

    /// <summary>What is no link itself is found by the kernel at one go, as nearly all unit files are; null for all else.</summary>
    private static FileInfo? Plain(string path) =>
        new FileInfo(path) is { Exists: true } file && (file.Attributes & FileAttributes.ReparsePoint) == 0 ? file : null;

    /// <summary>Entries of a folder by name; <paramref name="problem"/> is set where it exists and can't be read.</summary>
    public static List<FolderEntry> List(string folder, out string? problem)
    {
        problem = null;
        try
        {
            if (!Directory.Exists(folder))
                return [];
            var entries = Entries(folder, FileAttributes.ReparsePoint, (ref FileSystemEntry e) => new(e.FileName.ToString(), IsLink: false, e.IsDirectory)).ToList();
            // The folder itself tells links from files, but says so only by leaving them out; to ask for attributes costs two
            // system calls for each file.
            var plain = entries.Select(e => e.Name).ToHashSet();
            var isPlain = plain.GetAlternateLookup<ReadOnlySpan<char>>();
            var others = Entries(folder, 0, (ref FileSystemEntry e) => new(e.FileName.ToString(), (e.Attributes & FileAttributes.ReparsePoint) != 0, e.IsDirectory));
            others.ShouldIncludePredicate = (ref FileSystemEntry e) => !isPlain.Contains(e.FileName);
            entries.AddRange(others);
            entries.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
            return entries;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"cannot read {folder}: {Reason(e)}";
            return [];
        }
    }

    private static FileSystemEnumerable<FolderEntry> Entries(string folder, FileAttributes skipped, FileSystemEnumerable<FolderEntry>.FindTransform describe) =>
        new(folder, describe, new EnumerationOptions { AttributesToSkip = skipped, IgnoreInaccessible = false });

    /// <summary>errno's words where the exception stands for one.</summary>
    public static string Reason(Exception e) => e switch
    {
        UnauthorizedAccessException => "Permission denied",
        FileNotFoundException or DirectoryNotFoundException => "No such file or directory",
        _ => e.Message,
    };
}
