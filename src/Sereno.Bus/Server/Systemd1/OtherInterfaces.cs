using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>The interfaces of the unit types that are not services: what systemctl lists of them.</summary>
internal static class OtherInterfaces
{
    public static BusInterface<SocketSnapshot> Socket() => new BusInterface<SocketSnapshot>("org.freedesktop.systemd1.Socket")
        .Property("Listen", "a(ss)", (s, w) =>
        {
            using var rows = w.Array('(');
            foreach (var (type, address) in s.Listen)
            {
                w.WriteStruct();
                w.WriteString(type);
                w.WriteString(address);
            }
        }, Emits.Const)
        .Bool("Accept", s => s.Accept, Emits.Const)
        .UInt32("NConnections", s => s.Connections)
        .UInt32("NAccepted", s => s.Accepted)
        .UInt32("NRefused", s => s.Refused)
        .String("Result", s => s.Result, Emits.Change);

    /// <summary>org.sereno.Socket: how a socket unit serves, which only we say.</summary>
    public static BusInterface<SocketSnapshot> Server() => new BusInterface<SocketSnapshot>("org.sereno.Socket")
        .String("Server", s => s.Server, Emits.Const)
        .String("LastRefusal", s => s.LastRefusal);

    public static BusInterface<UnitSnapshot> Mount() => Plain(UnitType.Mount)
        .String("Where", u => u.Definition.Mount?.Where ?? "", Emits.Const)
        .String("What", u => u.Definition.Mount?.What ?? "")
        .String("Options", u => u.Definition.Mount?.Options ?? "")
        .String("Type", u => u.Definition.Mount?.FileSystem ?? "");

    /// <summary>Types without properties of their own still have their interface, by which clients tell the type.</summary>
    public static BusInterface<UnitSnapshot> Plain(UnitType type)
    {
        var table = new BusInterface<UnitSnapshot>("org.freedesktop.systemd1." + type);
        if (type is UnitType.Slice or UnitType.Scope or UnitType.Mount or UnitType.Swap)
        {
            ControlGroupProperties.Add(table, u => u.ControlGroup);
            ResourceProperties.Add(table, u => u);
        }
        return table;
    }

    public static BusInterface<JobStatus> Job(IManagerApi api) => new BusInterface<JobStatus>("org.freedesktop.systemd1.Job")
        .Method("Cancel", "", "", Access.Control, (job, call) =>
        {
            api.CancelJob(job.Id);
            call.Reply();
        })
        .UInt32("Id", j => j.Id, Emits.Const)
        .Property("Unit", "(so)", (j, w) =>
        {
            w.WriteStruct();
            w.WriteString(j.Unit);
            w.WriteObjectPath(UnitPath.Of(j.Unit));
        }, Emits.Const)
        .String("JobType", j => j.Type, Emits.Const)
        .String("State", j => j.State, Emits.Change);
}
