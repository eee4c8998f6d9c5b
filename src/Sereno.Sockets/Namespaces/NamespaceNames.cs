using Sereno.Sockets.Owners;

namespace Sereno.Sockets.Namespaces;

/// <summary>Names of network namespaces by their inodes, for who meets them one by one.</summary>
/// <param name="units">As for <see cref="NetworkNamespaces.List"/>.</param>
public sealed class NamespaceNames(IUnitResolver? units)
{
    private const long ListInterval = 1000; // milliseconds: it is a walk of /proc

    private readonly Dictionary<ulong, string> _names = [];
    private long _nextList;

    /// <summary>Its name, or <c>net:[INODE]</c> (namespaces(7)) for one that is gone or can't be found; null for inode 0.</summary>
    public string? NameOf(ulong inode)
    {
        if (inode == 0)
            return null;
        if (_names.TryGetValue(inode, out string? name))
            return name;
        if (Environment.TickCount64 >= _nextList)
        {
            foreach (var space in NetworkNamespaces.List(units).All)
                _names[space.Inode] = space.Name;
            _nextList = Environment.TickCount64 + ListInterval;
        }
        return _names.TryGetValue(inode, out name) ? name : $"net:[{inode}]";
    }
}
