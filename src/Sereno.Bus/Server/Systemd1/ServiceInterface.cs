using System.Collections.Immutable;
using Sereno.Bus.Wire;
using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>A unit that is a service, with both halves at hand; a service that is not loaded has an empty definition.</summary>
internal sealed record ServiceView(UnitSnapshot Unit, ServiceDefinition Definition, ServiceSnapshot State)
{
    public static ServiceView Of(UnitSnapshot unit) => new(unit, unit.Definition.Service ?? new(), unit.Service ?? new());
}

/// <summary>org.freedesktop.systemd1.Service.</summary>
internal static partial class ServiceInterface
{
    public const string Name = "org.freedesktop.systemd1.Service";

    public static BusInterface<ServiceView> Create(IManagerApi api)
    {
        var table = new BusInterface<ServiceView>(Name);
        table.Method("GetProcesses", "", "processes:a(sus)", Access.Read, (s, call) => UnitInterface.ReplyProcesses(api, s.Unit.Name, call));
        AddSettings(table);
        AddState(table);
        AddCommands(table);
        ControlGroupProperties.Add(table, s => s.Unit.ControlGroup);
        ResourceProperties.Add(table, s => s.Unit);
        ExecProperties.Add(table);
        KillProperties.Add(table, s => s.Definition.Kill);
        return table;
    }

    private static void AddSettings(BusInterface<ServiceView> table) => table
        .String("Type", s => Words.Of(s.Definition.Type), Emits.Const)
        .String("ExitType", s => s.Definition.ExitsWithGroup ? "cgroup" : "main", Emits.Const)
        .String("Restart", s => Words.Of(s.Definition.Restart), Emits.Const)
        .String("PIDFile", s => s.Definition.PidFile, Emits.Const)
        .String("NotifyAccess", s => Words.Of(s.Definition.NotifyAccess), Emits.Const)
        .UInt64("RestartUSec", s => s.Definition.RestartUsec, Emits.Const)
        .UInt64("TimeoutStartUSec", s => s.Definition.TimeoutStartUsec, Emits.Const)
        .UInt64("TimeoutStopUSec", s => s.Definition.TimeoutStopUsec, Emits.Const)
        .UInt64("TimeoutAbortUSec", s => s.Definition.TimeoutAbortUsec ?? s.Definition.TimeoutStopUsec)
        .String("TimeoutStartFailureMode", s => Words.Of(s.Definition.TimeoutStartFailure), Emits.Const)
        .String("TimeoutStopFailureMode", s => Words.Of(s.Definition.TimeoutStopFailure), Emits.Const)
        .UInt64("RuntimeMaxUSec", s => s.Definition.RuntimeMaxUsec, Emits.Const)
        .UInt64("RuntimeRandomizedExtraUSec", s => s.Definition.RuntimeExtraUsec, Emits.Const)
        .UInt64("WatchdogUSec", s => s.State.WatchdogUsec ?? s.Definition.WatchdogUsec)
        .Bool("RootDirectoryStartOnly", _ => false, Emits.Const)
        .Bool("RemainAfterExit", s => s.Definition.RemainAfterExit, Emits.Const)
        .Bool("GuessMainPID", s => s.Definition.GuessMainPid, Emits.Const)
        .Property("RestartPreventExitStatus", "(aiai)", (s, w) => WriteStatuses(s.Definition.RestartPreventExitStatus, w), Emits.Const)
        .Property("RestartForceExitStatus", "(aiai)", (s, w) => WriteStatuses(s.Definition.RestartForceExitStatus, w), Emits.Const)
        .Property("SuccessExitStatus", "(aiai)", (s, w) => WriteStatuses(s.Definition.SuccessExitStatus, w), Emits.Const)
        .String("BusName", s => s.Definition.BusName, Emits.Const)
        .UInt32("FileDescriptorStoreMax", s => s.Definition.FileDescriptorStoreMax, Emits.Const)
        .String("USBFunctionDescriptors", _ => "", Emits.Const)
        .String("USBFunctionStrings", _ => "", Emits.Const)
        .String("OOMPolicy", s => Words.Of(s.Definition.OomPolicy), Emits.Const);

    private static void AddState(BusInterface<ServiceView> table) => table
        .UInt32("MainPID", s => s.State.MainPid, Emits.Change)
        .UInt32("ControlPID", s => s.State.ControlPid, Emits.Change)
        .UInt32("NFileDescriptorStore", s => s.State.StoredFds)
        .String("StatusText", s => s.State.StatusText, Emits.Change)
        .Int32("StatusErrno", s => s.State.StatusErrno, Emits.Change)
        .String("Result", s => s.State.Result, Emits.Change)
        .String("ReloadResult", s => s.State.ReloadResult, Emits.Change)
        .String("CleanResult", _ => "success", Emits.Change)
        .UInt32("UID", s => s.State.Uid, Emits.Change)
        .UInt32("GID", s => s.State.Gid, Emits.Change)
        .UInt32("NRestarts", s => s.State.Restarts, Emits.Change)
        .Moment("WatchdogTimestamp", s => s.State.Watchdog)
        .Moment("ExecMainStartTimestamp", s => s.State.Main.Start, Emits.Change)
        .Moment("ExecMainExitTimestamp", s => s.State.Main.Exit, Emits.Change)
        .UInt32("ExecMainPID", s => s.State.Main.Pid, Emits.Change)
        .Int32("ExecMainCode", s => s.State.Main.Code, Emits.Change)
        .Int32("ExecMainStatus", s => s.State.Main.Status, Emits.Change);

    private static void WriteStatuses(ExitStatusSet set, MessageWriter w)
    {
        w.WriteStruct();
        WriteNumbers(set.Codes, w);
        WriteNumbers(set.Signals, w);
    }

    private static void WriteNumbers(ImmutableHashSet<int> numbers, MessageWriter w)
    {
        using var array = w.Array('i');
        foreach (int number in numbers.Order())
            w.WriteInt32(number);
    }
}
