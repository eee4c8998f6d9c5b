using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>
/// What the manager tells its peers unasked. A unit's change is to be sent before the JobRemoved that it led to: clients look at
/// the unit when the job is gone.
/// </summary>
public sealed class Systemd1Signals(BusServer server, Systemd1Tree tree)
{
    public void UnitNew(UnitName unit) => SendUnit("UnitNew", unit);

    public void UnitRemoved(UnitName unit) => SendUnit("UnitRemoved", unit);

    public void JobNew(JobStatus job) => Send("JobNew", "uos", w =>
    {
        w.WriteUInt32(job.Id);
        w.WriteObjectPath(UnitPath.OfJob(job.Id));
        w.WriteString(job.Unit);
    });

    /// <param name="result">"done", "canceled", "timeout", "failed", "dependency", "skipped", "invalid", "assert", "unsupported", "collected", "once".</param>
    public void JobRemoved(JobStatus job, string result) => Send("JobRemoved", "uoss", w =>
    {
        w.WriteUInt32(job.Id);
        w.WriteObjectPath(UnitPath.OfJob(job.Id));
        w.WriteString(job.Unit);
        w.WriteString(result);
    });

    /// <summary>True when a reload begins, false when it is done.</summary>
    public void Reloading(bool active) => Send("Reloading", "b", w => w.WriteBool(active));

    public void UnitFilesChanged() => Send("UnitFilesChanged", "", null);

    public void StartupFinished(ulong userspaceUsec) => Send("StartupFinished", "tttttt", w =>
    {
        for (int i = 0; i < 4; i++)
            w.WriteUInt64(0); // firmware, loader, kernel, initrd: not ours
        w.WriteUInt64(userspaceUsec);
        w.WriteUInt64(userspaceUsec);
    });

    /// <summary>PropertiesChanged of a unit's interfaces: the values that change with its state, and the names of those to be asked for.</summary>
    public void UnitChanged(UnitSnapshot unit)
    {
        if (!server.HasPeers)
            return;
        // Clients that watch a state want the type's own properties to be there when the unit's state tells of it.
        foreach (var (table, target) in tree.Describe(unit).Reverse())
            if (table.PropertyList.Any(p => p.Emits is Emits.Change or Emits.Invalidation))
                SendChanged(UnitPath.Of(unit.Name.Full), table, target);
    }

    private void SendChanged(string path, BusInterface table, object target) =>
        server.Emit(path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", w =>
        {
            w.WriteString(table.Name);
            using (w.Array('{'))
                foreach (var (name, _, _) in table.PropertyList.Where(p => p.Emits == Emits.Change))
                {
                    w.WriteDictEntry();
                    w.WriteString(name);
                    table.TryWriteVariant(name, target, w);
                }
            w.WriteStringArray(table.PropertyList.Where(p => p.Emits == Emits.Invalidation).Select(p => p.Name));
        });

    private void SendUnit(string signal, UnitName unit) => Send(signal, "so", w =>
    {
        w.WriteString(unit.Full);
        w.WriteObjectPath(UnitPath.Of(unit.Full));
    });

    private void Send(string signal, string signature, Action<Wire.MessageWriter>? body) =>
        server.Emit(UnitPath.Manager, ManagerInterface.Name, signal, signature, body);
}
