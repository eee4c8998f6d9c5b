using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Sockets.Owners;

/// <summary>cgroup v2 ids to paths. An id is the inode of the cgroup's folder; the tree is walked once, when first asked.</summary>
public sealed class CgroupPaths
{
    private readonly Dictionary<ulong, string> _paths = [];
    private bool _loaded;
    private string _noMount = "";

    /// <summary>The path below the cgroup v2 mount ("/" for the root), or null when no folder has this id.</summary>
    /// <param name="complain">Takes what iproute2 says when it finds none, line ends included.</param>
    public string? PathOf(ulong id, Action<string>? complain = null)
    {
        if (!_loaded)
        {
            _loaded = true;
            if (FindMount() is string mount)
                Walk(mount, "");
            complain?.Invoke(_noMount);
        }
        if (_paths.TryGetValue(id, out string? path))
            return path;
        complain?.Invoke(id == 0 ? "Invalid cgroup2 ID\n" : _noMount.Length > 0 ? _noMount : "Failed to open cgroup2 by ID\n");
        return null;
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

    private string? FindMount()
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/mounts"))
                if (line.Split(' ') is [_, var target, "cgroup2", ..])
                    return target;
        }
        catch (IOException)
        {
            _noMount = $"Failed to open mounts file: {Errno.Text(libc.ENOENT)}\n"; // no /proc: no paths
        }
        _noMount += "Failed to find cgroup2 mount\n";
        return null;
    }
}
