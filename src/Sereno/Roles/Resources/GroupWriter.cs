using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Resources;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Roles.Resources;

/// <summary>
/// Writes what units may use into their control groups, and into those of the slices above them; controllers are switched on
/// on the way down for who needs them. What the machine hasn't got is said once for each unit and attribute.
/// </summary>
/// <param name="root">The instance's own folder, which is -.slice.</param>
public sealed class GroupWriter(Cgroup root, Action<UnitName, LogLevel, string> log)
{
    private static readonly (Controllers Flag, string Name)[] s_names =
        [(Controllers.Cpu, "cpu"), (Controllers.CpuSet, "cpuset"), (Controllers.Io, "io"), (Controllers.Memory, "memory"), (Controllers.Pids, "pids")];

    private readonly Controllers _available = Parse(root.Read("cgroup.controllers"));
    private readonly Dictionary<string, Controllers> _enabled = [];
    private readonly HashSet<UnitName> _slices = [];
    private readonly HashSet<(UnitName, string)> _said = [];
    private readonly GroupPrograms _programs = new(log);

    /// <summary>Who keeps units to their Scope=; null: nobody.</summary>
    public Scope.ScopeGuard? Scopes { get; set; }

    /// <summary>The instance may hand the controller on to its units.</summary>
    public bool Has(Controllers controller) => _available.HasFlag(controller);

    /// <summary>Of a unit whose folder is there.</summary>
    /// <param name="isNew">Nobody has written to it before.</param>
    public void Apply(GroupSettings settings, string folder, MachineResources machine, bool isNew)
    {
        Enable(settings);
        for (int i = settings.Slices.Length - 1; i >= 0; i--)
            if (_slices.Add(settings.Slices[i].Name))
                Write(settings.Above(i), $"{root.Folder}/{SlicePath.Folder(settings.Slices[i].Name)}", machine, isNew: false);
        Write(settings, folder, machine, isNew);
    }

    /// <summary>After daemon-reload: all settings are written anew, and controllers that nobody needs any more go.</summary>
    public void ApplyAll(IReadOnlyCollection<(GroupSettings Settings, string Folder)> groups, MachineResources machine)
    {
        _slices.Clear();
        foreach (var (settings, folder) in groups)
            Apply(settings, folder, machine, isNew: false);
        var needed = new Dictionary<string, Controllers>();
        foreach (var (settings, _) in groups)
            foreach (var (folder, set) in NeedsOf(settings))
                needed[folder] = needed.GetValueOrDefault(folder) | set;
        // A folder can't be without a controller that one below it has (cgroups(7)).
        foreach (string folder in _enabled.Keys.OrderByDescending(f => f.Length))
            Switch(folder, Parse(new Cgroup(folder).Read("cgroup.subtree_control")) & ~needed.GetValueOrDefault(folder), '-');
    }

    /// <summary>By folder, the outermost first: what those below it need.</summary>
    private IEnumerable<(string Folder, Controllers Needed)> NeedsOf(GroupSettings settings)
    {
        var slices = settings.Slices;
        for (int level = slices.Length; level >= 0; level--)
        {
            var needed = settings.Needed;
            for (int i = 0; i < level; i++)
                needed |= settings.Above(i).Needed;
            yield return (level == slices.Length ? root.Folder : $"{root.Folder}/{SlicePath.Folder(slices[level].Name)}", needed & _available);
        }
    }

    private void Enable(GroupSettings settings)
    {
        if (_available == Controllers.None)
            return;
        foreach (var (folder, needed) in NeedsOf(settings))
        {
            var missing = needed & ~_enabled.GetValueOrDefault(folder);
            if (missing == 0)
                continue;
            _enabled[folder] = _enabled.GetValueOrDefault(folder) | needed;
            if (Switch(folder, missing, '+') is { } cause && _said.Add((settings.Unit.Name, folder)))
                log(settings.Unit.Name, LogLevel.Warning, $"{settings.Unit.Name}: Failed to enable controllers in {folder}: {cause}");
        }
    }

