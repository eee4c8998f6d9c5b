using System.Collections.Immutable;
using Sereno.Manager.Machine;
using Sereno.Manager.Spawn.Seccomp;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Spawn;

/// <summary>Capabilities, and at the very end the filters, in systemd's order.</summary>
public static partial class PlanBuilder
{
    /// <summary>While we are still who started us: what may be kept, and what is to be kept across the change of user.</summary>
    private static void AddCapabilities(ImmutableArray<SpawnStep>.Builder steps, ExecContext context)
    {
        if (context.Security.RestrictRealtime && !context.Limits.ContainsKey(Resource.RealtimePriority))
            steps.Add(new SetLimit(Resource.RealtimePriority, new(0, 0)));
        ulong keep = BoundingSet(context);
        if (keep != Capabilities.All)
            steps.Add(new KeepCapabilities(keep));
        if (context.Security.AmbientSet != 0)
            steps.Add(new RaiseAmbient(context.Security.AmbientSet, AlsoInheritable: true));
    }

    private static void AddUser(ImmutableArray<SpawnStep>.Builder steps, ExecContext context, uint uid, bool sandbox)
    {
        var security = context.Security;
        if (uid != 0 && (security.AmbientSet != 0 || security.SecureBits != 0))
            steps.Add(new KeepPermitted());
        steps.Add(new SetUid(uid));
        if (sandbox && security.AmbientSet != 0)
            steps.Add(new RaiseAmbient(security.AmbientSet, AlsoInheritable: false));
    }

    /// <param name="uid">Who the process is by now.</param>
    private static void AddRestrictions(ImmutableArray<SpawnStep>.Builder steps, ExecContext context, InstanceFacts facts, uint uid)
    {
        var (security, protections) = (context.Security, context.Protections);
        if (security.SecureBits != 0)
            steps.Add(new SetSecureBits(security.SecureBits));
        bool isPrivileged = uid == facts.Uid && (facts.EffectiveCapabilities & Capabilities.Bit(Capabilities.SysAdmin)) != 0;
        if (context.NoNewPrivileges || (!isPrivileged && SeccompPolicy.Filters(security, protections)))
            steps.Add(new NoNewPrivileges());
        foreach (var program in SeccompPolicy.Programs(security, protections, context.Scheduling.Personality ?? 0, facts.Architecture))
            steps.Add(new InstallFilter(program));
    }

    private static ulong BoundingSet(ExecContext context)
    {
        ulong keep = context.Security.BoundingSet;
        var protections = context.Protections;
        if (protections.HasFlag(KernelProtections.Devices))
            keep &= ~(Capabilities.Bit(Capabilities.Mknod) | Capabilities.Bit(Capabilities.SysRawIo));
        if (protections.HasFlag(KernelProtections.Modules))
            keep &= ~Capabilities.Bit(Capabilities.SysModule);
        if (protections.HasFlag(KernelProtections.Logs))
            keep &= ~Capabilities.Bit(Capabilities.Syslog);
        if (protections.HasFlag(KernelProtections.Clock))
            keep &= ~(Capabilities.Bit(Capabilities.SysTime) | Capabilities.Bit(Capabilities.WakeAlarm));
        return keep;
    }
}
