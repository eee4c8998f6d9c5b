using Sereno.Linux;
using Sereno.Manager.Resources;
using Sereno.Roles;
using Sereno.Roles.Resources;
using Sereno.Tests.Units;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Manager;

/// <summary>What is written into a tree of control groups that has all controllers; the files are ordinary ones, and keep the last word.</summary>
public sealed class GroupWriterTests : IDisposable
{
    private const string All = "cpuset cpu io memory hugetlb pids";
    private static readonly string[] s_files = [.. CgroupAttributes.Defaults.Select(d => d.Name).Distinct(), "io.max", "io.latency", "cgroup.subtree_control", "cgroup.events", "memory.events", "pids.events", "memory.current", "pids.current"];

    private readonly string _root = Directory.CreateTempSubdirectory("sereno-groups-").FullName;
    private readonly UnitFolder _units = new();
    private readonly List<string> _said = [];
    private readonly List<WriteLog> _logs = [];

    public void Dispose()
    {
        _units.Dispose();
        _logs.ForEach(l => l.Dispose());
        Directory.Delete(_root, recursive: true);
    }

    private Cgroup Tree(params string[] groups)
    {
        foreach (string group in (string[])["", .. groups])
        {
            Directory.CreateDirectory($"{_root}/{group}");
            foreach (string file in s_files)
                File.WriteAllText($"{_root}/{group}/{file}", "");
            File.WriteAllText($"{_root}/{group}/cgroup.controllers", All + "\n");
        }
        return new(_root);
    }

    private string Read(string file) => File.ReadAllText($"{_root}/{file}");

    private GroupSettings Service(string settings, params string[] slices)
    {
        _units.File("lib/a.service", $"[Service]\nExecStart=/bin/true\n{settings}\n");
        return new(_units.Load("a.service"), [.. slices.Select(s => _units.Load(s))]);
    }

    private static readonly MachineResources s_machine = new(8UL << 30, 32_768);

    [Fact]
    public void Controllers_are_switched_on_from_the_top_for_those_below_and_slices_are_written_once()
    {
        var root = Tree("x.slice", "x.slice/x-y.slice", "x.slice/x-y.slice/a.service");
        _units.File("lib/x.slice", "[Slice]\nCPUWeight=50\nMemoryAccounting=no\nTasksAccounting=no\n")
            .File("lib/x-y.slice", "[Slice]\nTasksMax=7\nMemoryAccounting=no\nTasksAccounting=no\n");
        var writer = new GroupWriter(root, (unit, _, text) => _said.Add($"{unit} {text}"));
        var service = Service("MemoryMax=1M\nMemoryAccounting=no\nTasksAccounting=no\nAllowedCPUs=0-1\n", "x-y.slice", "x.slice");
        var written = Record("cgroup.subtree_control", "x.slice/cgroup.subtree_control", "x.slice/x-y.slice/cgroup.subtree_control");
        writer.Apply(service, $"{_root}/x.slice/x-y.slice/a.service", s_machine, isNew: true);
        Assert.Equal(["50", "7", "1048576", "0-1"],
            [Read("x.slice/cpu.weight"), Read("x.slice/x-y.slice/pids.max"), Read("x.slice/x-y.slice/a.service/memory.max"), Read("x.slice/x-y.slice/a.service/cpuset.cpus")]);
        // One write for each controller; an ordinary file shows all of what was written over it.
        Assert.Equal(["+cpu+cpuset+memory+pids", "+cpuset+memory+pids", "+cpuset+memory"], written());
        Assert.Empty(_said);
        File.WriteAllText($"{_root}/x.slice/cpu.weight", "untouched");
        writer.Apply(service, $"{_root}/x.slice/x-y.slice/a.service", s_machine, isNew: true);
        Assert.Equal("untouched", Read("x.slice/cpu.weight"));
    }

    [Fact]
    public void What_is_no_longer_set_is_taken_back_and_controllers_go_that_nobody_needs()
    {
        var root = Tree("a.service");
        var writer = new GroupWriter(root, (unit, _, text) => _said.Add(text));
        writer.Apply(Service("MemoryMax=1M\nTasksMax=5\nMemoryAccounting=no\nTasksAccounting=no\n"), $"{_root}/a.service", s_machine, isNew: true);
        Assert.Equal(("1048576", "5"), (Read("a.service/memory.max"), Read("a.service/pids.max")));
        File.WriteAllText($"{_root}/cgroup.subtree_control", "memory pids\n");
        File.WriteAllText($"{_root}/a.service/cpu.weight", "100\n");
        writer.ApplyAll([(Service("TasksMax=6\nMemoryAccounting=no\nTasksAccounting=no\n"), $"{_root}/a.service")], s_machine);
        // What is shorter than what was there leaves the rest of it: a kernel's file would not.
        Assert.Equal(("max8576", "6", "100\n", "-memorypids\n"), (Read("a.service/memory.max"), Read("a.service/pids.max"), Read("a.service/cpu.weight"), Read("cgroup.subtree_control")));
        Assert.Empty(_said);
    }

