using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Resources;
using Sereno.Roles.Resources;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>What the groups may use, and what they have used.</summary>
public sealed partial class ProcessGroups
{
    /// <summary>Where the roles are when they can't stay where they were.</summary>
    private const string OwnScope = "init.scope";

    private readonly GroupWriter? _writer;
    private readonly Dictionary<UnitName, (ulong CpuUsec, Traffic? Traffic)> _lastUse = [];
    private readonly HashSet<UnitName> _unlimited = [];

    /// <summary>How often something has happened, by a line of a file that tells of changes.</summary>
    private sealed record EventCount(string File, string Key, int Watch)
    {
        public ulong Last { get; set; }

        public ulong Read(Cgroup cgroup)
        {
            foreach (string line in (cgroup.Read(File) ?? "").Split('\n'))
                if (line.StartsWith(Key, StringComparison.Ordinal) && ulong.TryParse(line.AsSpan(Key.Length), out ulong count))
                    return count;
            return Last;
        }
    }

    /// <summary>What a unit and its slices say; null where the graph doesn't know it.</summary>
    public Func<UnitName, GroupSettings?> SettingsOf { get; set; } = _ => null;

    public Func<MachineResources> Machine { get; set; } = () => new(0, 0);

    /// <summary>Who keeps units to their Scope=.</summary>
    public Scope.ScopeGuard? Scopes
    {
        get;
        set
        {
            field = value;
            _writer?.Scopes = value;
        }
    }

    /// <summary>What couldn't be done.</summary>
    public Action<UnitName, LogLevel, string> Problem { get; set; } = (_, _, _) => { };

    /// <summary>Writes the settings of all units that have a group anew.</summary>
    public void Review()
    {
        _existing = null;
        if (_writer is null)
            return;
        var groups = new List<(GroupSettings, string)>();
        foreach (var (unit, group) in _groups)
            if (group.Cgroup is { Exists: true } cgroup && SettingsOf(unit) is { } settings)
                groups.Add((settings, cgroup.Folder));
        _writer.ApplyAll(groups, Machine());
    }

    /// <summary>The instance has started, or begins to stop: what is other then (StartupCPUWeight= and its siblings).</summary>
    public void ReviewStartup()
    {
        foreach (var (unit, group) in _groups)
            if (SettingsOf(unit) is { } settings && (settings.IsOtherAtStartup || settings.Slices.Any(s => new GroupSettings(s, []).IsOtherAtStartup)) && group.Cgroup is { Exists: true })
            {
                Review();
                return;
            }
    }

