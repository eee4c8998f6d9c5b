using System.Collections.Immutable;
using Sereno.Linux;
using Sereno.Roles.Resources;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>
/// Which processes belong to a unit, by the best means there is: a cgroup v2 folder of its own; else the keeper's
/// descendants that are in a session of the unit's or carry its INVOCATION_ID. The ladder is shown, never assumed.
/// </summary>
public sealed partial class ProcessGroups : IDisposable
{
    private readonly Cgroup? _base;
    private readonly Dictionary<UnitName, Group> _groups = [];
    private readonly Inotify? _events;
    private Dictionary<UnitName, string>? _existing;
    private readonly Dictionary<int, UnitName> _watches = [];
    private readonly int _keeper;
    private ProcessTable? _table;
    private long _tableTaken;

    private sealed class Group
    {
        public Cgroup? Cgroup { get; set; }
        public int Watch { get; set; } = -1;
        public string InvocationId { get; set; } = "";

        /// <summary>As a rule one; none are noted where there is a cgroup to tell.</summary>
        public List<int> Sessions => field ??= [];
        public bool IsDraining { get; set; }
        public bool IsWatched { get; set; }

        /// <summary>Its folder was prepared for this run of the unit.</summary>
        public bool IsReady { get; set; }

        /// <summary>Its unit has ended without it.</summary>
        public bool IsLeftOver { get; set; }
        public EventCount? OomKills { get; set; }
        public EventCount? RefusedForks { get; set; }
    }

    public ProcessGroups(string instance, int keeper)
    {
        _keeper = keeper;
        var own = Cgroup.Writable(out string reason);
        Reason = reason;
        // The units go below a folder of the instance's; an earlier manager may have put the roles there too.
        if (own is null)
            return;
        if (own.Folder.EndsWith($"/{instance}/{OwnScope}", StringComparison.Ordinal))
            own = new Cgroup(own.Folder[..^$"/{instance}/{OwnScope}".Length]);
        new Cgroup($"{own.Folder}/{instance}").Remove(); // what an instance that was killed has left empty
        _base = own.Create(instance);
        _events = new Inotify();
        TakeControllers(own, _base);
        _writer = new GroupWriter(_base, Say);
    }

    /// <summary>In a folder that is the instance's already.</summary>
    public ProcessGroups(Cgroup folder, int keeper)
    {
        (_base, _keeper, _events, Reason) = (folder, keeper, new Inotify(), "");
        _writer = new GroupWriter(_base, Say);
    }

    /// <summary>Where the graph has put a unit.</summary>
    public Func<UnitName, UnitName> SliceOf { get; set; } = _ => s_systemSlice;

    private static readonly UnitName s_systemSlice = UnitName.Parse("system.slice");

    /// <summary>Why there is no cgroup; empty when there is.</summary>
    public string Reason { get; }
    public bool HasCgroups => _base is not null;

    /// <summary>Readable when a group may have become empty.</summary>
    public Fd? Events => _events?.Fd;

    /// <summary>Path below the hierarchy's root, as /proc/PID/cgroup has it; empty without cgroups.</summary>
    public string PathOf(UnitName unit) => CgroupOf(unit) is { } cgroup && Cgroup.Mount is { } mount ? cgroup.Folder[mount.Length..] : "";

    /// <summary>Of the instance as a whole.</summary>
    public string BasePath => _base is not null && Cgroup.Mount is { } mount ? _base.Folder[mount.Length..] : "";

    /// <summary>A file of the unit's cgroup; null where there is none.</summary>
    public string? Read(UnitName unit, string file) => CgroupOf(unit)?.Read(file);

