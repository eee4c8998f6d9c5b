using System.Collections.Immutable;
using Sereno.Units.Directives;
using Sereno.Units.Load;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Check;

/// <summary>What of this machine a check looks at; a test puts a table in its place.</summary>
public interface ICheckHost
{
    /// <summary>Null where the command can be executed, otherwise errno's words. A bare name is looked up in PATH.</summary>
    string? WhyNotExecutable(string command);

    bool UserExists(string nameOrId);

    bool GroupExists(string nameOrId);

    /// <summary>Whether control groups have this controller here (cgroups(7)).</summary>
    bool HasController(string name);

    /// <summary>Whether programs can be put at control groups (bpf(2)).</summary>
    bool HasGroupPrograms => true;
}

/// <summary>Everything that can be said about a unit without starting it.</summary>
/// <param name="Directives">Each assignment with its support, in the order read.</param>
/// <param name="Diagnostics">The load's own, then missing executables and accounts.</param>
public sealed record UnitReport(UnitDefinition Unit, ImmutableArray<Directive> Directives, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>True where the unit can be started and nothing was found.</summary>
    public bool IsClean => Diagnostics.IsEmpty && Unit.LoadState == LoadState.Loaded;
}

/// <summary>The checks of <c>systemd-analyze verify</c>, and how far each directive holds here.</summary>
public static class UnitCheck
{
    /// <param name="loader">Finds the units that this one can't do without; null leaves them alone.</param>
    public static UnitReport Run(UnitDefinition unit, ICheckHost host, IUnitLoader? loader = null)
    {
        var findings = unit.Diagnostics.ToBuilder();
        if (unit.StartRefusal() is { } refusal)
            findings.Add(new(Severity.Error, null, 0, refusal));
        if (unit.Service is { } service)
        {
            findings.AddRange(MissingCommands(unit, service, host));
            findings.AddRange(MissingAccounts(unit, service.Exec, host));
        }
        if (unit is { LoadState: LoadState.Loaded, Name.Type: UnitType.Socket, Triggers: { } served } && loader is not null && !IsThere(served, loader))
            findings.Add(new(Severity.Error, unit.Name.Full, 0, $"service {served} not loaded, socket cannot be started."));
        // What could not be parsed holds nowhere, however well its directive is supported.
        var byPlace = unit.Diagnostics.Where(d => d.Line > 0).ToLookup(d => (d.File, d.Line));
        var directives = unit.Directives.Select(d => byPlace[(d.File, d.Line)].FirstOrDefault() is { } finding && d.Support != Support.Ignored
            && d.Reason?.StartsWith(Directive.InPart, StringComparison.Ordinal) != true
            ? d with { Support = Support.Ignored, Reason = finding.Message }
            : d.Support == Support.Enforced && ControllerNeeds.Of(d) is { } controller && !host.HasController(controller)
            ? d with { Support = Support.Ignored, Reason = $"no {controller} controller here" }
            : d is { Section: DirectiveTable.Sereno, Key: "Scope", Support: Support.Enforced } && unit.Name.Type == UnitType.Service && !host.HasGroupPrograms
            ? d with { Support = Support.Ignored, Reason = "only reported: programs at control groups need cgroup v2, CAP_BPF and CAP_NET_ADMIN" } : d);
        return new(unit, [.. directives], findings.ToImmutable());
    }

    /// <summary>Or a template of that name, which serves a connection each.</summary>
    private static bool IsThere(UnitName service, IUnitLoader loader) =>
        loader.Load(service).LoadState == LoadState.Loaded || (service.Instance is null && loader.Load(UnitName.Parse($"{service.Prefix}@0.service")).LoadState == LoadState.Loaded);

    private static IEnumerable<Diagnostic> MissingCommands(UnitDefinition unit, ServiceDefinition service, ICheckHost host)
    {
        ImmutableArray<ExecCommand>[] kinds =
        [
            service.ExecCondition, service.ExecStartPre, service.ExecStart, service.ExecStartPost, service.ExecReload, service.ExecStop, service.ExecStopPost,
        ];
        // The verdict rests on the first of each kind, as systemd-analyze's does: those before it may bring the others.
        foreach (var commands in kinds)
            foreach (var command in commands.Where(c => !c.IgnoreFailure))
                if (host.WhyNotExecutable(command.Path) is { } reason)
                    yield return new(command == commands[0] ? Severity.Error : Severity.Warning, unit.Name.Full, 0, $"Command {command.Path} is not executable: {reason}");
    }

    private static IEnumerable<Diagnostic> MissingAccounts(UnitDefinition unit, ExecContext exec, ICheckHost host)
    {
        if (exec.User is { } user && !host.UserExists(user))
            yield return new(Severity.Warning, unit.Name.Full, 0, $"User {user} does not exist");
        foreach (string group in exec.SupplementaryGroups.Prepend(exec.Group ?? "0"))
            if (!host.GroupExists(group))
                yield return new(Severity.Warning, unit.Name.Full, 0, $"Group {group} does not exist");
    }
}

/// <summary>This machine, by its files: PATH, passwd and group. Accounts that only a name service knows count as missing.</summary>
public sealed class CheckHost : ICheckHost
{
    private static readonly string[] s_path = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    public string? WhyNotExecutable(string command)
    {
        if (Paths.IsAbsolute(command))
            return Why(command);
        return s_path.Any(folder => Why(Paths.Join(folder, command)) is null) ? null : "No such file or directory";
    }

    private static string? Why(string path)
    {
        if (Directory.Exists(path))
            return "Is a directory";
        if (!File.Exists(path))
            return "No such file or directory";
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & execute) != 0 ? null : "Permission denied";
    }

    public bool UserExists(string nameOrId) => Exists("/etc/passwd", nameOrId);

    /// <summary>Those of the hierarchy's root can be passed on to whoever is below (cgroups(7), cgroup.controllers).</summary>
    public bool HasController(string name) => ((string[])["/sys/fs/cgroup/cgroup.controllers", "/sys/fs/cgroup/unified/cgroup.controllers"])
        .Any(file => File.Exists(file) && File.ReadAllText(file).Split(' ', '\n').Contains(name));

    /// <summary>By our own rights (capabilities(7)): CAP_SYS_ADMIN is 21, CAP_NET_ADMIN 12 and CAP_BPF 39.</summary>
    public bool HasGroupPrograms
    {
        get
        {
            const ulong Admin = 1ul << 21, Both = 1ul << 12 | 1ul << 39;
            string[] groups = ["/sys/fs/cgroup/cgroup.controllers", "/sys/fs/cgroup/unified/cgroup.controllers"];
            return groups.Any(File.Exists) && File.Exists("/proc/self/status")
                && File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("CapEff:", StringComparison.Ordinal)) is { } line
                && ulong.TryParse(line.AsSpan(7).Trim(), System.Globalization.NumberStyles.HexNumber, null, out ulong rights) && ((rights & Admin) != 0 || (rights & Both) == Both);
        }
    }

    public bool GroupExists(string nameOrId) => Exists("/etc/group", nameOrId);

    /// <summary>A number needs no entry.</summary>
    private static bool Exists(string file, string nameOrId) =>
        uint.TryParse(nameOrId, out _) || (File.Exists(file) && File.ReadLines(file).Any(l => l.StartsWith(nameOrId + ":", StringComparison.Ordinal)));
}
