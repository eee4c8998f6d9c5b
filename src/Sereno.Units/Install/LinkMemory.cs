namespace Sereno.Units.Install;

/// <summary>The links of folders for as long as nobody writes to these: whoever is asked for states again and again need not list them
/// each time. Not for several threads at a time.</summary>
public sealed class LinkMemory
{
    /// <summary>The coarsest time stamps of a file system that Linux writes to (vfat).</summary>
    internal static readonly TimeSpan Grain = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, LinkIndex> _indexes = [];

    internal LinkIndex? Find(string folder) => _indexes.TryGetValue(folder, out var index) && index.IsCurrent ? index : null;

    internal void Add(string folder, LinkIndex index)
    {
        if (index.IsSettled)
            _indexes[folder] = index;
        else
            _indexes.Remove(folder);
    }
}