    /// <summary>One at a time: what can be had is had.</summary>
    private string? Switch(string folder, Controllers set, char sign)
    {
        string? cause = null;
        foreach (var (flag, name) in s_names)
            if (set.HasFlag(flag))
                try
                {
                    new Cgroup(folder).Write("cgroup.subtree_control", sign + name);
                    if (sign == '-')
                        _enabled[folder] &= ~flag;
                }
                catch (IOException e)
                {
                    cause = e.Message;
                }
        return cause;
    }

    private void Write(GroupSettings settings, string folder, MachineResources machine, bool isNew)
    {
        var group = new Cgroup(folder);
        // Where there is no controller, what nobody has asked for needs no thought.
        bool isVain = _available == Controllers.None && settings is { Root: null, Unit: { Resources: null, Service.OomPolicy: not OomPolicy.Kill } } && settings.Slices.All(s => s.Resources is null);
        var attributes = isVain ? [] : CgroupAttributes.Of(settings, machine).ToList();
        foreach (var attribute in attributes)
            if (Write(settings, group, attribute) is { } cause && !IsDefault(settings, attribute) && _said.Add((settings.Unit.Name, attribute.Name)))
                log(settings.Unit.Name, LogLevel.Notice, $"{settings.Unit.Name}: Failed to set '{attribute.Name}' attribute on '{folder[root.Folder.Length..]}' to '{attribute.Value}': {cause}");
        if (!isNew && _available != Controllers.None)
            foreach (var attribute in CgroupAttributes.Defaults)
                if (!attributes.Exists(a => a.Name == attribute.Name) && group.Read(attribute.Name) is { } now && now != attribute.Value.Trim() && !(attribute.Name == "memory.oom.group" && settings.IsDelegated))
                    _ = Write(settings, group, attribute); // it was ours to set, so it is ours to take back; nobody is told
        Mark(settings, folder);
        try
        {
            _programs.Apply(settings, folder, isNew);
            Scopes?.Apply(settings, folder, isNew);
        }
        catch (IOException e)
        {
            log(settings.Unit.Name, LogLevel.Warning, $"{settings.Unit.Name}: {e.Message}");
        }
    }

    private string? Write(GroupSettings settings, Cgroup group, CgroupAttribute attribute)
    {
        if (!_available.HasFlag(Parse(attribute.Controller)))
            return $"the {attribute.Controller} controller is not available";
        if (settings.Disabled.HasFlag(Parse(attribute.Controller)))
            return $"a slice disables the {attribute.Controller} controller";
        try
        {
            group.Write(attribute.Name, attribute.Value);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return attribute.IsOptional ? null : e.Message;
        }
    }

    /// <summary>Nobody has asked for it.</summary>
    private static bool IsDefault(GroupSettings settings, CgroupAttribute attribute) => attribute.Name == "pids.max" && settings.Own.TasksMax is null;

    /// <summary>For other programs to see: whose the group is, and what systemd-oomd(8) is to make of it.</summary>
    private static void Mark(GroupSettings settings, string folder)
    {
        if (!settings.IsDelegated && settings.Own.ManagedOom is null)
            return;
        using var group = new Cgroup(folder).Open();
        if (settings.IsDelegated)
            foreach (string name in (string[])["trusted.delegate", "user.delegate"])
                _ = OpenFolder.SetAttribute(group, name, "1"u8); // kernels before 5.7 have none
        if (settings.Own.ManagedOom is { Preference: not ManagedOomPreference.None and var preference })
            _ = OpenFolder.SetAttribute(group, preference == ManagedOomPreference.Avoid ? "user.oomd_avoid" : "user.oomd_omit", "1"u8);
    }

    private static Controllers Parse(string? names) =>
        (names ?? "").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Aggregate(Controllers.None, (set, name) => set | Array.Find(s_names, n => n.Name == name).Flag);
}
