using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Sockets.Owners;

namespace Sereno.Verbs;

/// <summary>Names the units of sockets as the manager knows them; for what isn't its own, the control group's name.</summary>
public sealed class UnitsByPid : IUnitResolver
{
    private readonly CgroupUnitResolver _groups = new();
    private readonly Dictionary<int, string> _units = [];

    public UnitsByPid(ManagerProxy manager)
    {
        foreach (var unit in manager.ListUnits())
            if (unit.ActiveState is not ("inactive" or "failed") && unit.Id.EndsWith(".service", StringComparison.Ordinal))
                foreach (var process in manager.GetUnitProcesses(unit.Id))
                    _units[(int)process.Pid] = unit.Id;
    }

    public string? UnitOf(int pid) => _units.GetValueOrDefault(pid) ?? _groups.UnitOf(pid);

    public string? UnitOfCgroup(ulong cgroupId) => _groups.UnitOfCgroup(cgroupId);

    /// <summary>Through the manager if one answers.</summary>
    public static IUnitResolver For(string busPath)
    {
        try
        {
            using var client = BusClient.Connect(busPath, TimeSpan.FromSeconds(2));
            return new UnitsByPid(new ManagerProxy(client));
        }
        catch (Exception e) when (e is BusException or IOException)
        {
            return new CgroupUnitResolver();
        }
    }
}
