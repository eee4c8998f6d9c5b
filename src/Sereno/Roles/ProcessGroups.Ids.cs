using Sereno.Linux;
using Sereno.Units.Model;

namespace Sereno.Roles;

public sealed partial class ProcessGroups
{
    /// <summary>The ids of the unit's cgroup and of those below, as sockets carry them; none without cgroups.</summary>
    public IReadOnlySet<ulong> IdsOf(UnitName unit)
    {
        var ids = new HashSet<ulong>();
        if (_groups.GetValueOrDefault(unit)?.Cgroup is { } cgroup)
            Collect(cgroup.Folder);
        return ids;

        void Collect(string folder)
        {
            if (CgroupId.Of(folder, out _) is > 0 and var id)
                ids.Add(id);
            try
            {
                if (FileStatus.Of(folder) is { Links: > 2 })
                    foreach (string child in Directory.EnumerateDirectories(folder))
                        Collect(child);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { } // removed meanwhile
        }
    }
}
