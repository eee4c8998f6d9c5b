using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>[Service], apart from commands and what all processes share (systemd.service(5)).</summary>
internal static partial class DirectiveTable
{
    private static DirectiveRow Service(string key, Action<Reading, ServiceDefinition> read) => Enforced("Service", key, r => read(r, r.Unit.Service));

    private static IEnumerable<DirectiveRow> ServiceRows()
    {
        yield return Enforced("Service", "Type", ReadType);
        yield return Service("Restart", (r, s) =>
        {
            if (r.OneOf(Names.RestartPolicies, "Failed to parse service restart specifier") is { } index)
                r.Unit.Service = s with { Restart = (RestartPolicy)index };
        });
        yield return Service("NotifyAccess", (r, s) =>
        {
            if (r.OneOf(Names.NotifyAccesses, "Failed to parse notify access specifier") is { } index)
                r.Unit.Service = s with { NotifyAccess = (NotifyAccess)index };
        });
        yield return Service("RestartSec", (r, s) => r.Unit.Service = s with { RestartUsec = r.Seconds() ?? s.RestartUsec });
        yield return Service("RuntimeMaxSec", (r, s) => r.Unit.Service = s with { RuntimeMaxUsec = r.Seconds() ?? s.RuntimeMaxUsec });
        yield return Service("WatchdogSec", (r, s) => r.Unit.Service = s with { WatchdogUsec = r.Seconds() ?? s.WatchdogUsec });
        foreach (string key in (string[])["TimeoutSec", "TimeoutStartSec"])
            yield return Service(key, (r, s) =>
            {
                if (!TimeSpans.TryParse(r.Value, out ulong usec))
                {
                    r.Warn($"Failed to parse {key}= parameter, ignoring: {r.Value}");
                    return;
                }
                usec = ZeroIsInfinity(usec);
                r.Unit.TimeoutStartIsSet = true;
                r.Unit.Service = s with { TimeoutStartUsec = usec, TimeoutStopUsec = key == "TimeoutSec" ? usec : s.TimeoutStopUsec };
            });
        yield return Service("TimeoutStopSec", (r, s) =>
        {
            if (TimeSpans.TryParse(r.Value, out ulong usec))
                r.Unit.Service = s with { TimeoutStopUsec = ZeroIsInfinity(usec) };
            else
                r.Warn($"Failed to parse {r.Key}= parameter, ignoring: {r.Value}");
        });
        yield return Service("RemainAfterExit", (r, s) => r.Unit.Service = s with { RemainAfterExit = r.Boolean() ?? s.RemainAfterExit });
        yield return Service("GuessMainPID", (r, s) => r.Unit.Service = s with { GuessMainPid = r.Boolean() ?? s.GuessMainPid });
        yield return Enforced("Service", "PIDFile", ReadPidFile);
        yield return Emulated("Service", "BusName", "no bus is watched: the name only completes Type=dbus", ReadBusName);
        yield return Service("SuccessExitStatus", (r, s) => r.Unit.Service = s with { SuccessExitStatus = ReadStatuses(r, s.SuccessExitStatus) });
        yield return Service("RestartPreventExitStatus", (r, s) => r.Unit.Service = s with { RestartPreventExitStatus = ReadStatuses(r, s.RestartPreventExitStatus) });
        yield return Service("RestartForceExitStatus", (r, s) => r.Unit.Service = s with { RestartForceExitStatus = ReadStatuses(r, s.RestartForceExitStatus) });
        yield return Ignored("Service", "ExitType", "not supported: a service ends with its main process", r =>
        {
            if (r.OneOf(["main", "cgroup"], "Failed to parse service exit type") is { } index)
                r.Unit.ExitsWithGroup = index == 1;
        });
        yield return Ignored("Service", "FileDescriptorStoreMax", "not supported: the descriptor store", r => r.Unit.StoresDescriptors = r.Unsigned() > 0);
        yield return Action("Service", "StartLimitAction", (j, a) => j with { StartLimitAction = a });
        yield return Action("Service", "FailureAction", (j, a) => j with { FailureAction = a });
        yield return Emulated("Service", "RebootArgument", EndsInstance, r => SetJobs(r, j => j with { RebootArgument = r.Value }));
        foreach (var row in IgnoredAll("Service", "not supported: the final kill does not abort", "TimeoutStartFailureMode TimeoutStopFailureMode",
                     r => r.OneOf(["terminate", "abort", "kill"], "Failed to parse timeout failure mode")))
            yield return row;
        yield return Ignored("Service", "TimeoutAbortSec", "not supported: TimeoutStopSec= limits an abort too");
        yield return Ignored("Service", "RuntimeRandomizedExtraSec", "not supported: RuntimeMaxSec= is exact", r => r.Seconds());
        foreach (var row in IgnoredAll("Service", "not supported: Exec prefixes say it instead", "PermissionsStartOnly RootDirectoryStartOnly", r => r.Boolean()))
            yield return row;
        foreach (var row in IgnoredAll("Service", "sockets are not supported yet", "Sockets"))
            yield return row;
        yield return Ignored("Service", "NonBlocking", "sockets are not supported yet", r => r.Boolean());
        foreach (var row in IgnoredAll("Service", "not supported: USB gadgets", "USBFunctionDescriptors USBFunctionStrings"))
            yield return row;
        yield return Ignored("Service", "OOMPolicy", "not supported: out-of-memory kills are not told from others",
            r => r.OneOf(["continue", "stop", "kill"], "Failed to parse OOM policy"));
        foreach (var row in IgnoredAll("Service", "obsolete: systemd ignores it too", "SysVStartPriority BusPolicy"))
            yield return row;
    }

