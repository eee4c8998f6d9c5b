using System.Text;
using Sereno.Linux;

namespace Sereno.Sockets.Owners;

/// <summary>cgroup v2 ids to paths. An id is the inode of the cgroup's folder; the tree is walked once, when first asked.</summary>
public sealed class CgroupPaths
{
    private readonly Dictionary<ulong, string> _paths = [];
    private bool _loaded;

    /// <summary>The path below the cgroup v2 mount ("/" for the root), or null when no folder has this id.</summary>
    public string? PathOf(ulong id)
    {
        if (!_loaded)
        {
            _loaded = true;
            if (FindMount() is string mount)
                Walk(mount, "");
        }
        return _paths.GetValueOrDefault(id);
    }

    private void Walk(string mount, string path)
    {
        using var folder = Folder.TryOpen(mount + path, out _);
        if (folder is null)
            return;
        List<string> children = [];
        while (folder.Next(out var entry))
            if (entry.Name.SequenceEqual("."u8))
                _paths[entry.Inode] = path.Length == 0 ? "/" : path;
            else if (entry.IsFolder && !entry.Name.SequenceEqual(".."u8))
                children.Add(Encoding.UTF8.GetString(entry.Name));
        foreach (string child in children)
            Walk(mount, $"{path}/{child}");
    }

    private static string? FindMount()
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/mounts"))
                if (line.Split(' ') is [_, var target, "cgroup2", ..])
                    return target;
        }
        catch (IOException) { } // no /proc: no paths
        return null;
    }
}
