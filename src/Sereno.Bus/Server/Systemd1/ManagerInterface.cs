using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>org.freedesktop.systemd1.Manager: properties, and the methods about single units and jobs.</summary>
internal static partial class ManagerInterface
{
    public const string Name = "org.freedesktop.systemd1.Manager";

    public static BusInterface<ManagerSnapshot> Create(IManagerApi api)
    {
        var table = new BusInterface<ManagerSnapshot>(Name);
        AddUnitMethods(table, api);
        AddJobMethods(table, api);
        AddListMethods(table, api);
        AddFileMethods(table, api);
        AddTransientMethods(table, api);
        AddManagerMethods(table, api);
        AddProperties(table);
        return table
            .Signal("UnitNew", "id:s unit:o")
            .Signal("UnitRemoved", "id:s unit:o")
            .Signal("JobNew", "id:u job:o unit:s")
            .Signal("JobRemoved", "id:u job:o unit:s result:s")
            .Signal("StartupFinished", "firmware:t loader:t kernel:t initrd:t userspace:t total:t")
            .Signal("UnitFilesChanged")
            .Signal("Reloading", "active:b");
    }

    internal static UnitName ParseName(string name) => UnitName.TryParse(name, out var unit)
        ? unit
        : throw new BusException(BusErrors.InvalidArgs, $"Unit name {name} is not valid.");

    internal static UnitSnapshot Loaded(IManagerApi api, string name) => (UnitName.TryParse(name, out var unit) ? api.Find(unit) : null)
        ?? throw new BusException(BusErrors.NoSuchUnit, $"Unit {name} not loaded.");

    internal static void Kill(IManagerApi api, UnitName unit, string whom, int signal, MethodCall call)
    {
        bool failIfNone = whom.EndsWith("-fail", StringComparison.Ordinal);
        var target = whom is "" ? KillWhom.All : Words.Parse<KillWhom>(failIfNone ? whom[..^5] : whom, () => $"Invalid who argument {whom}");
        if (signal is <= 0 or > 64)
            throw new BusException(BusErrors.InvalidArgs, "Signal number out of range.");
        api.Kill(new(unit, target, signal, failIfNone), call.Deferred());
    }

    private static void AddUnitMethods(BusInterface<ManagerSnapshot> table, IManagerApi api) => table
        .Method("GetUnit", "name:s", "unit:o", Access.Read, (_, call) =>
            call.Reply(w => w.WriteObjectPath(UnitPath.Of(Loaded(api, call.Arguments.ReadString()).Name.Full))))
        .Method("GetUnitByPID", "pid:u", "unit:o", Access.Read, (_, call) =>
        {
            uint pid = call.Arguments.ReadUInt32() is > 0 and var given ? given : (uint)call.Caller.Pid;
            var unit = api.UnitOf(pid) ?? throw new BusException(BusErrors.NoUnitForPid, $"PID {pid} does not belong to any loaded unit.");
            call.Reply(w => w.WriteObjectPath(UnitPath.Of(unit.Full)));
        })
        .Method("LoadUnit", "name:s", "unit:o", Access.Read, (_, call) =>
            call.Reply(w => w.WriteObjectPath(UnitPath.Of(api.Load(ParseName(call.Arguments.ReadString())).Name.Full))))
        .Method("KillUnit", "name:s whom:s signal:i", "", Access.Control, (_, call) =>
        {
            var arguments = call.Arguments;
            var unit = Loaded(api, arguments.ReadString());
            Kill(api, unit.Name, arguments.ReadString(), arguments.ReadInt32(), call);
        })
        .Method("ResetFailedUnit", "name:s", "", Access.Control, (_, call) =>
        {
            api.ResetFailed(Loaded(api, call.Arguments.ReadString()).Name);
            call.Reply();
        })
        .Method("ResetFailed", "", "", Access.Control, (_, call) =>
        {
            api.ResetFailed(null);
            call.Reply();
        })
        .Method("RefUnit", "name:s", "", Access.Control, (_, call) =>
        {
            Reference(api, Loaded(api, call.Arguments.ReadString()).Name, call);
            call.Reply();
        })
        .Method("UnrefUnit", "name:s", "", Access.Control, (_, call) =>
        {
            Unreference(Loaded(api, call.Arguments.ReadString()).Name, call);
            call.Reply();
        })
        .Method("GetUnitProcesses", "name:s", "processes:a(sus)", Access.Read, (_, call) =>
            UnitInterface.ReplyProcesses(api, ParseName(call.Arguments.ReadString()), call));
}
