namespace Sereno.Sockets.Owners;

/// <summary>Units from cgroup paths, as systemd and Sereno lay them out: the last component that is a unit's name.</summary>
public sealed class CgroupUnitResolver(CgroupPaths paths) : IUnitResolver
{
    private static readonly string[] s_suffixes = [".service", ".scope", ".socket", ".mount", ".swap"];
    private const string ManagersUnit = "init.scope";

    private readonly Dictionary<int, string?> _byPid = [];

    public CgroupUnitResolver() : this(new CgroupPaths()) { }

    public string? UnitOf(int pid)
    {
        if (!_byPid.TryGetValue(pid, out string? unit))
            _byPid[pid] = unit = Read(pid);
        return unit;
    }

    // systemd's own scope, of the machine's and of every user's manager (systemd.special(7)).
    public bool IsManager(int pid) => pid == 1 || UnitOf(pid) == ManagersUnit;

    public void Forget(int pid) => _byPid.Remove(pid);

    public string? UnitOfCgroup(ulong cgroupId) => paths.PathOf(cgroupId) is string path ? UnitOfPath(path) : null;

    /// <summary>The unit of a path like /system.slice/nginx.service/worker, or null.</summary>
    public static string? UnitOfPath(string path)
    {
        string[] parts = path.Split('/');
        for (int i = parts.Length - 1; i >= 0; i--)
            if (Array.Exists(s_suffixes, parts[i].EndsWith))
                return parts[i];
        return null;
    }

    // cgroups(7): "0::PATH" is the v2 line; on a hybrid machine systemd's own hierarchy is v1's "N:name=systemd:PATH".
    private static string? Read(int pid)
    {
        try
        {
            string? unit = null;
            foreach (string line in File.ReadLines($"/proc/{pid}/cgroup"))
                if (line.StartsWith("0::"))
                    unit = UnitOfPath(line[3..]) ?? unit;
                else if (line.Contains(":name=systemd:"))
                    unit ??= UnitOfPath(line[(line.LastIndexOf(':') + 1)..]);
            return unit;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // gone, or not ours to read
        }
    }
}
