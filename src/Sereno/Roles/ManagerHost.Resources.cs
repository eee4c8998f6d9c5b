using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Graph;
using Sereno.Manager.Resources;
using Sereno.Manager.Spawn;
using Sereno.Roles.Resources;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>What a unit's control group may use, where the machine has the controllers for it.</summary>
public sealed partial class ManagerHost
{
    /// <summary>DefaultTasksMax= of systemd-system.conf(5): 15 %.</summary>
    private static readonly ResourceAmount s_defaultTasks = new(1500, IsShare: true);

    private static readonly UnitName s_rootSlice = UnitName.Parse("-.slice");

    private MachineResources? _resources;
    private bool _isStartingUp, _wasStopping;

    private void BeginLimits()
    {
        _groups.Problem = (unit, level, message) => Log(unit, level, message);
        _groups.SettingsOf = SettingsOf;
        _groups.Scopes = Scopes;
        _groups.Machine = () => (_resources ??= new((ulong)GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, TasksOfMachine)
        {
            DefaultTasksMax = s_defaultTasks,
            BlockDevice = path =>
            {
                string? device = BlockDevices.Disk(path, out string cause);
                if (device is null)
                    Log(null, LogLevel.Warning, cause);
                return device;
            },
        }) with { IsStartingUp = _isStartingUp || _core.IsStopping };
    }

    private GroupSettings? SettingsOf(UnitName name)
    {
        if (!_core.Graph.TryGet(name, out var unit))
            return null;
        var slices = new List<UnitDefinition>();
        for (var next = unit; _core.Graph.Of(next, Relation.InSlice) is [{ Name.Full: not "-.slice" } slice, ..] && slices.Count < 64; next = slice)
            slices.Add(slice.Definition);
        return new(unit.Definition, [.. slices])
        {
            Narrowed = NarrowedScope(unit),
            Root = _core.Graph.TryGet(s_rootSlice, out var root) && root.Definition.Resources is not null && root != unit ? root.Definition : null,
        };
    }

    /// <summary>Definitions have changed, or the manager has: what is written is brought up to date.</summary>
    private void ReviewLimits()
    {
        _groups.Review();
        ReviewScopes();
    }

    /// <summary>As with systemd, all has been started once no job is left for the first time.</summary>
    private void LookForEndOfStartup()
    {
        if ((!_isStartingUp || _core.Jobs.All.Count > 0) && _wasStopping == _core.IsStopping)
            return;
        (_isStartingUp, _wasStopping) = (_isStartingUp && _core.Jobs.All.Count > 0, _core.IsStopping);
        _groups.ReviewStartup();
    }

    /// <summary>Before the group goes. At the end of all only of those whose packets were counted: it takes a look at each group.</summary>
    private void TellUse(UnitName name)
    {
        if (!_groups.HasCgroups || !_core.Graph.TryGet(name, out var unit) || (_core.IsStopping && unit.Definition.Resources?.Network?.Accounting != true))
            return;
        if (unit is Manager.Units.ServiceUnit { IsBrief: true })
            return;
        var (cpu, traffic) = _groups.KeepUse(name);
        if (GroupSnapshots.Consumed(GroupSnapshots.Used(cpu, traffic, _groups.Read(name, "io.stat"))) is var (level, message))
            Log(name, level, $"{name}: {message}");
    }

    private Fd? OpenGroup(SpawnProcess request)
    {
        WatchExposure(request.Unit);
        var cgroup = _groups.Open(request.Unit, request.InvocationId, isControl: request.IsControl);
        if (cgroup is not null && _groups.IsDelegated(request.Unit) && request.Plan.Steps.OfType<SetUid>().FirstOrDefault() is { } user)
            _groups.ChangeOwner(request.Unit, user.Uid, request.Plan.Steps.OfType<SetGid>().FirstOrDefault()?.Gid ?? uint.MaxValue);
        return cgroup;
    }

    /// <summary>The smaller of the two limits that the kernel has for all (proc_sys_kernel(5)).</summary>
    private static ulong TasksOfMachine => Math.Min(Number("/proc/sys/kernel/pid_max"), Number("/proc/sys/kernel/threads-max"));

    private static ulong Number(string path) => ulong.TryParse(Files.TryReadText(path)?.Trim(), out ulong number) ? number : int.MaxValue;
}
