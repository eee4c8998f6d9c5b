using System.Collections.Immutable;
using Sereno.Bus;
using Sereno.Bus.Server;
using Sereno.Bus.Server.Systemd1;
using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Units;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>The core as the bus sees it. Orders change the core; the host carries out the effects when the call has returned.</summary>
public sealed partial class ManagerApi(ManagerCore core, UnitLoader files, ProcessGroups groups, Action<Action> reload, Action<int, int> signal, Action filesChanged,
    Func<UnitName, Fd, ulong> keep) : IManagerApi
{
    private readonly Manager.Timestamp _began = Clock.Now;
    private Manager.Timestamp _loaded = Clock.Now;
    private ImmutableSortedDictionary<string, string> _environment = core.Facts.Environment.ToImmutableSortedDictionary();
    private byte _exitCode;

    public IEnumerable<UnitStatus> Units => core.Graph.All.Select(u => Snapshots.Status(u));

    public UnitSnapshot? Find(UnitName name) => core.Graph.TryGet(name, out var unit) ? Snapshot(unit) : null;

    public UnitSnapshot Load(UnitName name) => Snapshot(Visit(name));

    public UnitName? UnitOf(uint pid) => core.ServiceOf((int)pid)?.Name ?? groups.UnitOf((int)pid);

    public IReadOnlyList<UnitProcess> ProcessesOf(UnitName unit) =>
        [.. groups.ProcessesOf(unit).Select(p => new UnitProcess(p.Path, (uint)p.Pid, CommandLine(p.Pid)))];

    public IEnumerable<JobStatus> Jobs => core.Jobs.All.Select(Snapshots.Status);

    /// <summary>default.target is a link; which target it leads to is what is asked for (systemctl(1), get-default).</summary>
    public string DefaultTarget =>
        UnitName.TryParse(core.Facts.DefaultTarget, out var name) && core.Load(name) is { Definition.LoadState: LoadState.Loaded } unit
            ? unit.Name.Full : core.Facts.DefaultTarget;

    public ManagerSnapshot Manager => new()
    {
        Version = $"252 (sereno {typeof(ManagerApi).Assembly.GetName().Version?.ToString(3)})",
        Features = "",
        Virtualization = Conditions.Detect() is var found and not "none" ? found : "",
        Architecture = HostFacts.ArchitectureName(),
        SystemState = core.IsStopping ? "stopping" : core.Jobs.All.Count > 0 ? "starting"
            : core.Graph.All.Any(u => u.Active == ActiveState.Failed) ? "degraded" : "running",
        Names = (uint)core.Graph.All.Sum(u => 1 + u.Definition.Aliases.Length),
        FailedUnits = (uint)core.Graph.All.Count(u => u.Active == ActiveState.Failed),
        Jobs = (uint)core.Jobs.All.Count,
        InstalledJobs = core.Jobs.NextId - 1,
        Progress = core.Jobs.All.Count == 0 ? 1 : 0.5,
        Environment = [.. _environment.Select(v => $"{v.Key}={v.Value}")],
        UnitPath = files.Paths.Search,
        ControlGroup = groups.BasePath,
        ExitCode = _exitCode,
        Userspace = Snapshots.Time(_began),
        Finish = Snapshots.Time(_began),
        UnitsLoadStart = Snapshots.Time(_loaded),
        UnitsLoadFinish = Snapshots.Time(_loaded),
    };

    public void Enqueue(JobRequest request, Reply<QueuedJob> reply) => Guard(() =>
    {
        var unit = Visit(request.Unit);
        var verb = request.Verb;
        if (request.By is { } by)
            core.Admit(new(by.Who.Pid, by.Who.Uid, [by.Who.Gid, .. by.Groups]), unit, verb == JobVerb.Start, Snapshots.ModeOf(request.Mode));
        if (verb is JobVerb.ReloadOrRestart or JobVerb.ReloadOrTryRestart)
            verb = unit.CanReload && unit.IsActiveOrReloading ? JobVerb.Reload : verb == JobVerb.ReloadOrRestart ? JobVerb.Restart : JobVerb.TryRestart;
        if (verb is JobVerb.Start or JobVerb.Restart && unit.Definition.RefuseManualStart || verb is JobVerb.Stop && unit.Definition.RefuseManualStop)
            throw new ManagerException(ManagerErrorKind.OnlyByDependency, $"Operation refused, unit {unit} may be requested by dependency only (it is configured to refuse manual start/stop).");
        if (verb == JobVerb.Stop && unit.IsInactiveOrFailed && unit.Definition.LoadState is LoadState.NotFound or LoadState.Error or LoadState.BadSetting)
            throw new ManagerException(ManagerErrorKind.NoSuchUnit, $"Unit {unit} not loaded.");
        var before = core.Jobs.All.Select(j => j.Id).ToHashSet();
        var job = verb == JobVerb.TryRestart && unit.IsInactiveOrFailed
            ? core.EnqueueNothing(unit)
            : core.Enqueue(unit, Snapshots.TypeOf(verb), request.By is null ? Snapshots.ModeOf(request.Mode) : Sereno.Units.Model.JobMode.Replace, onlyStarts: request.By is not null);
        reply.Succeed(new(Snapshots.Status(job!), [.. core.Jobs.All.Where(j => j != job && !before.Contains(j.Id)).Select(Snapshots.Status)]));
    });

    public void CancelJob(uint id) => Guard(() =>
        core.Cancel(core.Jobs.Find(id) ?? throw new ManagerException(ManagerErrorKind.NoSuchJob, $"Job {id} does not exist.")));

    public void ClearJobs()
    {
        core.Now = Clock.Now;
        foreach (var job in core.Jobs.All.ToList())
            core.Cancel(job);
    }

    public void Kill(KillRequest request, Reply reply) => Guard(() =>
    {
        if (!core.Graph.TryGet(request.Unit, out var unit))
            throw new ManagerException(ManagerErrorKind.NoSuchUnit, $"Unit {request.Unit} not loaded.");
        var (main, control) = unit is ServiceUnit s ? (s.Main.Pid, s.Control.Pid) : (0, 0);
        List<int> pids = request.Whom switch
        {
            KillWhom.Main => main > 0 ? [main] : [],
            KillWhom.Control => control > 0 ? [control] : [],
            KillWhom.All => [.. groups.Members(request.Unit).Union(((int[])[main, control]).Where(p => p > 0))],
        };
        if (pids.Count == 0 && (request.FailIfNone || request.Whom != KillWhom.All))
            throw new ManagerException(ManagerErrorKind.NoSuchProcess, request.Whom switch
            {
                KillWhom.Main => "No main process to kill",
                KillWhom.Control => "No control process to kill",
                KillWhom.All => "No matching processes to kill",
            });
        foreach (int pid in pids)
            signal(pid, request.Signal);
        reply.Succeed();
    });

    public void ResetFailed(UnitName? unit) => Guard(() =>
    {
        if (unit is { } name && !core.Graph.TryGet(name, out _))
            throw new ManagerException(ManagerErrorKind.NoSuchUnit, $"Unit {name} not loaded.");
        foreach (var each in core.Graph.All.ToList())
            if (unit is null || core.Graph.TryGet(unit.Value, out var wanted) && wanted == each)
                each.ResetFailed();
    });

    public void ChangeEnvironment(IReadOnlyList<string> unset, IReadOnlyList<string> set)
    {
        foreach (string name in unset)
            _environment = _environment.Remove(name.Split('=')[0]);
        foreach (string assignment in set)
            if (assignment.IndexOf('=') is > 0 and var at)
                _environment = _environment.SetItem(assignment[..at], assignment[(at + 1)..]);
        core.Facts = core.Facts with { Environment = _environment.ToImmutableDictionary() };
    }

    /// <summary>What generators say of the environment now; what somebody has set since stays.</summary>
    public void ReplaceGenerated(ImmutableDictionary<string, string> before, ImmutableDictionary<string, string> now)
    {
        bool IsOurs(string name) => !_environment.TryGetValue(name, out string? value) || (before.TryGetValue(name, out string? old) && old == value);
        foreach (var (name, value) in now)
            if (IsOurs(name))
                _environment = _environment.SetItem(name, value);
        foreach (string name in before.Keys.Where(n => !now.ContainsKey(n) && IsOurs(n)))
            _environment = _environment.Remove(name);
        core.Facts = core.Facts with { Environment = _environment.ToImmutableDictionary() };
    }

    public void Reload(Reply reply)
    {
        reload(() =>
        {
            _loaded = Clock.Now;
            reply.Succeed();
        });
    }

    /// <summary>The keeper starts a new manager when this one ends; the checkpoint is up to date.</summary>
    public void Reexecute() => MustReexecute = true;

    /// <summary>The host ends when it has written down what this turn brought.</summary>
    public bool MustReexecute { get; private set; }

    public void Exit()
    {
        core.Now = Clock.Now;
        core.Shutdown(_exitCode);
    }

    public void SetExitCode(byte code) => _exitCode = code;

    private Unit Visit(UnitName name)
    {
        Unit? unit = null;
        Guard(() => unit = core.Load(name));
        return unit!;
    }

    private UnitSnapshot Snapshot(Unit unit) => Snapshots.Of(unit, core, groups, () => UnitFileStateOrEmpty(unit), () => files.HasChanged(unit.Definition));

    /// <summary>A refusal of the core is an error on the bus.</summary>
    private void Guard(Action action)
    {
        core.Now = Clock.Now;
        try
        {
            action();
        }
        catch (ManagerException e)
        {
            throw new BusException(NameOf(e.Kind), e.Message);
        }
    }

    private static string NameOf(ManagerErrorKind kind) => kind switch
    {
        ManagerErrorKind.NoSuchUnit => BusErrors.NoSuchUnit,
        ManagerErrorKind.UnitMasked => BusErrors.UnitMasked,
        ManagerErrorKind.LoadFailed => BusErrors.LoadFailed,
        ManagerErrorKind.BadUnitSetting => BusErrors.BadUnitSetting,
        ManagerErrorKind.JobTypeNotApplicable => BusErrors.JobTypeNotApplicable,
        ManagerErrorKind.NoIsolation => BusErrors.NoIsolation,
        ManagerErrorKind.OnlyByDependency => BusErrors.OnlyByDependency,
        ManagerErrorKind.NoSuchJob => BusErrors.NoSuchJob,
        ManagerErrorKind.TransactionIsDestructive => BusErrors.TransactionIsDestructive,
        ManagerErrorKind.TransactionJobsConflicting => BusErrors.TransactionJobsConflicting,
        ManagerErrorKind.TransactionOrderIsCyclic => BusErrors.TransactionOrderIsCyclic,
        ManagerErrorKind.ShuttingDown => BusErrors.ShuttingDown,
        ManagerErrorKind.InvalidArguments => BusErrors.InvalidArgs,
        ManagerErrorKind.NoSuchProcess => BusErrors.NoSuchProcess,
        ManagerErrorKind.AccessDenied => BusErrors.AccessDenied,
    };

    private static string CommandLine(int pid)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{pid}/cmdline").TrimEnd('\0').Replace('\0', ' ');
            return text.Length > 0 ? text : $"[{ProcessTable.Stat(pid)?.Comm}]";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "n/a";
        }
    }
}