    /// <summary>The folder to start a process of the unit in, which is limited before anybody is in it; null without cgroups.</summary>
    /// <param name="isRestored">It was there before this manager.</param>
    /// <param name="isControl">The process runs beside those to whom the group was delegated: in a group of its own.</param>
    public Fd? Open(UnitName unit, string invocationId, bool isRestored = false, bool isControl = false)
    {
        var group = Get(unit);
        group.InvocationId = invocationId;
        if (_base is null)
        {
            SayUnlimited(unit);
            return null;
        }
        try
        {
            if (!group.IsReady || group.Cgroup is null or { Exists: false })
            {
                string folder = Folder(unit);
                group.Cgroup = _base.Create(folder, out bool isNew);
                (group.IsReady, group.IsLeftOver) = (true, false);
                if (isRestored)
                    BeginWatch(unit, group, group.Cgroup); // somebody may have waited for it before the crash
                else
                    Limit(unit, group.Cgroup, isNew);
                WatchLimits(unit, group, isNew);
            }
            return isControl && IsDelegated(unit) ? group.Cgroup.Create(".control").Open() : group.Cgroup.Open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the process starts where we are, and is found by its session
        }
    }

    /// <summary>Processes in the units' folders before anything was started: an earlier instance lost its keeper.</summary>
    public IEnumerable<(UnitName Unit, int Pid)> LeftOvers()
    {
        foreach (var (unit, folder) in Existing())
            foreach (int pid in new Cgroup(folder).Processes())
                yield return (unit, pid);
    }

    /// <summary>The units' folders that are there.</summary>
    private IEnumerable<(UnitName Unit, string Folder)> Existing()
    {
        var folders = new Stack<string>();
        if (_base is not null)
            folders.Push(_base.Folder);
        while (folders.TryPop(out string? folder))
            foreach (string path in Directory.EnumerateDirectories(folder))
                if (path.EndsWith(".slice", StringComparison.Ordinal))
                    folders.Push(path);
                else if (UnitName.TryParse(Path.GetFileName(path), out var unit) && unit.Full != OwnScope)
                    yield return (unit, path);
    }

    /// <summary>Takes processes that somebody else started.</summary>
    /// <returns>Null when all are the unit's now; otherwise the cause.</returns>
    public string? Attach(UnitName unit, string invocationId, IReadOnlyList<int> pids)
    {
        using var folder = Open(unit, invocationId);
        foreach (int pid in pids)
            if (folder is null || Get(unit).Cgroup is not { } cgroup)
                AddLeader(unit, ProcessTable.Stat(pid)?.Session ?? pid);
            else
                try
                {
                    File.WriteAllText($"{cgroup.Folder}/cgroup.procs", pid.ToString());
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    return e.Message;
                }
        return null;
    }

    /// <summary>A process of the unit started; it leads a session of its own.</summary>
    public void AddLeader(UnitName unit, int pid)
    {
        if (Get(unit) is { Cgroup: null } group)
            group.Sessions.Add(pid);
    }

    /// <summary>A leader has ended: once nobody is left in its session, the number may come to mean another.</summary>
    public void LeaderEnded(int pid)
    {
        if (_base is not null)
            return;
        _table = null;
        foreach (var group in _groups.Values)
            if (group.Sessions.Contains(pid) && !Table().InSession(pid).Any(p => p != pid))
                group.Sessions.Remove(pid);
    }

    /// <summary>Of an earlier manager: where its group is can't be asked of the graph, which is still empty.</summary>
    public void Restore(UnitName unit, string invocationId, IEnumerable<int> leaders)
    {
        _existing ??= Existing().ToDictionary(e => e.Unit, e => e.Folder);
        if (_existing.ContainsKey(unit))
            Open(unit, invocationId, isRestored: true)?.Dispose();
        else
            Get(unit).InvocationId = invocationId;
        foreach (int pid in leaders)
            AddLeader(unit, pid);
    }

