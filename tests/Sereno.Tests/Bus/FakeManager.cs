using System.Collections.Immutable;
using Sereno.Bus;
using Sereno.Bus.Server;
using Sereno.Bus.Server.Systemd1;
using Sereno.Units.Model;

namespace Sereno.Tests.Bus;

/// <summary>A manager of a handful of units in memory: jobs end one turn after they were queued, orders are noted down.</summary>
internal sealed class FakeManager : IManagerApi
{
    private readonly Dictionary<UnitName, UnitSnapshot> _units = [];
    private readonly Dictionary<uint, JobStatus> _jobs = [];
    private readonly Queue<Action> _later = new();
    private uint _lastJob;

    public FakeManager(string folder)
    {
        string file = Path.Combine(folder, "redis-server.service");
        File.WriteAllText(file, "[Service]\nExecStart=/usr/bin/redis-server\n");
        Add(new()
        {
            Definition = new()
            {
                Name = Redis, Description = "Advanced key-value store", FragmentPath = file, Documentation = ["man:redis-server(1)"],
                Conditions = [new("PathExists", false, false, true, "/nonexistent")],
                Service = new()
                {
                    Type = ServiceType.Notify, Restart = RestartPolicy.Always, PidFile = "/run/redis/redis-server.pid",
                    ExecStart = [new("/usr/bin/redis-server", ["/usr/bin/redis-server", "/etc/redis/redis.conf"], ExecFlags.None)],
                    ExecStop = [new("/bin/kill", ["kill", "$MAINPID"], ExecFlags.IgnoreFailure)],
                    Exec = new() { User = "redis", Environment = ["LANG=C", "EMPTY="] },
                    SuccessExitStatus = new([143], [15]),
                },
            },
            ActiveState = "active", SubState = "running", UnitFileState = "enabled", CanReload = true,
            ActiveEnter = new(1_700_000_000_000_000, 5_000_000), ConditionResult = true, ConditionResults = [1],
            InvocationId = [.. Enumerable.Range(1, 16).Select(i => (byte)i)],
            Relations = new Dictionary<Relation, ImmutableArray<string>> { [Relation.After] = ["network.target"], [Relation.WantedBy] = ["multi-user.target"] },
            ControlGroup = new() { Path = "/system.slice/redis-server.service", Slice = "system.slice", MemoryCurrent = 8_388_608, TasksCurrent = 5, CpuUsageNsec = 1_500_000_000 },
            Service = new()
            {
                MainPid = 4242, StatusText = "Ready to accept connections", Main = new(new(1_700_000_000_000_000, 5_000_000), default, 4242, 0, 0),
            },
        });
        Add(new()
        {
            Definition = new() { Name = UnitName.Parse("broken.service"), Description = "A service that fails", FragmentPath = "/etc/systemd/system/broken.service", Service = new() },
            ActiveState = "failed", SubState = "failed", UnitFileState = "disabled",
            Service = new() { Result = "exit-code", Main = new(new(1, 1), new(2, 2), 77, 1, 3) },
        });
        Add(new()
        {
            Definition = new() { Name = UnitName.Parse("multi-user.target"), Description = "Multi-User System" },
            ActiveState = "active", SubState = "active",
        });
        Add(new()
        {
            Definition = new() { Name = UnitName.Parse("app.socket"), Description = "An application's socket" },
            ActiveState = "active", SubState = "listening", Socket = new() { Listen = [("Stream", "[::]:8080")], Accept = true, Connections = 2, Accepted = 9 },
            Relations = new Dictionary<Relation, ImmutableArray<string>> { [Relation.Triggers] = ["app.service"] },
        });
        Add(new()
        {
            Definition = new() { Name = UnitName.Parse("backup.timer"), Description = "A nightly backup" },
            ActiveState = "active", SubState = "waiting", Timer = new() { Unit = "backup.service", NextElapseRealtime = 4_000_000_000_000_000 },
            Relations = new Dictionary<Relation, ImmutableArray<string>> { [Relation.Triggers] = ["backup.service"] },
        });
    }

    public static UnitName Redis { get; } = UnitName.Parse("redis-server.service");

    /// <summary>What was ordered, in order.</summary>
    public List<string> Orders { get; } = [];

    /// <summary>Who is in it may start units.</summary>
    public const uint StartersGroup = 4000;

    /// <summary>A started unit runs for a moment only.</summary>
    public bool StopsAfterStart { get; set; }

    /// <summary>Set by the host once there is somebody to tell.</summary>
    public Systemd1Signals? Signals { get; set; }

    public ManagerSnapshot Manager => new()
    {
        Version = "252 (Sereno)", SystemState = "degraded", Names = (uint)_units.Count, FailedUnits = 1, Jobs = (uint)_jobs.Count,
        Environment = ["PATH=/usr/bin"], UnitPath = ["/etc/systemd/system"], Userspace = new(1_700_000_000_000_000, 1),
    };

    public IEnumerable<UnitStatus> Units => _units.Values.Where(u => u.Definition.LoadState == LoadState.Loaded).Select(u => u.Status);

    public IEnumerable<JobStatus> Jobs => _jobs.Values;

    public IEnumerable<UnitFile> UnitFiles => [new("/lib/systemd/system/redis-server.service", "enabled"), new("/lib/systemd/system/cron.service", "disabled")];

    public string DefaultTarget => "multi-user.target";

    public UnitSnapshot? Find(UnitName name) => _units.GetValueOrDefault(name);