    /// <summary>"No timeout" has been written as 0 since before <c>infinity</c> existed.</summary>
    private static ulong ZeroIsInfinity(ulong usec) => usec == 0 ? ServiceDefinition.Infinity : usec;

    private static void ReadType(Reading r)
    {
        if (r.OneOf(Names.ServiceTypes, "Failed to parse service type") is not { } index)
            return;
        r.Unit.Type = (ServiceType)index;
        r.Held = r.Unit.Type switch
        {
            ServiceType.Dbus => (Support.Emulated, "counts as started once its process runs: no bus is watched for its name"),
            ServiceType.Idle => (Support.Emulated, "starts as simple does, without waiting for other jobs"),
            _ => null,
        };
    }

    private static void ReadPidFile(Reading r)
    {
        if (r.IsEmpty)
        {
            r.Unit.Service = r.Unit.Service with { PidFile = null };
            return;
        }
        if (r.Expanded(path: true) is not { } path)
            return;
        if (!Paths.IsAbsolute(path) && r.Specifiers.TryPath("%t", out string run, out _))
            path = Paths.Join(run, path);
        if (r.CheckedPath(path) is not { } file)
        {
            r.Break(); // "ignoring", says systemd, and then fails to load the unit
            return;
        }
        // /var/run is a legacy name of /run; Debian's systemd rewrites it without a word.
        if (Paths.Below(file, "/var/run") is { Length: > 0 } below)
            file = "/run/" + below;
        r.Unit.Service = r.Unit.Service with { PidFile = file };
    }

    private static void ReadBusName(Reading r)
    {
        if (!r.Specifiers.TryText(r.Value, out string name, out string error, 255))
            r.Warn($"Failed to resolve unit specifiers in {r.Value}, ignoring: {error}");
        else if (!Validity.IsBusName(name))
            r.Warn($"Invalid bus name, ignoring: {name}");
        else
            r.Unit.Service = r.Unit.Service with { BusName = name };
    }

    /// <summary>A number is an exit code, never a signal.</summary>
    private static ExitStatusSet ReadStatuses(Reading r, ExitStatusSet set)
    {
        if (r.IsEmpty)
            return ExitStatusSet.Empty;
        foreach (string word in r.Words(Text.WordFlags.None, $"Failed to parse {r.Key}={r.Value}, ignoring: Invalid argument"))
            if (ExitStatuses.Parse(word) is { } code)
                set = set with { Codes = set.Codes.Add(code) };
            else if (Signals.Parse(word) is { } signal)
                set = set with { Signals = set.Signals.Add(signal) };
            else
                r.Warn($"Failed to parse value, ignoring: {word}");
        return set;
    }
}
