using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Resources;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>What a unit's control group may use, where the machine has the controllers for it.</summary>
public sealed partial class ManagerHost
{
    private readonly HashSet<(UnitName, string)> _unlimited = [];

    private void Limit(UnitName name)
    {
        if (!_core.Graph.TryGet(name, out var unit) || unit is not ServiceUnit { Config: { } config })
            return;
        ulong memory = (ulong)GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        foreach (var attribute in CgroupAttributes.Of(config, memory, TasksOfMachine))
            // Once for each: a service that is restarted all the time need not say it each time.
            if (_groups.Set(name, attribute.Controller, attribute.Name, attribute.Value) is { } cause && _unlimited.Add((name, attribute.Name)))
                Log(name, LogLevel.Notice, $"{name}: Failed to set '{attribute.Name}' attribute on '{_groups.PathOf(name)}' to '{attribute.Value}': {cause}");
    }

    /// <summary>The smaller of the two limits that the kernel has for all (proc_sys_kernel(5)).</summary>
    private static ulong TasksOfMachine => Math.Min(Number("/proc/sys/kernel/pid_max"), Number("/proc/sys/kernel/threads-max"));

    private static ulong Number(string path) => ulong.TryParse(Files.TryReadText(path)?.Trim(), out ulong number) ? number : int.MaxValue;
}
