using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Linux;
using Sereno.Sockets.Owners;

namespace Sereno.Verbs;

/// <summary>Names the units of sockets as the manager knows them, asking once for each process that holds one; for what isn't its own, the control group's name.</summary>
/// <param name="onlyOwn">What isn't its own has no unit: another manager's may be called the same.</param>
public sealed class UnitsByPid(ManagerProxy manager, bool onlyOwn = false) : IUnitResolver
{
    private readonly CgroupUnitResolver _groups = new();
    private readonly CgroupPaths _paths = new();

    /// <summary>The control group that the manager's units are in; empty where it has none.</summary>
    private readonly string _base = onlyOwn ? manager.Client.GetProperty(UnitPath.Manager, "org.freedesktop.systemd1.Manager", "ControlGroup").Scalar as string ?? "" : "";
    private readonly Dictionary<int, string?> _units = [];
    private bool _failed;
    private readonly int _manager = manager.Client.Peer.Pid;

    public string? UnitOf(int pid)
    {
        if (!_units.TryGetValue(pid, out string? unit))
            _units[pid] = unit = Ask(pid) ?? (onlyOwn ? null : _groups.UnitOf(pid));
        return unit;
    }

    public void Forget(int pid)
    {
        _units.Remove(pid);
        _groups.Forget(pid);
    }

    public string? UnitOfCgroup(ulong cgroupId) => !onlyOwn ? _groups.UnitOfCgroup(cgroupId)
        : _base.Length > 0 && _paths.PathOf(cgroupId) is { } path && path.StartsWith(_base + "/", StringComparison.Ordinal) ? CgroupUnitResolver.UnitOfPath(path) : null;

    // Whoever answers at the manager's socket, and the keeper above or the manager below it: other roles of the same program.
    public bool IsManager(int pid) => _groups.IsManager(pid) || pid == _manager
        || (ProcessTable.Stat(_manager)?.Parent == pid || ProcessTable.Stat(pid)?.Parent == _manager) && Program(pid) is string program && program == Program(_manager);

    private static string? Program(int pid) => new FileInfo($"/proc/{pid}/exe").LinkTarget;

    /// <summary>Through the manager if one answers.</summary>
    public static IUnitResolver For(string busPath)
    {
        try
        {
            return new UnitsByPid(new ManagerProxy(BusClient.Connect(busPath, TimeSpan.FromSeconds(2))));
        }
        catch (Exception e) when (e is BusException or IOException)
        {
            return new CgroupUnitResolver();
        }
    }

    private string? Ask(int pid)
    {
        if (_failed)
            return null;
        try
        {
            return UnitPath.TryParse(manager.GetUnitByPid((uint)pid), out string? unit) ? unit : null;
        }
        catch (BusException e) when (e.Name == BusErrors.NoUnitForPid)
        {
            return null;
        }
        catch (Exception e) when (e is BusException or IOException)
        {
            _failed = true; // it went away, doesn't answer or refuses: the control groups have to do
            return null;
        }
    }
}

/// <summary>Every process is this unit's: for a table that holds no others.</summary>
public sealed class OneUnit(string unit) : IUnitResolver
{
    public string? UnitOf(int pid) => unit;

    public string? UnitOfCgroup(ulong cgroupId) => null;
}
