using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>[Service]: how a service tells that it is up, how long it may take, and what follows its end (systemd.service(5)).</summary>
internal static partial class DirectiveTable
{
    private static IEnumerable<DirectiveRow> SupervisionRows() => [.. StartRows(), .. TimeoutRows(), .. RestartRows(), .. ActionRows()];

    private static IEnumerable<DirectiveRow> StartRows()
    {
        yield return Enforced("Service", "Type", r =>
        {
            if (r.OneOf(Names.ServiceTypes, "Failed to parse service type") is { } index)
                r.Unit.Type = (ServiceType)index;
        });
        yield return Service("ExitType", (r, s) =>
        {
            if (r.OneOf(["main", "cgroup"], "Failed to parse service exit type") is { } index)
                r.Unit.Service = s with { ExitsWithGroup = index == 1 };
        });
        yield return Service("NotifyAccess", (r, s) =>
        {
            if (r.OneOf(Names.NotifyAccesses, "Failed to parse notify access specifier") is { } index)
                r.Unit.Service = s with { NotifyAccess = (NotifyAccess)index };
        });
        yield return Enforced("Service", "BusName", ReadBusName);
        yield return Service("FileDescriptorStoreMax", (r, s) => r.Unit.Service = s with { FileDescriptorStoreMax = r.Unsigned() ?? s.FileDescriptorStoreMax });
        yield return Service("ReloadSignal", (r, s) => r.Unit.Service = s with { ReloadSignal = r.Signal() ?? s.ReloadSignal });
        yield return Enforced("Service", "OOMPolicy", r =>
        {
            if (r.OneOf(Names.OomPolicies, "Failed to parse OOM policy") is { } index)
                r.Unit.OomPolicy = (OomPolicy)index;
        });
    }

    private static IEnumerable<DirectiveRow> TimeoutRows()
    {
        foreach (string key in (string[])["TimeoutSec", "TimeoutStartSec"])
            yield return Timeout(key, (r, s, usec) =>
            {
                r.Unit.TimeoutStartIsSet = true;
                return s with { TimeoutStartUsec = usec, TimeoutStopUsec = key == "TimeoutSec" ? usec : s.TimeoutStopUsec };
            });
        yield return Timeout("TimeoutStopSec", (_, s, usec) => s with { TimeoutStopUsec = usec });
        yield return Service("TimeoutAbortSec", (r, s) =>
        {
            // Empty: TimeoutStopSec= again.
            if (r.IsEmpty)
                r.Unit.Service = s with { TimeoutAbortUsec = null };
            else if (TimeSpans.TryParse(r.Value, out ulong usec))
                r.Unit.Service = s with { TimeoutAbortUsec = ZeroIsInfinity(usec) };
            else
                r.Warn($"Failed to parse TimeoutAbortSec= setting, ignoring: {r.Value}");
        });
        yield return Mode("TimeoutStartFailureMode", (s, mode) => s with { TimeoutStartFailure = mode });
        yield return Mode("TimeoutStopFailureMode", (s, mode) => s with { TimeoutStopFailure = mode });
        yield return Service("RuntimeMaxSec", (r, s) => r.Unit.Service = s with { RuntimeMaxUsec = r.Seconds() ?? s.RuntimeMaxUsec });
        yield return Service("RuntimeRandomizedExtraSec", (r, s) => r.Unit.Service = s with { RuntimeExtraUsec = r.Seconds() ?? s.RuntimeExtraUsec });
        yield return Service("WatchdogSec", (r, s) => r.Unit.Service = s with { WatchdogUsec = r.Seconds() ?? s.WatchdogUsec });
    }

    private static IEnumerable<DirectiveRow> RestartRows()
    {
        yield return Service("Restart", (r, s) =>
        {
            if (r.OneOf(Names.RestartPolicies, "Failed to parse service restart specifier") is { } index)
                r.Unit.Service = s with { Restart = (RestartPolicy)index };
        });
        yield return Service("RestartSec", (r, s) => r.Unit.Service = s with { RestartUsec = r.Seconds() ?? s.RestartUsec });
        yield return Service("RestartSteps", (r, s) => r.Unit.Service = s with { RestartSteps = r.Unsigned() ?? s.RestartSteps });
        yield return Service("RestartMaxDelaySec", (r, s) => r.Unit.Service = s with { RestartMaxDelayUsec = r.Seconds() ?? s.RestartMaxDelayUsec });
    }

    /// <summary>What a unit's end does to the instance; older files have some of it in [Service].</summary>
    private static IEnumerable<DirectiveRow> ActionRows()
    {
        foreach (string section in (string[])["Unit", "Service"])
        {
            yield return Action(section, "FailureAction", (a, action) => a with { Failure = action });
            yield return Action(section, "StartLimitAction", (a, action) => a with { StartLimit = action });
            yield return Enforced(section, "RebootArgument", r => Change(r, a => a with { RebootArgument = r.IsEmpty ? null : r.Expanded() ?? a.RebootArgument }));
        }
        yield return Action("Unit", "SuccessAction", (a, action) => a with { Success = action });
        yield return ExitStatus("FailureActionExitStatus", (a, status) => a with { FailureExitStatus = status });
        yield return ExitStatus("SuccessActionExitStatus", (a, status) => a with { SuccessExitStatus = status });
    }

    private static DirectiveRow Action(string section, string key, Func<UnitActions, EmergencyAction, UnitActions> set) => Enforced(section, key, r =>
    {
        if (CheckAction(r))
            Change(r, a => set(a, (EmergencyAction)Array.IndexOf(s_actions, r.Value)));
    });

    private static DirectiveRow ExitStatus(string key, Func<UnitActions, int?, UnitActions> set) => Enforced("Unit", key, r =>
    {
        if (r.IsEmpty)
            Change(r, a => set(a, null));
        else if (Integers.ReadUnsigned(r.Value, 255, out ulong status) is not ParseError.None and var error)
            r.Warn($"Failed to parse exit status '{r.Value}', ignoring: {Words(error)}");
        else
            Change(r, a => set(a, (int)status));
    });

    private static void Change(Reading r, Func<UnitActions, UnitActions> change) => r.Unit.Unit = r.Unit.Unit with { Actions = change(r.Unit.Unit.Actions) };

    private static DirectiveRow Timeout(string key, Func<Reading, ServiceDefinition, ulong, ServiceDefinition> set) => Service(key, (r, s) =>
    {
        if (TimeSpans.TryParse(r.Value, out ulong usec))
            r.Unit.Service = set(r, s, ZeroIsInfinity(usec));
        else
            r.Warn($"Failed to parse {(key == "TimeoutStopSec" ? "time value" : $"{key}= parameter")}, ignoring: {r.Value}");
    });

    private static DirectiveRow Mode(string key, Func<ServiceDefinition, TimeoutFailureMode, ServiceDefinition> set) => Service(key, (r, s) =>
    {
        if (r.OneOf(Names.TimeoutFailureModes, "Failed to parse timeout failure mode") is { } index)
            r.Unit.Service = set(s, (TimeoutFailureMode)index);
    });

    /// <summary>"No timeout" has been written as 0 since before <c>infinity</c> existed.</summary>
    private static ulong ZeroIsInfinity(ulong usec) => usec == 0 ? ServiceDefinition.Infinity : usec;
}
