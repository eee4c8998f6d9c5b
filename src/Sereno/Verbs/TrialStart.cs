using Sereno.Manager;
using Sereno.Manager.Jobs;
using Sereno.Roles;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Verbs;

/// <summary>A start of a unit that is only decided, never done: what the transaction would say of cycles, conflicts and missing units (systemd-analyze(1), verify).</summary>
internal static class TrialStart
{
    public static IEnumerable<Diagnostic> Of(UnitName unit, IUnitLoader loader, Instance instance)
    {
        var core = new ManagerCore(loader, new HostMachine(), instance.Facts("default.target", "")) { Now = Clock.Now };
        string? refusal = null;
        try
        {
            core.Enqueue(core.Load(unit), JobType.Start, JobMode.Replace);
        }
        catch (ManagerException e)
        {
            refusal = $"Failed to create {unit}/start: {e.Message}";
        }
        foreach (var said in core.TakeEffects().Effects.OfType<WriteLog>().Where(w => w.Message.Contains("cycle", StringComparison.Ordinal) || w.Message.Contains("Found dependency on", StringComparison.Ordinal)))
            yield return new(Severity.Warning, null, 0, said.Message);
        if (refusal is not null)
            yield return new(Severity.Error, null, 0, $"{unit}: {refusal}");
    }
}
