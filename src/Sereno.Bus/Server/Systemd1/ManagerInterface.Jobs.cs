using Sereno.Bus.Wire;
using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

internal static partial class ManagerInterface
{
    private static void AddJobMethods(BusInterface<ManagerSnapshot> table, IManagerApi api)
    {
        AddJobMethod(table, api, "StartUnit", JobVerb.Start, Access.Start);
        AddJobMethod(table, api, "StopUnit", JobVerb.Stop);
        AddJobMethod(table, api, "ReloadUnit", JobVerb.Reload);
        AddJobMethod(table, api, "RestartUnit", JobVerb.Restart);
        AddJobMethod(table, api, "TryRestartUnit", JobVerb.TryRestart);
        AddJobMethod(table, api, "ReloadOrRestartUnit", JobVerb.ReloadOrRestart);
        AddJobMethod(table, api, "ReloadOrTryRestartUnit", JobVerb.ReloadOrTryRestart);
        table.Method("StartUnitWithFlags", "name:s mode:s flags:t", "job:o", Access.Start, (_, call) =>
        {
            var arguments = call.Arguments;
            var (name, mode) = (ParseName(arguments.ReadString()), ParseMode(arguments.ReadString()));
            if (arguments.ReadUInt64() != 0)
                throw new BusException(BusErrors.InvalidArgs, "Invalid 'flags' parameter");
            Enqueue(api, new(name, JobVerb.Start, mode), call);
        })
        .Method("EnqueueUnitJob", "name:s job_type:s job_mode:s",
            "job_id:u job_path:o unit_id:s unit_path:o job_type:s affected_jobs:a(uosos)", Access.Control, (_, call) =>
        {
            var arguments = call.Arguments;
            EnqueueInDetail(api, ParseName(arguments.ReadString()), arguments.ReadString(), arguments.ReadString(), call);
        })
        .Method("GetJob", "id:u", "job:o", Access.Read, (_, call) =>
            call.Reply(w => w.WriteObjectPath(UnitPath.OfJob(FindJob(api, call.Arguments.ReadUInt32()).Id))))
        .Method("CancelJob", "id:u", "", Access.Control, (_, call) =>
        {
            api.CancelJob(FindJob(api, call.Arguments.ReadUInt32()).Id);
            call.Reply();
        })
        .Method("ClearJobs", "", "", Access.Control, (_, call) =>
        {
            api.ClearJobs();
            call.Reply();
        })
        .Method("ListJobs", "", "jobs:a(usssoo)", Access.Read, (_, call) => call.Reply(w =>
        {
            using var rows = w.Array('(');
            foreach (var job in api.Jobs)
            {
                w.WriteStruct();
                w.WriteUInt32(job.Id);
                w.WriteString(job.Unit);
                w.WriteString(job.Type);
                w.WriteString(job.State);
                w.WriteObjectPath(UnitPath.OfJob(job.Id));
                w.WriteObjectPath(UnitPath.Of(job.Unit));
            }
        }));
    }

    internal static JobMode ParseMode(string mode) => Words.Parse<JobMode>(mode, () => $"Job mode {mode} invalid");

    internal static JobStatus FindJob(IManagerApi api, uint id) => api.Jobs.FirstOrDefault(j => j.Id == id)
        ?? throw new BusException(BusErrors.NoSuchJob, $"Job {id} does not exist.");

    internal static void Enqueue(IManagerApi api, JobRequest request, MethodCall call) =>
        api.Enqueue(request with { By = call.MayControl ? null : new(call.Caller, call.Groups()) }, call.Deferred<QueuedJob>((queued, w) => w.WriteObjectPath(UnitPath.OfJob(queued.Job.Id))));

    internal static void EnqueueInDetail(IManagerApi api, UnitName unit, string type, string mode, MethodCall call)
    {
        var verb = Words.Parse<JobVerb>(type, () => $"Job type {type} invalid");
        api.Enqueue(new(unit, verb, ParseMode(mode)), call.Deferred<QueuedJob>((queued, w) =>
        {
            WriteQueued(w, queued.Job);
            using var others = w.Array('(');
            foreach (var job in queued.Others)
            {
                w.WriteStruct();
                WriteQueued(w, job);
            }
        }));
    }

    private static void AddJobMethod(BusInterface<ManagerSnapshot> table, IManagerApi api, string name, JobVerb verb, Access access = Access.Control) =>
        table.Method(name, "name:s mode:s", "job:o", access, (_, call) =>
        {
            var arguments = call.Arguments;
            Enqueue(api, new(ParseName(arguments.ReadString()), verb, ParseMode(arguments.ReadString())), call);
        });

    private static void WriteQueued(MessageWriter w, JobStatus job)
    {
        w.WriteUInt32(job.Id);
        w.WriteObjectPath(UnitPath.OfJob(job.Id));
        w.WriteString(job.Unit);
        w.WriteObjectPath(UnitPath.Of(job.Unit));
        w.WriteString(job.Type);
    }
}
