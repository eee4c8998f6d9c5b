using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>The settings of [Unit] that jobs look at (systemd.unit(5)).</summary>
internal static partial class DirectiveTable
{
    private static readonly string[] s_jobModes =
        ["fail", "replace", "replace-irreversibly", "isolate", "flush", "ignore-dependencies", "ignore-requirements", "triggering"];

    private static IEnumerable<DirectiveRow> JobRows()
    {
        const string unit = "Unit";
        yield return Enforced(unit, "JobTimeoutAction", r =>
        {
            if (CheckAction(r))
                SetJobs(r, j => j with { TimeoutAction = (EmergencyAction)Array.IndexOf(s_actions, r.Value) });
        });
        yield return Enforced(unit, "JobTimeoutRebootArgument", r =>
        {
            if (r.Expanded() is { } argument)
                SetJobs(r, j => j with { TimeoutRebootArgument = argument });
        });
        yield return Enforced(unit, "JobTimeoutSec", r =>
        {
            // The older of the two settings stands for both where only it is given.
            if (JobSeconds(r) is { } usec)
                SetJobs(r, j => j with { TimeoutUsec = usec, RunningTimeoutUsec = r.Unit.RunningTimeoutIsSet ? j.RunningTimeoutUsec : usec });
        });
        yield return Enforced(unit, "JobRunningTimeoutSec", r =>
        {
            if (JobSeconds(r) is not { } usec)
                return;
            r.Unit.RunningTimeoutIsSet = true;
            SetJobs(r, j => j with { RunningTimeoutUsec = usec });
        });
        yield return Enforced(unit, "OnFailureJobMode", r => SetMode(r, (j, m) => j with { OnFailureMode = m }));
        yield return Enforced(unit, "OnSuccessJobMode", r => SetMode(r, (j, m) => j with { OnSuccessMode = m }));
        yield return Enforced(unit, "OnFailureIsolate", r =>
        {
            if (Values.Booleans.Parse(r.Value) is not { } isolates)
                r.Warn($"Failed to parse boolean, ignoring: {r.Value}");
            else
                SetJobs(r, j => j with { OnFailureMode = isolates ? JobMode.Isolate : JobMode.Replace });
        });
        yield return Enforced(unit, "CollectMode", r =>
        {
            if (r.OneOf(["inactive", "inactive-or-failed"], "Failed to parse garbage collection mode") is { } mode)
                SetJobs(r, j => j with { CollectMode = (CollectMode)mode });
        });
        yield return Enforced(unit, "RequiresMountsFor", r =>
        {
            foreach (string word in r.Words(WordFlags.Unquote))
                if (r.Expanded(word, path: true) is { } path && r.CheckedPath(path) is { } simple)
                    SetJobs(r, j => j with { RequiresMountsFor = j.RequiresMountsFor.Add(simple) });
        });
        yield return Enforced(unit, "SourcePath", r =>
        {
            if (r.IsEmpty)
                SetJobs(r, j => j with { SourcePath = null });
            else if (r.Expanded(path: true) is { } path && r.CheckedPath(path) is { } simple)
                SetJobs(r, j => j with { SourcePath = simple });
        });
    }

    /// <summary>Slice= is known to every section whose units have a control group (systemd.resource-control(5)).</summary>
    private static IEnumerable<DirectiveRow> SliceRows()
    {
        foreach (string section in (string[])["Service", "Socket", "Mount", "Swap", "Scope", "Slice"])
            yield return Enforced(section, "Slice", r =>
            {
                if (!r.Specifiers.TryName(r.Value, out string name, out string error))
                    r.Warn($"Failed to resolve unit specifiers in {r.Value}, ignoring: {error}");
                else if (!UnitName.TryParse(name, out var slice))
                    r.Warn($"Failed to load slice unit {name}, ignoring: Unit name {name} is not valid.");
                else if (slice.IsTemplate)
                    r.Warn($"Failed to load slice unit {name}, ignoring: Unit name {name} is missing the instance name.");
                else if (slice.Type != UnitType.Slice || section == "Slice")
                    r.Warn($"Failed to assign slice {name} to unit {r.Unit.Name}, ignoring: Invalid argument");
                else
                    r.Unit.Unit = r.Unit.Unit with { Slice = slice };
            });
    }

    private static void SetJobs(Reading r, Func<JobSettings, JobSettings> set) => r.Unit.Unit = r.Unit.Unit with { Jobs = set(r.Unit.Unit.Jobs) };

    private static void SetMode(Reading r, Func<JobSettings, JobMode, JobSettings> set)
    {
        if (r.OneOf(s_jobModes, "Failed to parse job mode") is { } mode)
            SetJobs(r, j => set(j, (JobMode)mode));
    }

    /// <summary>Zero means no limit.</summary>
    private static ulong? JobSeconds(Reading r)
    {
        if (TimeSpans.TryParse(r.Value, out ulong usec))
            return usec == 0 ? ServiceDefinition.Infinity : usec;
        r.Warn($"Failed to parse {r.Key}= parameter, ignoring: {r.Value}");
        return null;
    }
}