    [Fact]
    public void A_controller_that_is_not_there_is_named_once()
    {
        var root = Tree("a.service");
        File.WriteAllText($"{_root}/cgroup.controllers", "memory\n");
        var writer = new GroupWriter(root, (unit, _, text) => _said.Add(text));
        for (int i = 0; i < 3; i++)
            writer.Apply(Service("TasksMax=5\nMemoryMax=5K\n"), $"{_root}/a.service", s_machine with { DefaultTasksMax = new(9) }, isNew: true);
        Assert.Equal(["a.service: Failed to set 'pids.max' attribute on '/a.service' to '5': the pids controller is not available"], _said);
        Assert.Equal(("5120", ""), (Read("a.service/memory.max"), Read("a.service/pids.max")));
        _said.Clear();
        writer.Apply(Service("Type=idle"), $"{_root}/a.service", s_machine with { DefaultTasksMax = new(9) }, isNew: true);
        Assert.Empty(_said); // nobody asked for the default
    }

    [Fact]
    public void A_slice_that_disables_a_controller_keeps_it_from_those_below()
    {
        var root = Tree("x.slice", "x.slice/a.service");
        _units.File("lib/x.slice", "[Slice]\nDisableControllers=memory\nMemoryMax=1G\n");
        var writer = new GroupWriter(root, (unit, _, text) => _said.Add(text));
        var written = Record("cgroup.subtree_control", "x.slice/cgroup.subtree_control");
        writer.Apply(Service("MemoryMax=1M\n", "x.slice"), $"{_root}/x.slice/a.service", s_machine, isNew: true);
        Assert.Equal(["+memory+pids", "+pids"], written());
        Assert.Equal(("1073741824", ""), (Read("x.slice/memory.max"), Read("x.slice/a.service/memory.max")));
        Assert.Single(_said);
    }

    [Fact]
    public void Killings_refused_forks_and_the_last_end_are_told_once_each()
    {
        var unit = UnitName.Parse("a.service");
        var root = Tree("a.service");
        File.WriteAllText($"{_root}/a.service/memory.events", "low 0\noom 3\noom_kill 3\noom_group_kill 0\n");
        File.WriteAllText($"{_root}/a.service/cgroup.events", "populated 1\nfrozen 0\n");
        using var groups = new ProcessGroups(root, Self.Pid) { SliceOf = _ => UnitName.Parse("-.slice"), SettingsOf = _ => Service("OOMPolicy=kill\n"), Machine = () => s_machine };
        groups.Open(unit, "")!.Dispose();
        Assert.Equal("1", Read("a.service/memory.oom.group"));
        Assert.Equal("", Told(groups)); // what was counted before it was ours
        File.WriteAllText($"{_root}/a.service/memory.events", "low 0\noom 4\noom_kill 4\noom_group_kill 1\n");
        Assert.Equal("starved a.service", Told(groups));
        Assert.False(groups.IsStarved(unit));
        File.WriteAllText($"{_root}/a.service/memory.events", "low 9\noom 4\noom_kill 4\noom_group_kill 1\n");
        File.WriteAllText($"{_root}/a.service/pids.events", "max 12\n");
        Assert.Equal("barren a.service", Told(groups));
        File.WriteAllText($"{_root}/a.service/cgroup.events", "populated 1\nfrozen 1\n");
        Assert.Equal("", Told(groups)); // nobody waits for its end yet
        Assert.False(groups.Watch(unit));
        File.WriteAllText($"{_root}/a.service/cgroup.events", "populated 0\nfrozen 0\n");
        Assert.Equal("empty a.service", Told(groups));
        Assert.True(groups.Drain(unit)); // too late to be told of
        File.WriteAllText($"{_root}/a.service/memory.current", "4096\n");
        Assert.Equal("4096", groups.Read(unit, "memory.current"));
    }

    private static string Told(ProcessGroups groups)
    {
        var (starved, barren) = (new List<UnitName>(), new List<UnitName>());
        var empty = groups.TakeEmpty(starved, barren);
        return string.Join(' ', empty.Select(u => $"empty {u}").Concat(starved.Select(u => $"starved {u}")).Concat(barren.Select(u => $"barren {u}")));
    }

    /// <summary>For files whose every write is to be seen.</summary>
    private Func<string[]> Record(params string[] files)
    {
        var logs = files.Select(file => new WriteLog($"{_root}/{file}")).ToList();
        _logs.AddRange(logs);
        return () => [.. logs.Select(l => l.Take())];
    }

    /// <summary>Puts a FIFO in a file's place, which takes writes one after the other.</summary>
    private sealed class WriteLog : IDisposable
    {
        private readonly Fd _reader;

        public WriteLog(string path)
        {
            File.Delete(path);
            using (var folder = Files.OpenFolder(Path.GetDirectoryName(path)!))
                Assert.Equal(0, OpenFolder.MakeFifo(folder, Path.GetFileName(path), 0x180));
            _reader = Files.Open(path, Sereno.Linux.Headers.libc.O_RDWR | Sereno.Linux.Headers.libc.O_NONBLOCK);
        }

        public string Take()
        {
            var buffer = new byte[4096];
            int n = _reader.TryRead(buffer);
            return n <= 0 ? "" : System.Text.Encoding.ASCII.GetString(buffer, 0, n);
        }

        public void Dispose() => _reader.Dispose();
    }
}
