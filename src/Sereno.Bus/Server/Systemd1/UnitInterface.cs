using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>org.freedesktop.systemd1.Unit: what all types of units have, with systemd's names and types.</summary>
internal static class UnitInterface
{
    public const string Name = "org.freedesktop.systemd1.Unit";

    public static BusInterface<UnitSnapshot> Create(IManagerApi api)
    {
        var table = new BusInterface<UnitSnapshot>(Name);
        AddMethods(table, api);
        AddIdentity(table);
        AddState(table);
        AddSettings(table);
        return table;
    }

    public static void ReplyProcesses(IManagerApi api, UnitName unit, MethodCall call)
    {
        var processes = api.ProcessesOf(unit);
        call.Reply(w =>
        {
            using var rows = w.Array('(');
            foreach (var process in processes)
            {
                w.WriteStruct();
                w.WriteString(process.ControlGroup);
                w.WriteUInt32(process.Pid);
                w.WriteString(process.Command);
            }
        });
    }

    private static void AddMethods(BusInterface<UnitSnapshot> table, IManagerApi api)
    {
        AddJob("Start", JobVerb.Start, Access.Start);
        AddJob("Stop", JobVerb.Stop);
        AddJob("Reload", JobVerb.Reload);
        AddJob("Restart", JobVerb.Restart);
        AddJob("TryRestart", JobVerb.TryRestart);
        AddJob("ReloadOrRestart", JobVerb.ReloadOrRestart);
        AddJob("ReloadOrTryRestart", JobVerb.ReloadOrTryRestart);
        table.Method("EnqueueJob", "job_type:s job_mode:s",
            "job_id:u job_path:o unit_id:s unit_path:o job_type:s affected_jobs:a(uosos)", Access.Control, (unit, call) =>
        {
            var arguments = call.Arguments;
            ManagerInterface.EnqueueInDetail(api, unit.Name, arguments.ReadString(), arguments.ReadString(), call);
        })
        .Method("Kill", "whom:s signal:i", "", Access.Control, (unit, call) =>
        {
            var arguments = call.Arguments;
            ManagerInterface.Kill(api, unit.Name, arguments.ReadString(), arguments.ReadInt32(), call);
        })
        .Method("ResetFailed", "", "", Access.Control, (unit, call) =>
        {
            api.ResetFailed(unit.Name);
            call.Reply();
        })
        .Method("Ref", "", "", Access.Control, (unit, call) =>
        {
            ManagerInterface.Reference(api, unit.Name, call);
            call.Reply();
        })
        .Method("Unref", "", "", Access.Control, (unit, call) =>
        {
            ManagerInterface.Unreference(unit.Name, call);
            call.Reply();
        });

        void AddJob(string name, JobVerb verb, Access access = Access.Control) => table.Method(name, "mode:s", "job:o", access, (unit, call) =>
            ManagerInterface.Enqueue(api, new(unit.Name, verb, ManagerInterface.ParseMode(call.Arguments.ReadString())), call));
    }

    private static void AddIdentity(BusInterface<UnitSnapshot> table)
    {
        table
            .String("Id", u => u.Name.Full, Emits.Const)
            .Strings("Names", u => [u.Name.Full, .. u.Definition.Aliases.Select(a => a.Full)], Emits.Const)
            .String("Following", _ => "");
        foreach (var relation in Enum.GetValues<Relation>())
            table.Strings(relation.ToString(), u => u.Of(relation), Emits.Const);
        table
            .Strings("RequiresMountsFor", u => u.Definition.Jobs.RequiresMountsFor, Emits.Const)
            .Strings("Documentation", u => u.Definition.Documentation, Emits.Const)
            .String("Description", u => u.Definition.Description, Emits.Const)
            .String("LoadState", u => Words.Of(u.Definition.LoadState), Emits.Const)
            .Property("LoadError", "(ss)", (u, w) =>
            {
                var (name, message) = LoadError(u.Definition);
                w.WriteStruct();
                w.WriteString(name);
                w.WriteString(message);
            }, Emits.Const)
            .String("FragmentPath", u => u.Definition.FragmentPath, Emits.Const)
            .String("SourcePath", u => u.Definition.Jobs.SourcePath, Emits.Const)
            .Strings("DropInPaths", u => u.Definition.DropInPaths, Emits.Const)
            .String("UnitFileState", u => u.UnitFileState)
            .String("UnitFilePreset", u => u.UnitFilePreset)
            .Bool("NeedDaemonReload", u => u.NeedDaemonReload)
            .Bool("Transient", u => u.Transient, Emits.Const)
            .Bool("Perpetual", u => u.Perpetual, Emits.Const);
    }

