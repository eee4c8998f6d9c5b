using Sereno.Manager.Machine;
using Sereno.Units.Values;

namespace Sereno.Manager.Spawn.Mounts;

/// <summary>
/// A namespace as it will be when its mounts are made, as far as symbolic links go: below a bind mount those of its source
/// count, below a fresh file system there are none.
/// </summary>
internal sealed class MountView(List<MountEntry> entries, string root, bool hasOwnRoot, IMachine machine)
{
    private readonly Dictionary<string, MountEntry> _byPath = entries.GroupBy(e => e.Path).ToDictionary(g => g.Key, g => g.First());

    /// <summary>The path with its first symbolic link followed, or null when it has none. What /proc/self is, only the process itself can tell.</summary>
    public string? Follow(string path)
    {
        string inner = Paths.Below(path, root) ?? "";
        string at = root;
        foreach (var range in inner.AsSpan().Split('/'))
        {
            var name = inner.AsSpan(range);
            if (name.IsEmpty)
                continue;
            string folder = at;
            at = $"{(at == "/" ? "" : at)}/{name}";
            if (at != path && _byPath.ContainsKey(at))
                continue; // a mount point, whatever is below it
            if (HostPath(at) is { } host && host is not ("/proc/self" or "/proc/thread-self") && machine.ReadLink(host) is { } target)
                return Below(target, folder, inner[range.End..]);
        }
        return null;
    }

    /// <summary>Everything stays below the root, also what goes up from it.</summary>
    private string Below(string target, string folder, string rest)
    {
        var parts = new List<string>();
        string start = target.StartsWith('/') ? "" : Paths.Below(folder, root)!;
        foreach (string part in $"{start}/{target}/{rest}".Split('/'))
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or ".."))
                parts.Add(part);
        return parts.Count == 0 ? root : $"{(root == "/" ? "" : root)}/{string.Join('/', parts)}";
    }

    /// <summary>The same file as the host names it now; null when it isn't there.</summary>
    private string? HostPath(string path)
    {
        for (string at = Paths.Directory(path); Paths.Below(at, root) is not null; at = Paths.Directory(at))
        {
            if (_byPath.TryGetValue(at, out var cover))
                switch (cover.Mode)
                {
                    case MountMode.Bind or MountMode.BindRecursive or MountMode.HostTree:
                        return $"{cover.Source}/{Paths.Below(path, at)}";
                    case MountMode.Inaccessible or MountMode.PrivateTmp or MountMode.PrivateDevices or MountMode.Empty or MountMode.Proc or
                        MountMode.Temporary or MountMode.Run or MountMode.MessageQueues:
                        return null;
                    case MountMode.ReadOnly or MountMode.ReadWrite or MountMode.NoExec or MountMode.Exec or MountMode.ReadWriteImplicit:
                        break; // itself
                }
            if (at == root || at == "/")
                break;
        }
        return hasOwnRoot ? path : "/" + Paths.Below(path, root);
    }
}
