using Sereno.Bus.Wire;
using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>Units that are made by calls instead of files.</summary>
internal static partial class ManagerInterface
{
    private static void AddTransientMethods(BusInterface<ManagerSnapshot> table, IManagerApi api) => table
        .Method("StartTransientUnit", "name:s mode:s properties:a(sv) aux:a(sa(sv))", "job:o", Access.Control, (_, call) =>
        {
            var arguments = call.Arguments;
            var (name, mode) = (ParseName(arguments.ReadString()), ParseMode(arguments.ReadString()));
            var unit = ReadTransient(name, ref arguments, call);
            var others = new List<TransientRequest>();
            for (int end = arguments.ReadArray('('); arguments.More(end);)
            {
                arguments.ReadStruct();
                others.Add(ReadTransient(ParseName(arguments.ReadString()), ref arguments, call));
            }
            api.StartTransient(unit, others, mode, call.Deferred<QueuedJob>((queued, w) => w.WriteObjectPath(UnitPath.OfJob(queued.Job.Id))));
            foreach (var made in others.Prepend(unit).Where(u => u.AddRef))
                Reference(api, made.Name, call);
        })
        .Method("SetUnitProperties", "name:s runtime:b properties:a(sv)", "", Access.Control, (_, call) =>
        {
            var arguments = call.Arguments;
            var name = ParseName(arguments.ReadString());
            bool runtime = arguments.ReadBool();
            api.SetProperties(ReadTransient(name, ref arguments, call), runtime);
            call.Reply();
        })
        .Method("AbandonScope", "name:s", "", Access.Control, (_, call) =>
        {
            api.AbandonScope(Loaded(api, call.Arguments.ReadString()).Name);
            call.Reply();
        });

    private static TransientRequest ReadTransient(UnitName name, ref MessageReader arguments, MethodCall call)
    {
        var settings = new List<KeyValuePair<string, string>>();
        var pids = new List<uint>();
        var streams = new List<(int, Linux.Fd)>();
        bool addRef = false;
        for (int end = arguments.ReadArray('('); arguments.More(end);)
        {
            arguments.ReadStruct();
            string property = arguments.ReadString();
            var value = BusValue.Read(ref arguments, "v").Items[0];
            if (property == "PIDs" && value.Signature == "au")
                pids.AddRange(value.Items.Select(p => (uint)p.Scalar! is > 0 and var pid ? pid : (uint)call.Caller.Pid));
            else if (TransientSettings.StreamOf(property) is { } number && value.Signature == "h")
                streams.Add((number, (uint)value.Scalar! is var index && index < call.Fds.Count ? call.Fds[(int)index]
                    : throw new BusException(BusErrors.InvalidArgs, $"Cannot set property {property}: no descriptor came with it.")));
            else if (property == "AddRef")
                addRef = value.Scalar is true;
            else if (!TransientSettings.IsRequest(property))
                settings.AddRange(TransientSettings.Of(property, value));
        }
        TransientSettings.JoinLimits(settings);
        return new(name, settings, pids) { Streams = streams, AddRef = addRef };
    }

    internal static void Reference(IManagerApi api, UnitName unit, MethodCall call)
    {
        api.Reference(unit);
        call.Belongings.Keep(unit.Full, () => api.Unreference(unit));
    }

    internal static void Unreference(UnitName unit, MethodCall call)
    {
        if (!call.Belongings.GiveBack(unit.Full))
            throw new BusException(BusErrors.NotReferenced, "Unit has not been referenced yet.");
    }
}