    /// <summary>The unit's living processes.</summary>
    /// <param name="fresh">Not from the look at /proc that others may share.</param>
    /// <param name="except">Not these.</param>
    public List<int> Members(UnitName unit, bool fresh = false, ImmutableArray<int> except = default)
    {
        if (fresh)
            _table = null;
        if (!_groups.TryGetValue(unit, out var group))
            return [];
        if (group.Cgroup is { } cgroup)
            return cgroup.Processes().FindAll(p => (except.IsDefault || !except.Contains(p)) && IsAlive(p));
        var table = Table();
        var result = new List<int>();
        foreach (int pid in table.Descendants(_keeper))
            if (table.Processes[pid] is { State: not ('Z' or 'X') } stat && pid != Self.Pid && (except.IsDefault || !except.Contains(pid)) && (group.Sessions.Contains(stat.Session)
                || (group.InvocationId.Length > 0 && ProcessTable.Environment(pid, "INVOCATION_ID") == group.InvocationId)))
                result.Add(pid);
        return result;
    }

    /// <summary>SIGKILL to all at once where the kernel can; false: signal them one by one.</summary>
    public bool TryKillAll(UnitName unit) => _groups.TryGetValue(unit, out var group) && group.Cgroup?.TryKill() == true;

    /// <summary>The unit of a process, dead or alive, as far as it can be told.</summary>
    public UnitName? UnitOf(int pid)
    {
        if (_base is not null && Cgroup.PathOf(pid) is { } path)
            foreach (var (name, group) in _groups)
                if (group.Cgroup is { } cgroup && (Cgroup.Mount + path is var full) && (full == cgroup.Folder || full.StartsWith(cgroup.Folder + "/", StringComparison.Ordinal)))
                    return name;
        // Anybody can carry an INVOCATION_ID that he has read on the bus: it counts within our own tree only, and only where
        // there are no cgroups to tell.
        if (_base is not null || ProcessTable.Stat(pid) is not { } stat || !IsBelowKeeper(pid))
            return null;
        foreach (var (name, group) in _groups)
            if (group.Sessions.Contains(stat.Session))
                return name;
        string? id = ProcessTable.Environment(pid, "INVOCATION_ID");
        foreach (var (name, group) in _groups)
            if (id is not null && group.InvocationId == id)
                return name;
        return null;
    }

    /// <summary>Says when the group has become empty: at once through the cgroup, else by <see cref="Poll"/>.</summary>
    /// <returns>Whether it is empty already.</returns>
    public bool Drain(UnitName unit)
    {
        var group = Get(unit);
        group.IsDraining = true;
        return Await(unit, group);
    }

    /// <summary>The same while the unit runs. Without cgroups an orphan's end is the time to look.</summary>
    /// <returns>Whether it is empty already.</returns>
    public bool Watch(UnitName unit)
    {
        var group = Get(unit);
        group.IsWatched = true;
        return Await(unit, group);
    }

    /// <summary>Only from now on: of nearly all services the main process is the last one, and the keeper tells of its end.</summary>
    private bool Await(UnitName unit, Group group)
    {
        if (group.Cgroup is not { } cgroup)
            return false;
        if (group.Watch < 0)
            BeginWatch(unit, group, cgroup);
        return !cgroup.Populated;
    }

    private void BeginWatch(UnitName unit, Group group, Cgroup cgroup)
    {
        group.Watch = _events!.Add(cgroup.EventsFile, FileEvents.Modify);
        if (group.Watch >= 0)
            _watches[group.Watch] = unit;
    }

    /// <summary>The unit's only process has ended: where nobody else is left, the folder goes at once.</summary>
    /// <returns>Whether it has gone.</returns>
    public bool TryEnd(UnitName unit)
    {
        if (_base is null || !_groups.TryGetValue(unit, out var group) || group is not { Watch: < 0, OomKills: null, RefusedForks: null })
            return false;
        if (group.Cgroup is { } cgroup && !Files.RemoveFolder(cgroup.Folder, out int errno) && errno != Linux.Headers.libc.ENOENT)
            return false;
        group.Cgroup = null;
        return true;
    }

    /// <summary>An orphan has ended.</summary>
    public void LookAgain()
    {
        if (_base is null)
            foreach (var group in _groups.Values)
                group.IsDraining |= group.IsWatched;
    }

