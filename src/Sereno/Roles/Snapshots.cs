using System.Collections.Immutable;
using Sereno.Bus;
using Sereno.Bus.Server.Systemd1;
using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Units.Model;
using CoreRelation = Sereno.Manager.Graph.Relation;
using JobMode = Sereno.Units.Model.JobMode;
using BusTime = Sereno.Bus.Server.Systemd1.Timestamp;
using Timestamp = Sereno.Manager.Timestamp;

namespace Sereno.Roles;

/// <summary>From the core's objects to the bus's records.</summary>
public static class Snapshots
{
    public static BusTime Time(Timestamp time) => new(time.Realtime, time.Monotonic);

    public static UnitStatus Status(Unit unit) => new(unit.Name.Full, unit.Definition.Description, LoadName(unit.Definition.LoadState),
        unit.Active.Name(), unit.SubState, "", unit.Job?.Id ?? 0, unit.Job?.Type.Name() ?? "");

    public static JobStatus Status(Job job) => new(job.Id, job.Unit.Name.Full, job.Type.Name(), job.State.Name());

    public static string LoadName(LoadState state) => state switch
    {
        LoadState.Loaded => "loaded",
        LoadState.NotFound => "not-found",
        LoadState.BadSetting => "bad-setting",
        LoadState.Error => "error",
        LoadState.Masked => "masked",
    };

    public static UnitSnapshot Of(Unit unit, ManagerCore core, ProcessGroups groups, Func<string> unitFileState, Func<bool>? hasChanged = null)
    {
        var definition = unit.Definition;
        bool runs = unit is not InertUnit;
        return new()
        {
            Definition = definition,
            ActiveState = unit.Active.Name(),
            SubState = unit.SubState,
            FindRelations = () => Relations(unit, core),
            Job = unit.Job is { } job ? Status(job) : null,
            StateChange = Time(unit.StateChanged),
            InactiveExit = Time(unit.InactiveExit),
            ActiveEnter = Time(unit.ActiveEnter),
            ActiveExit = Time(unit.ActiveExit),
            InactiveEnter = Time(unit.InactiveEnter),
            CanStart = runs && !definition.RefuseManualStart,
            CanStop = runs && !definition.RefuseManualStop && !unit.IsPerpetual,
            Perpetual = unit.IsPerpetual,
            Transient = definition.IsTransient,
            CanReload = unit.CanReload,
            FindChanges = hasChanged,
            FindUnitFileState = unitFileState,
            ConditionResult = unit.ConditionsMet,
            AssertResult = unit.ConditionsMet,
            Condition = Time(unit.ConditionsTried),
            InvocationId = unit.InvocationId.Length == 32 ? [.. Convert.FromHexString(unit.InvocationId)] : [],
            FindScope = () => groups.Scopes?.Describe(unit, groups.SettingsOf(unit.Name)?.Narrowed),
            FindControlGroup = () => ControlGroup(unit, core, groups),
            Service = unit is ServiceUnit service ? Service(service) : null,
            Socket = unit is SocketUnit socket ? new()
            {
                Listen = [.. socket.Config.Listens.Select(Listener)], Accept = socket.Config.Accept, Result = socket.Result.Name(),
                Connections = (uint)socket.Connections, Accepted = socket.Accepted, Refused = socket.Refused,
                LastRefusal = socket.LastRefusal ?? "", Server = socket.Config is { Accept: true, Dedicated: var dedicated } ? dedicated ? "dedicated" : "concurrent" : "",
            } : null,
            Timer = unit is TimerUnit timer ? Timer(timer) : null,
            Path = unit is PathUnit path ? new() { Unit = path.Target?.Name.Full ?? "", Definition = path.Config, Result = path.Result.Name() } : null,
        };
    }

    public static JobType TypeOf(JobVerb verb) => verb switch
    {
        JobVerb.Start => JobType.Start,
        JobVerb.VerifyActive => JobType.VerifyActive,
        JobVerb.Stop => JobType.Stop,
        JobVerb.Reload => JobType.Reload,
        JobVerb.Restart or JobVerb.TryRestart or JobVerb.ReloadOrRestart or JobVerb.ReloadOrTryRestart => JobType.Restart,
    };

    public static JobMode ModeOf(Bus.Server.Systemd1.JobMode mode) => mode switch
    {
        Bus.Server.Systemd1.JobMode.Fail => JobMode.Fail,
        Bus.Server.Systemd1.JobMode.Replace => JobMode.Replace,
        Bus.Server.Systemd1.JobMode.ReplaceIrreversibly => JobMode.ReplaceIrreversibly,
        Bus.Server.Systemd1.JobMode.Isolate => JobMode.Isolate,
        Bus.Server.Systemd1.JobMode.Flush => JobMode.Flush,
        Bus.Server.Systemd1.JobMode.IgnoreDependencies => JobMode.IgnoreDependencies,
        Bus.Server.Systemd1.JobMode.IgnoreRequirements => JobMode.IgnoreRequirements,
        Bus.Server.Systemd1.JobMode.Triggering => JobMode.Triggering,
        Bus.Server.Systemd1.JobMode.RestartDependencies =>
            throw new BusException(BusErrors.NotSupported, "This job mode is not supported yet."),
    };

