using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>Limit*= and how processes are killed (systemd.exec(5), systemd.kill(5)).</summary>
internal static partial class DirectiveTable
{
    private static readonly (string Key, Resource Resource)[] s_limits =
    [
        ("CPU", Resource.Cpu), ("FSIZE", Resource.FileSize), ("DATA", Resource.Data), ("STACK", Resource.Stack), ("CORE", Resource.Core),
        ("RSS", Resource.ResidentSet), ("NOFILE", Resource.OpenFiles), ("AS", Resource.AddressSpace), ("NPROC", Resource.Processes),
        ("MEMLOCK", Resource.LockedMemory), ("LOCKS", Resource.Locks), ("SIGPENDING", Resource.PendingSignals), ("MSGQUEUE", Resource.MessageQueues),
        ("NICE", Resource.Nice), ("RTPRIO", Resource.RealtimePriority), ("RTTIME", Resource.RealtimeTime),
    ];

    private static IEnumerable<DirectiveRow> LimitRows() => s_limits.Select(l => Enforced("Service", "Limit" + l.Key, r =>
    {
        if (ResourceLimits.TryParse(l.Resource, r.Value, out var limit, out bool softAboveHard))
            r.Unit.Exec = r.Unit.Exec with { Limits = r.Unit.Exec.Limits.SetItem(l.Resource, limit) };
        else if (softAboveHard)
            r.Warn($"Soft resource limit chosen higher than hard limit, ignoring: {r.Value}");
        else
            r.Warn($"Failed to parse resource value, ignoring: {r.Value}");
    }));

    private static IEnumerable<DirectiveRow> KillRows()
    {
        yield return Enforced("Service", "KillMode", ReadKillMode);
        yield return Kill("KillSignal", (r, k) => k with { Signal = r.Signal() ?? k.Signal });
        yield return Kill("RestartKillSignal", (r, k) => k with { RestartSignal = r.Signal() ?? k.RestartSignal });
        yield return Kill("FinalKillSignal", (r, k) => k with { FinalSignal = r.Signal() ?? k.FinalSignal });
        yield return Kill("SendSIGKILL", (r, k) => k with { SendSigkill = r.Boolean() ?? k.SendSigkill });
        yield return Kill("SendSIGHUP", (r, k) => k with { SendSighup = r.Boolean() ?? k.SendSighup });
        yield return Kill("WatchdogSignal", (r, k) => k with { WatchdogSignal = r.Signal() ?? k.WatchdogSignal });
    }

    private static DirectiveRow Kill(string key, Func<Reading, KillContext, KillContext> set) => Enforced("Service", key, r => r.Unit.Kill = set(r, r.Unit.Kill));

    private static void ReadKillMode(Reading r)
    {
        int index = r.IsEmpty ? 0 : Array.IndexOf(Names.KillModes, r.Value);
        if (index < 0)
        {
            r.Warn($"Failed to parse kill mode specification, ignoring: {r.Value}");
            return;
        }
        if (index == (int)KillMode.None)
            r.Warn("Unit uses KillMode=none. This is unsafe, as it disables systemd's process lifecycle management for the service. " +
                   "Please update the service to use a safer KillMode=, such as 'mixed' or 'control-group'. " +
                   "Support for KillMode=none is deprecated and will eventually be removed.");
        r.Unit.Kill = r.Unit.Kill with { Mode = (KillMode)index };
    }
}
