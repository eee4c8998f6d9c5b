using Sereno.Bus;
using Sereno.Bus.Server;
using Sereno.Bus.Server.Systemd1;
using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Roles;

/// <summary>Units made at run time: their files lie in the transient folder, so that a new manager finds them.</summary>
public sealed partial class ManagerApi
{
    public void StartTransient(TransientRequest unit, IReadOnlyList<TransientRequest> others, Bus.Server.Systemd1.JobMode mode, Reply<QueuedJob> reply) => Guard(() =>
    {
        string folder = files.Paths.Transient ?? throw new BusException(BusErrors.NotSupported, "This instance has no folder for transient units.");
        var requests = others.Prepend(unit).ToList();
        foreach (var request in requests)
            CheckTransient(request);
        var written = requests.Select(r => $"{folder}/{r.Name}").ToList();
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var (request, path) in requests.Zip(written))
                File.WriteAllText(path, TransientUnit.File(request.Name.Type, request.Settings));
            files.Rescan();
            foreach (var request in requests)
                switch (core.LoadTransient(request.Name))
                {
                    case ScopeUnit scope:
                        scope.Pids = [.. request.Pids.Select(p => (int)p)];
                        break;
                    case ServiceUnit service when request.Streams.Count > 0:
                        service.Streams = [.. request.Streams.Select(s => new StoredDescriptor(keep(request.Name, s.Fd.Duplicate()), ServiceUnit.StreamName(s.Number), Polls: false))];
                        break;
                }
            var job = core.Enqueue(core.Load(unit.Name), JobType.Start, Snapshots.ModeOf(mode));
            reply.Succeed(new(Snapshots.Status(job!), []));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ManagerException)
        {
            foreach (string path in written)
                File.Delete(path);
            files.Rescan();
            if (e is ManagerException)
                throw;
            throw new BusException(BusErrors.Failed, e.Message);
        }
    });

    public void SetProperties(TransientRequest change, bool runtime) => Guard(() =>
    {
        var unit = Visit(change.Name);
        CheckSettings(change);
        if ((runtime ? files.Paths.RuntimeControl : files.Paths.PersistentControl) is not { } control)
            throw new BusException(BusErrors.NotSupported, "This instance has no folder for changed properties.");
        string folder = $"{control}/{change.Name}.d";
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var setting in change.Settings.GroupBy(s => s.Key, s => s.Value))
                File.WriteAllText($"{folder}/50-{setting.Key}.conf", TransientUnit.DropIn(change.Name.Type, setting.Key, setting));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BusException(BusErrors.Failed, e.Message);
        }
        files.Rescan();
        core.Refresh(unit);
    });

    public void Reference(UnitName unit) => Guard(() => core.Reference(core.Load(unit)));

    public void Unreference(UnitName unit) => Guard(() => core.Unreference(unit));

    public void AbandonScope(UnitName unit) => Guard(() =>
    {
        if (Visit(unit) is not ScopeUnit scope)
            throw new BusException(BusErrors.InvalidArgs, $"Unit {unit} is not a scope.");
        scope.Abandon();
    });

    private void CheckTransient(TransientRequest request)
    {
        if (request.Name.Type is not (UnitType.Service or UnitType.Scope or UnitType.Slice or UnitType.Timer or UnitType.Path or UnitType.Socket or UnitType.Mount))
            throw new BusException(BusErrors.InvalidArgs, $"Unit type {request.Name.Type.ToString().ToLowerInvariant()} does not support transient units.");
        if (files.Files.Find(request.Name).Fragment is { } fragment && !fragment.StartsWith(files.Paths.Transient + "/", StringComparison.Ordinal)
            || (core.Graph.TryGet(request.Name, out var unit) && (unit.Job is not null || !unit.IsInactiveOrFailed || unit.Active == ActiveState.Failed)))
            throw new BusException(BusErrors.UnitExists, $"Unit {request.Name} was already loaded or has a fragment file.");
        CheckSettings(request);
        if (request.Name.Type == UnitType.Scope && request.Pids.Count == 0)
            throw new BusException(BusErrors.InvalidArgs, "Scope has no PIDs. Refusing.");
    }

    private void CheckSettings(TransientRequest request)
    {
        foreach (var (key, value) in request.Settings)
            if (TransientUnit.SectionOf(request.Name.Type, key) is null)
                throw new BusException(BusErrors.PropertyReadOnly, $"Cannot set property {key}, or unknown property.");
            else if (!TransientUnit.IsReadable(request.Name, key, value, files.Context))
                throw new BusException(BusErrors.InvalidArgs, $"Invalid {key} setting: {value.Replace("%%", "%", StringComparison.Ordinal)}");
    }
}