    public UnitSnapshot Load(UnitName name) => Find(name) ?? new()
    {
        Definition = new() { Name = name, Description = name.Full, LoadState = LoadState.NotFound }, ActiveState = "inactive", SubState = "dead",
    };

    public UnitName? UnitOf(uint pid) => pid == 4242 ? Redis : null;

    public IReadOnlyList<UnitProcess> ProcessesOf(UnitName unit) => unit == Redis
        ? [new("/system.slice/redis-server.service", 4242, "/usr/bin/redis-server 127.0.0.1:6379")]
        : [];

    public void Enqueue(JobRequest request, Reply<QueuedJob> reply)
    {
        if (request.By is { } by && !by.Groups.Contains(StartersGroup))
            throw new BusException(BusErrors.AccessDenied, $"uid {by.Who.Uid} may not.");
        Orders.Add($"{request.Verb} {request.Unit} {request.Mode}");
        if (Find(request.Unit) is not { } unit)
            throw new BusException(BusErrors.NoSuchUnit, $"Unit {request.Unit} not found.");
        var job = new JobStatus(++_lastJob, request.Unit.Full, request.Verb.ToString().ToLowerInvariant(), "running");
        _jobs[job.Id] = job;
        _later.Enqueue(() => // a reply that comes later than the call
        {
            reply.Succeed(new(job, []));
            Signals?.JobNew(job);
            _later.Enqueue(() => Finish(job, unit, request.Verb));
        });
    }

    public TransientRequest? Transient { get; private set; }

    public void StartTransient(TransientRequest unit, IReadOnlyList<TransientRequest> others, Sereno.Bus.Server.Systemd1.JobMode mode, Reply<QueuedJob> reply)
    {
        Transient = unit;
        Add(new() { Definition = new() { Name = unit.Name, Description = unit.Name.Full }, ActiveState = "inactive", SubState = "dead" });
        Enqueue(new(unit.Name, JobVerb.Start, mode), reply);
    }

    public void SetProperties(TransientRequest change, bool runtime) => Transient = change;

    public void Reference(UnitName unit) => Orders.Add($"ref {unit}");

    public void Unreference(UnitName unit) => Orders.Add($"unref {unit}");

    public void AbandonScope(UnitName unit) => throw new BusException(BusErrors.InvalidArgs, $"Unit {unit} is not a scope.");

    public void CancelJob(uint id) => Orders.Add($"cancel {id}");

    public void ClearJobs() => Orders.Add("clear");

    public void Kill(KillRequest request, Reply reply)
    {
        Orders.Add($"kill {request.Unit} {request.Whom} {request.Signal}{(request.FailIfNone ? " or fail" : "")}");
        reply.Succeed();
    }

    public void ResetFailed(UnitName? unit) => Orders.Add($"reset-failed {unit?.Full ?? "all"}");

    public string UnitFileState(string file) => file == Redis.Full ? "enabled"
        : throw new BusException(BusErrors.FileNotFound, "No such file or directory");

    public IReadOnlyList<string> UnitFileLinks(string unit, bool runtime) => ["/etc/systemd/system/multi-user.target.wants/" + unit];

    public void Install(InstallRequest request, Reply<InstallResult> reply)
    {
        Orders.Add($"{request.Verb} {string.Join(' ', request.Files)}{(request.Runtime ? " runtime" : "")}{(request.Force ? " force" : "")}");
        string type = request.Verb == InstallVerb.Disable ? "unlink" : "symlink";
        reply.Succeed(new(true, [.. request.Files.Select(f =>
            new InstallChange(type, "/etc/systemd/system/multi-user.target.wants/" + f, "/lib/systemd/system/" + f))]));
    }

    public void ChangeEnvironment(IReadOnlyList<string> unset, IReadOnlyList<string> set) =>
        Orders.Add($"environment -{string.Join(',', unset)} +{string.Join(',', set)}");

    public void Reload(Reply reply)
    {
        Orders.Add("reload");
        Signals?.Reloading(true);
        _later.Enqueue(() =>
        {
            Signals?.Reloading(false);
            reply.Succeed();
        });
    }

    public void Reexecute() => Orders.Add("reexecute");

    public void Exit() => Orders.Add("exit");

    public void SetExitCode(byte code) => Orders.Add($"exit code {code}");

    /// <summary>Does what waits since the turn before.</summary>
    public bool RunLater()
    {
        int count = _later.Count;
        for (int i = 0; i < count; i++)
            _later.Dequeue()();
        return _later.Count > 0;
    }

    private void Add(UnitSnapshot unit) => _units[unit.Name] = unit;

    private void Finish(JobStatus job, UnitSnapshot unit, JobVerb verb)
    {
        bool fails = unit.Name.Full == "broken.service" && verb != JobVerb.Stop;
        var after = verb == JobVerb.Stop ? unit with { ActiveState = "inactive", SubState = "dead" }
            : fails ? unit : unit with { ActiveState = "active", SubState = "running" };
        _jobs.Remove(job.Id);
        Add(after);
        // Telling of a change is for every peer and every change: nothing that takes looking up may be part of it.
        Signals?.UnitChanged(after with { UnitFileState = null!, FindUnitFileState = () => throw new InvalidOperationException("looked up for a signal") });
        Signals?.JobRemoved(job, fails ? "failed" : "done");
        if (StopsAfterStart && verb == JobVerb.Start)
            _later.Enqueue(() =>
            {
                Add(after with { ActiveState = "inactive", SubState = "dead" });
                Signals?.UnitChanged(_units[unit.Name]);
            });
    }
}