    /// <summary>The group's folder is its unit's user's, with the files that arrange what is below it (cgroups(7), "Delegation").</summary>
    public void ChangeOwner(UnitName unit, uint uid, uint gid)
    {
        if (CgroupOf(unit) is not { } cgroup)
            return;
        foreach (string name in (string[])["", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"])
        {
            using var file = Files.TryOpen(cgroup.Folder + name, Linux.Headers.libc.O_PATH, out int errno);
            if (file is not null)
                errno = OpenFolder.ChangeOwner(file, uid, gid);
            if (errno != 0)
                Say(unit, LogLevel.Warning, $"{unit}: Failed to adjust control group access: {Errno.Text(errno)}");
        }
    }

    /// <summary>The processes of a unit, a slice's units included, each with the group that it is in itself.</summary>
    public IEnumerable<(string Path, int Pid)> ProcessesOf(UnitName unit)
    {
        if (CgroupOf(unit) is not { Exists: true } cgroup || Cgroup.Mount is not { } mount)
            return Members(unit).Select(pid => ("", pid));
        return Directory.EnumerateDirectories(cgroup.Folder, "*", SearchOption.AllDirectories).Prepend(cgroup.Folder)
            .SelectMany(folder => new Cgroup(folder).Processes(recursive: false).FindAll(IsAlive).Select(pid => (folder[mount.Length..], pid)));
    }

    /// <summary>The kernel's number for the unit's group; 0 without one.</summary>
    public ulong IdOf(UnitName unit) => CgroupOf(unit) is { Exists: true } cgroup ? CgroupId.Of(cgroup.Folder, out _) : 0;

    /// <summary>What the nearest limit leaves, of the group's own and those above it; ulong.MaxValue where there is none.</summary>
    public ulong MemoryAvailable(UnitName unit)
    {
        ulong available = ulong.MaxValue;
        for (string? folder = CgroupOf(unit)?.Folder; _base is not null && folder?.Length >= _base.Folder.Length; folder = Path.GetDirectoryName(folder))
        {
            var cgroup = new Cgroup(folder);
            if (!ulong.TryParse(cgroup.Read("memory.current"), out ulong current))
                break;
            foreach (string file in (string[])["memory.max", "memory.high"])
                if (ulong.TryParse(cgroup.Read(file), out ulong limit))
                    available = Math.Min(available, limit - Math.Min(limit, current));
        }
        return available;
    }

    public bool IsDelegated(UnitName unit) => SettingsOf(unit)?.IsDelegated == true;

    /// <summary>What the unit's packets came to; null where they aren't counted.</summary>
    public Traffic? TrafficOf(UnitName unit) => SettingsOf(unit)?.Own.Network?.Accounting != true ? null
        : CgroupOf(unit) is { } cgroup && GroupPrograms.Count(cgroup.Folder) is { } traffic ? traffic
        : _lastUse.TryGetValue(unit, out var last) ? last.Traffic : null;

    /// <summary>Microseconds of processor time in this run, or in the last one; null where that isn't known.</summary>
    public ulong? CpuOf(UnitName unit) => Read(unit, "cpu.stat") is { } stat ? CpuOf(stat)
        : _lastUse.TryGetValue(unit, out var last) && last.CpuUsec != ulong.MaxValue ? last.CpuUsec : null;

    private static ulong? CpuOf(string stat) => stat.Split('\n')[0].Split(' ') is ["usage_usec", var used] && ulong.TryParse(used, out ulong usec) ? usec : null;

    /// <summary>What was used is asked for after the end too, until the next start.</summary>
    public (ulong CpuUsec, Traffic? Traffic) KeepUse(UnitName unit) => _lastUse[unit] = (CpuOf(unit) ?? ulong.MaxValue, TrafficOf(unit));

    public void ForgetUse(UnitName unit) => _lastUse.Remove(unit);

    /// <summary>A process of it was killed for want of memory since that was last asked.</summary>
    public bool IsStarved(UnitName unit)
    {
        var starved = new List<UnitName>();
        if (_groups.TryGetValue(unit, out var group) && group.OomKills is { } kills)
            Note(kills, group, unit, starved);
        return starved.Count > 0;
    }

    private Cgroup? CgroupOf(UnitName unit)
    {
        if (unit.Type != UnitType.Slice)
            return _groups.TryGetValue(unit, out var group) ? group.Cgroup : null;
        if (_base is null || unit.Full == "-.slice")
            return _base;
        var slice = new Cgroup($"{_base.Folder}/{SlicePath.Folder(unit)}");
        return slice.Exists ? slice : null;
    }

    private void Limit(UnitName unit, Cgroup cgroup, bool isNew)
    {
        _lastUse.Remove(unit);
        if (SettingsOf(unit) is { } settings)
            _writer!.Apply(settings, cgroup.Folder, Machine(), isNew);
    }

    /// <summary>Once for each: what it asks for holds for a group only.</summary>
    private void SayUnlimited(UnitName unit)
    {
        if (SettingsOf(unit)?.Unit.Resources is not null && _unlimited.Add(unit))
            Say(unit, LogLevel.Warning, $"{unit}: There is no control group to limit ({Reason}). Proceeding WITHOUT resource control, IP firewalling and device ACL in effect!");
    }

    /// <summary>memory.events and pids.events are there where the controllers are (the kernel's cgroup-v2.rst).</summary>
    private void WatchLimits(UnitName unit, Group group, bool isNew)
    {
        group.OomKills = _writer!.Has(Controllers.Memory) ? Watch("memory.events", "oom_kill ") : null;
        group.RefusedForks = _writer.Has(Controllers.Pids) ? Watch("pids.events", "max ") : null;

        EventCount? Watch(string file, string key)
        {
            if (!File.Exists($"{group.Cgroup!.Folder}/{file}"))
                return null;
            var count = new EventCount(file, key, _events!.Add($"{group.Cgroup.Folder}/{file}", FileEvents.Modify));
            count.Last = isNew ? 0 : count.Read(group.Cgroup);
            _watches[count.Watch] = unit;
            return count;
        }
    }

    private void Unwatch(EventCount? count)
    {
        if (count is not null)
            _watches.Remove(count.Watch);
    }

    private static void Note(EventCount count, Group group, UnitName unit, List<UnitName> units)
    {
        ulong now = group.Cgroup is { } cgroup ? count.Read(cgroup) : count.Last;
        if (now > count.Last && !units.Contains(unit))
            units.Add(unit);
        count.Last = now;
    }

    /// <summary>
    /// Controllers can be passed on only by a group that has no processes itself, but for the root of all (cgroups(7), "no internal
    /// processes"): where we are alone in ours, we move into one below it.
    /// </summary>
    private void TakeControllers(Cgroup own, Cgroup instance)
    {
        string available = own.Read("cgroup.controllers") ?? "", passed = own.Read("cgroup.subtree_control") ?? "";
        string[] missing = [.. ((string[])["cpu", "cpuset", "io", "memory", "pids"]).Where(c => available.Split(' ').Contains(c) && !passed.Split(' ').Contains(c))];
        bool hasMoved = false;
        foreach (string controller in missing)
            try
            {
                own.Write("cgroup.subtree_control", "+" + controller);
            }
            catch (LinuxException e) when (e.Number == Linux.Headers.libc.EBUSY && !hasMoved)
            {
                hasMoved = true;
                MoveInto(instance.Create(OwnScope), own.Processes(recursive: false));
                TryPassOn(own, controller);
            }
            catch (IOException)
            {
                // Whoever runs us keeps it to himself; each unit that wants it says so.
            }
    }

    private static void TryPassOn(Cgroup own, string controller)
    {
        try
        {
            own.Write("cgroup.subtree_control", "+" + controller);
        }
        catch (IOException)
        {
            // The same.
        }
    }

    /// <summary>PID 1 takes everybody along, anyone else only himself: nobody is torn out of another's group.</summary>
    private void MoveInto(Cgroup scope, List<int> pids)
    {
        foreach (int pid in pids)
            if (_keeper == 1 || pid == _keeper || ProcessTable.Stat(pid)?.Parent == _keeper)
                try
                {
                    scope.Attach(pid);
                }
                catch (IOException)
                {
                    // It has ended, or is a kernel thread.
                }
    }

    private void Say(UnitName unit, LogLevel level, string message) => Problem(unit, level, message);
}
