namespace Sereno.Bus.Server.Systemd1;

internal static partial class ManagerInterface
{
    private static void AddManagerMethods(BusInterface<ManagerSnapshot> table, IManagerApi api) => table
        // Peers on the private socket get every signal, subscribed or not: there is nothing to note down.
        .Method("Subscribe", "", "", Access.Read, (_, call) => call.Reply())
        .Method("Unsubscribe", "", "", Access.Read, (_, call) => call.Reply())
        .Method("Reload", "", "", Access.Control, (_, call) => api.Reload(call.Deferred()))
        .Method("Reexecute", "", "", Access.Control, (_, _) => api.Reexecute())
        .Method("Exit", "", "", Access.Control, (_, call) =>
        {
            api.Exit();
            call.Reply();
        })
        .Method("SetExitCode", "number:y", "", Access.Control, (_, call) =>
        {
            api.SetExitCode(call.Arguments.ReadByte());
            call.Reply();
        })
        .Method("SetEnvironment", "assignments:as", "", Access.Control, (_, call) =>
        {
            api.ChangeEnvironment([], call.Arguments.ReadStringArray());
            call.Reply();
        })
        .Method("UnsetEnvironment", "names:as", "", Access.Control, (_, call) =>
        {
            api.ChangeEnvironment(call.Arguments.ReadStringArray(), []);
            call.Reply();
        })
        .Method("UnsetAndSetEnvironment", "names:as assignments:as", "", Access.Control, (_, call) =>
        {
            var arguments = call.Arguments;
            api.ChangeEnvironment(arguments.ReadStringArray(), arguments.ReadStringArray());
            call.Reply();
        });

    private static void AddProperties(BusInterface<ManagerSnapshot> table) => table
        .String("Version", m => m.Version, Emits.Const)
        .String("Features", m => m.Features, Emits.Const)
        .String("Virtualization", m => m.Virtualization, Emits.Const)
        .String("Architecture", m => m.Architecture, Emits.Const)
        .String("Tainted", m => m.Tainted, Emits.Const)
        .Moment("FirmwareTimestamp", _ => default, Emits.Const)
        .Moment("LoaderTimestamp", _ => default, Emits.Const)
        .Moment("KernelTimestamp", _ => default, Emits.Const)
        .Moment("InitRDTimestamp", _ => default, Emits.Const)
        .Moment("UserspaceTimestamp", m => m.Userspace, Emits.Const)
        .Moment("FinishTimestamp", m => m.Finish, Emits.Const)
        .Moment("UnitsLoadStartTimestamp", m => m.UnitsLoadStart, Emits.Const)
        .Moment("UnitsLoadFinishTimestamp", m => m.UnitsLoadFinish, Emits.Const)
        .String("LogLevel", m => m.LogLevel)
        .String("LogTarget", m => m.LogTarget)
        .UInt32("NNames", m => m.Names)
        .UInt32("NFailedUnits", m => m.FailedUnits, Emits.Change)
        .UInt32("NJobs", m => m.Jobs)
        .UInt32("NInstalledJobs", m => m.InstalledJobs)
        .UInt32("NFailedJobs", m => m.FailedJobs)
        .Property("Progress", "d", (m, w) => w.WriteDouble(m.Progress))
        .Strings("Environment", m => m.Environment)
        .Bool("ConfirmSpawn", _ => false, Emits.Const)
        .Bool("ShowStatus", _ => false)
        .Strings("UnitPath", m => m.UnitPath, Emits.Const)
        .String("DefaultStandardOutput", m => m.DefaultStandardOutput, Emits.Const)
        .String("DefaultStandardError", m => m.DefaultStandardError, Emits.Const)
        .Bool("ServiceWatchdogs", _ => true)
        .String("ControlGroup", m => m.ControlGroup)
        .String("SystemState", m => m.SystemState)
        .Property("ExitCode", "y", (m, w) => w.WriteByte(m.ExitCode))
        .UInt64("DefaultTimeoutStartUSec", m => m.DefaultTimeoutStartUsec, Emits.Const)
        .UInt64("DefaultTimeoutStopUSec", m => m.DefaultTimeoutStopUsec, Emits.Const)
        .UInt64("DefaultTimeoutAbortUSec", m => m.DefaultTimeoutStopUsec)
        .UInt64("DefaultRestartUSec", m => m.DefaultRestartUsec, Emits.Const)
        .UInt64("DefaultStartLimitIntervalUSec", m => m.DefaultStartLimitIntervalUsec, Emits.Const)
        .UInt32("DefaultStartLimitBurst", m => m.DefaultStartLimitBurst, Emits.Const);
}
