using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Sockets.Owners;

/// <summary>cgroup v2 ids to paths. An id is the inode of the cgroup's folder; the tree is walked when an id isn't known, at
/// most once a second.</summary>
public sealed class CgroupPaths
{
    private const long Pause = 1000; // milliseconds

    private readonly Dictionary<ulong, string> _paths = [];
    private long? _walked;
    private string _noMount = "";

    /// <summary>The path below the cgroup v2 mount ("/" for the root), or null when no folder has this id.</summary>
    /// <param name="complain">Takes what iproute2 says when it finds none, line ends included.</param>
    public string? PathOf(ulong id, Action<string>? complain = null)
    {
        if (!_paths.ContainsKey(id) && !(Environment.TickCount64 - _walked < Pause))
        {
            // What is gone stays: its sockets may be there still.
            if (CgroupId.FindMount() is string mount)
                Walk(mount, "");
            else
                _noMount = (File.Exists("/proc/mounts") ? "" : $"Failed to open mounts file: {Errno.Text(libc.ENOENT)}\n") + "Failed to find cgroup2 mount\n";
            if (_walked is null)
                complain?.Invoke(_noMount);
            _walked = Environment.TickCount64;
        }
        if (_paths.TryGetValue(id, out string? path))
            return path;
        complain?.Invoke(id == 0 ? "Invalid cgroup2 ID\n" : _noMount.Length > 0 ? _noMount : "Failed to open cgroup2 by ID\n");
        return null;
    }

    private void Walk(string mount, string path)
    {
        foreach (string child in Children(mount, path))
            Walk(mount, $"{path}/{child}");
    }

    // The folder is closed before those below it are opened: trees are deep, and descriptors few.
    private List<string> Children(string mount, string path)
    {
        List<string> children = [];
        using var folder = Folder.TryOpen(mount + path, out _);
        while (folder is not null && folder.Next(out var entry))
            if (entry.Name.SequenceEqual("."u8))
                _paths[entry.Inode] = path.Length == 0 ? "/" : path;
            else if (entry.IsFolder && !entry.Name.SequenceEqual(".."u8))
                children.Add(Encoding.UTF8.GetString(entry.Name));
        return children;
    }
}