    public bool HasDraining => _base is null && _groups.Values.Any(g => g.IsDraining);

    /// <summary>Without cgroups nobody tells: we look.</summary>
    public List<UnitName> Poll()
    {
        _table = null;
        var empty = new List<UnitName>();
        foreach (var (name, group) in _groups)
            if (group.IsDraining && group.Cgroup is null && Members(name).Count == 0)
            {
                group.IsDraining = false;
                empty.Add(name);
            }
        return empty;
    }

    /// <summary>The units whose cgroup has just become empty.</summary>
    /// <param name="starved">The units of which a process was killed for want of memory.</param>
    /// <param name="barren">Where each unit's processes could have no more children.</param>
    public List<UnitName> TakeEmpty(List<UnitName> starved, List<UnitName> barren)
    {
        var events = new List<FileEvent>();
        _events?.Receive(events);
        var empty = new List<UnitName>();
        foreach (var e in events)
        {
            if (!_watches.TryGetValue(e.Watch, out var unit) || !_groups.TryGetValue(unit, out var group))
                continue;
            if (group.OomKills?.Watch == e.Watch)
                Note(group.OomKills, group, unit, starved);
            else if (group.RefusedForks?.Watch == e.Watch)
                Note(group.RefusedForks, group, unit, barren);
            else if (group.Cgroup is { Populated: false } && !empty.Contains(unit))
            {
                empty.Add(unit);
                if (group.IsLeftOver)
                    Release(unit);
            }
        }
        return empty;
    }

    /// <summary>The unit has ended: its folder goes, unless somebody was left behind in it; then it is told when the last has gone.</summary>
    /// <returns>Whether it has gone.</returns>
    public bool Release(UnitName unit)
    {
        if (!_groups.TryGetValue(unit, out var group))
            return true;
        Scopes?.Forget(unit);
        if (group.Cgroup is { } cgroup)
        {
            group.IsReady = false;
            if (group.Watch >= 0)
            {
                _watches.Remove(group.Watch);
                _events!.Remove(group.Watch);
                group.Watch = -1;
            }
            Unwatch(group.OomKills);
            Unwatch(group.RefusedForks);
            (group.OomKills, group.RefusedForks) = (null, null);
            // KillMode=process leaves processes behind.
            if (!cgroup.Remove() && (cgroup.Populated || !cgroup.Remove()))
            {
                group.IsLeftOver = true;
                return Await(unit, group);
            }
        }
        _groups.Remove(unit);
        return true;
    }

    public void Dispose()
    {
        _events?.Dispose();
        _base?.Remove();
    }

    private bool IsBelowKeeper(int pid)
    {
        for (int depth = 0; pid > 0 && depth < 256 && ProcessTable.Stat(pid) is { } stat; depth++)
            if (stat.Parent == _keeper)
                return true;
            else
                pid = stat.Parent;
        return false;
    }

    private static bool IsAlive(int pid) => ProcessTable.Stat(pid) is { State: not ('Z' or 'X') };

    /// <summary>The tree of folders is the tree of slices (systemd.slice(5)).</summary>
    private string Folder(UnitName unit) => _existing?.GetValueOrDefault(unit) is { } existing ? existing[(_base!.Folder.Length + 1)..]
        : SlicePath.Folder(SliceOf(unit)) is { Length: > 0 } slice ? $"{slice}/{unit.Full}" : unit.Full;

    private Group Get(UnitName unit)
    {
        if (!_groups.TryGetValue(unit, out var group))
            _groups[unit] = group = new();
        return group;
    }

    /// <summary>Two hundred units stopping at once share one look at /proc.</summary>
    private ProcessTable Table()
    {
        if (_table is null || Environment.TickCount64 - _tableTaken > 20)
            (_table, _tableTaken) = (ProcessTable.Take(), Environment.TickCount64);
        return _table;
    }
}