    private static Dictionary<Relation, ImmutableArray<string>> Relations(Unit unit, ManagerCore core)
    {
        var result = new Dictionary<Relation, ImmutableArray<string>>();
        foreach (var relation in Enum.GetValues<CoreRelation>())
            if (core.Graph.Of(unit, relation) is { Count: > 0 } targets && Enum.TryParse<Relation>(relation.ToString(), out var name))
                result[name] = [.. targets.Select(t => t.Name.Full)];
        // Which instance a connection starts is known when it comes.
        string[] ends = unit switch
        {
            SocketUnit { Config.Accept: true } => [.. core.Graph.All.OfType<ServiceUnit>().Where(s => s.Connection?.Socket == unit.Name.Full).Select(s => s.Name.Full)],
            ServiceUnit { Connection: { } connection } => [connection.Socket],
            _ => [],
        };
        foreach (var relation in ends.Length == 0 ? (Relation[])[] : unit is SocketUnit ? [Relation.Triggers, Relation.Before] : [Relation.TriggeredBy, Relation.After])
            result[relation] = [.. result.GetValueOrDefault(relation, []), .. ends];
        return result;
    }

    private static (string, string) Listener(Listen listen) => (listen.Kind switch
    {
        ListenKind.Stream => "Stream",
        ListenKind.Datagram => "Datagram",
        ListenKind.SequentialPacket => "SequentialPacket",
        ListenKind.Fifo => "FIFO",
        ListenKind.Special => "Special",
        ListenKind.Netlink => "Netlink",
        ListenKind.MessageQueue => "MessageQueue",
        ListenKind.UsbFunction => "USBFunction",
    }, listen.Address.ToString());

    private static ControlGroupSnapshot ControlGroup(Unit unit, ManagerCore core, ProcessGroups groups)
    {
        if (core.Graph.Of(unit, CoreRelation.InSlice) is not [var slice, ..])
            return unit is SliceUnit ? GroupSnapshots.Of(unit, null, groups) : ControlGroupSnapshot.None;
        if (unit is not (ServiceUnit or SocketUnit or ScopeUnit or MountUnit or SliceUnit))
            return new() { Slice = slice.Name.Full };
        return GroupSnapshots.Of(unit, slice.Name, groups);
    }

    private static TimerSnapshot Timer(TimerUnit timer) => new()
    {
        Unit = timer.Target?.Name.Full ?? "",
        Definition = timer.Config,
        Elapses = [.. timer.Elapses],
        NextElapseRealtime = timer.NextRealtime,
        NextElapseMonotonic = timer.NextMonotonic,
        LastTrigger = Time(timer.LastTrigger),
        Result = timer.Result.Name(),
    };

    private static ServiceSnapshot Service(ServiceUnit unit)
    {
        var user = unit.Config.Exec.User is { } name && !unit.IsInactiveOrFailed ? new UserDatabase().User(name) : null;
        return new()
        {
            MainPid = (uint)unit.Main.Pid,
            ControlPid = (uint)unit.Control.Pid,
            Main = unit.MainStatus is { } main ? Status(main) : default,
            Commands = unit.Commands.GroupBy(c => (CommandKind)(int)c.Key.Section).ToDictionary(g => g.Key, Statuses),
            StatusText = unit.Status ?? "",
            StatusErrno = unit.StatusErrno,
            Result = unit.Result.Name(),
            ReloadResult = unit.ReloadResult.Name(),
            Restarts = unit.Restarts,
            Watchdog = Time(unit.WatchdogFed),
            WatchdogUsec = unit.WatchdogOverride,
            StoredFds = (uint)unit.Stored.Count,
            Uid = user?.Uid ?? ServiceSnapshot.NoId,
            Gid = user?.Gid ?? ServiceSnapshot.NoId,
        };

        ImmutableArray<ProcessStatus> Statuses(IGrouping<CommandKind, KeyValuePair<CommandKey, CommandStatus>> group)
        {
            var list = new ProcessStatus[group.Max(c => c.Key.Index) + 1];
            foreach (var (key, status) in group)
                list[key.Index] = Status(status);
            return [.. list];
        }
    }

    private static ProcessStatus Status(CommandStatus status) =>
        new(Time(status.Started), Time(status.Ended), (uint)status.Pid, (int)(status.Exit?.Code ?? 0), status.Exit?.Status ?? 0);
}