    private static void AddState(BusInterface<UnitSnapshot> table) => table
        .String("ActiveState", u => u.ActiveState, Emits.Change)
        .String("FreezerState", _ => "running", Emits.Change)
        .String("SubState", u => u.SubState, Emits.Change)
        .Moment("StateChangeTimestamp", u => u.StateChange, Emits.Change)
        .Moment("InactiveExitTimestamp", u => u.InactiveExit, Emits.Change)
        .Moment("ActiveEnterTimestamp", u => u.ActiveEnter, Emits.Change)
        .Moment("ActiveExitTimestamp", u => u.ActiveExit, Emits.Change)
        .Moment("InactiveEnterTimestamp", u => u.InactiveEnter, Emits.Change)
        .Bool("CanStart", u => u.CanStart && !u.Definition.RefuseManualStart, Emits.Const)
        .Bool("CanStop", u => u.CanStop && !u.Definition.RefuseManualStop, Emits.Const)
        .Bool("CanReload", u => u.CanReload, Emits.Const)
        .Bool("CanIsolate", u => u.Definition.AllowIsolate && u.CanStart, Emits.Const)
        .Strings("CanClean", _ => [], Emits.Const)
        .Bool("CanFreeze", _ => false, Emits.Const)
        .Property("Job", "(uo)", (u, w) =>
        {
            w.WriteStruct();
            w.WriteUInt32(u.Job?.Id ?? 0);
            w.WriteObjectPath(u.Job is { } job ? UnitPath.OfJob(job.Id) : "/");
        }, Emits.Change)
        .Bool("ConditionResult", u => u.ConditionResult, Emits.Change)
        .Bool("AssertResult", u => u.AssertResult, Emits.Change)
        .Moment("ConditionTimestamp", u => u.Condition, Emits.Change)
        .Moment("AssertTimestamp", u => u.Assert, Emits.Change)
        .Property("Conditions", "a(sbbsi)", (u, w) => WriteConditions(u, false, w), Emits.Invalidation)
        .Property("Asserts", "a(sbbsi)", (u, w) => WriteConditions(u, true, w), Emits.Invalidation)
        .Property("InvocationID", "ay", (u, w) => w.WriteBytes(u.InvocationId.AsSpan()), Emits.Change)
        .Strings("Markers", _ => [])
        .Strings("Refs", _ => [])
        .Property("ActivationDetails", "a(ss)", (_, w) => w.Array('(').Dispose(), Emits.Change);

    private static void AddSettings(BusInterface<UnitSnapshot> table) => table
        .Bool("StopWhenUnneeded", u => u.Definition.StopWhenUnneeded, Emits.Const)
        .Bool("RefuseManualStart", u => u.Definition.RefuseManualStart, Emits.Const)
        .Bool("RefuseManualStop", u => u.Definition.RefuseManualStop, Emits.Const)
        .Bool("AllowIsolate", u => u.Definition.AllowIsolate, Emits.Const)
        .Bool("IgnoreOnIsolate", u => u.Definition.IgnoreOnIsolate, Emits.Const)
        .Bool("DefaultDependencies", u => u.Definition.DefaultDependencies, Emits.Const)
        .String("OnSuccessJobMode", u => Words.Of(u.Definition.Jobs.OnSuccessMode), Emits.Const)
        .String("OnFailureJobMode", u => Words.Of(u.Definition.Jobs.OnFailureMode), Emits.Const)
        .UInt64("JobTimeoutUSec", u => u.Definition.Jobs.TimeoutUsec, Emits.Const)
        .UInt64("JobRunningTimeoutUSec", u => u.Definition.Jobs.RunningTimeoutUsec, Emits.Const)
        .String("JobTimeoutAction", u => Words.Of(u.Definition.Jobs.TimeoutAction), Emits.Const)
        .String("JobTimeoutRebootArgument", u => u.Definition.Jobs.TimeoutRebootArgument, Emits.Const)
        .UInt64("StartLimitIntervalUSec", u => u.Definition.StartLimitIntervalUsec, Emits.Const)
        .UInt32("StartLimitBurst", u => u.Definition.StartLimitBurst, Emits.Const)
        .String("StartLimitAction", u => Words.Of(u.Definition.Actions.StartLimit), Emits.Const)
        .String("FailureAction", u => Words.Of(u.Definition.Actions.Failure), Emits.Const)
        .Int32("FailureActionExitStatus", u => u.Definition.Actions.FailureExitStatus ?? -1, Emits.Const)
        .String("SuccessAction", u => Words.Of(u.Definition.Actions.Success), Emits.Const)
        .Int32("SuccessActionExitStatus", u => u.Definition.Actions.SuccessExitStatus ?? -1, Emits.Const)
        .String("RebootArgument", u => u.Definition.Actions.RebootArgument ?? "", Emits.Const)
        .String("CollectMode", u => Words.Of(u.Definition.Jobs.CollectMode), Emits.Const);

    /// <summary>The error that starting the unit would give, as name and text.</summary>
    private static (string, string) LoadError(UnitDefinition definition) => definition.LoadState switch
    {
        LoadState.Loaded => ("", ""),
        LoadState.NotFound => (BusErrors.NoSuchUnit, $"Unit {definition.Name} not found."),
        LoadState.BadSetting => (BusErrors.BadUnitSetting, definition.LoadError ?? $"Unit {definition.Name} has a bad unit file setting."),
        LoadState.Error => (BusErrors.LoadFailed, definition.LoadError ?? $"Unit {definition.Name} failed to load properly."),
        LoadState.Masked => (BusErrors.UnitMasked, $"Unit {definition.Name} is masked."),
    };

    private static void WriteConditions(UnitSnapshot unit, bool asserts, Wire.MessageWriter w)
    {
        using var rows = w.Array('(');
        for (int i = 0; i < unit.Definition.Conditions.Length; i++)
        {
            var condition = unit.Definition.Conditions[i];
            if (condition.IsAssert != asserts)
                continue;
            w.WriteStruct();
            w.WriteString((asserts ? "Assert" : "Condition") + condition.Kind);
            w.WriteBool(condition.IsTrigger);
            w.WriteBool(condition.Negated);
            w.WriteString(condition.Argument);
            w.WriteInt32(i < unit.ConditionResults.Length ? unit.ConditionResults[i] : 0);
        }
    }
}
