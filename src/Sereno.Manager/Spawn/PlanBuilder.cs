using System.Collections.Immutable;
using Sereno.Manager.Machine;
using Sereno.Units.Model;

namespace Sereno.Manager.Spawn;

/// <summary>From unit and machine to a plan: no side effects, the same answer for the same question.</summary>
public static partial class PlanBuilder
{
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <param name="variables">What this process is told besides its unit's settings: INVOCATION_ID, MAINPID, NOTIFY_SOCKET...</param>
    /// <exception cref="PlanException">The user doesn't exist, an environment file can't be read, the program isn't found.</exception>
    public static SpawnPlan Build(UnitName unit, ExecContext context, ExecCommand command, InstanceFacts facts, IMachine machine,
        IEnumerable<KeyValuePair<string, string>> variables)
    {
        var steps = ImmutableArray.CreateBuilder<SpawnStep>();
        var user = FindUser(context, machine);
        uint? gid = context.Group is { } group
            ? machine.FindGroup(group) ?? throw new PlanException(216, $"cannot find group {group}: no such group")
            : user?.Gid;
        bool sandbox = (command.Flags & ExecFlags.FullyPrivileged) == 0;
        bool dropPrivileges = sandbox && (command.Flags & ExecFlags.NoSetuid) == 0;

        steps.Add(new NewSession());
        var stream = AddStreams(steps, unit, context);
        if (context.IgnoreSigpipe)
            steps.Add(new IgnoreSignal(13));
        if (context.OomScoreAdjust is { } score)
            steps.Add(new SetOomScoreAdjust(score));
        if (context.Nice is { } nice)
            steps.Add(new SetNice(nice));
        steps.Add(new SetUMask(context.UMask));
        AddDirectories(steps, context, facts, user?.Uid ?? facts.Uid, gid ?? (facts.Uid == 0 ? 0 : uint.MaxValue));
        if (sandbox)
            foreach (var (resource, limit) in context.Limits.OrderBy(l => l.Key))
                steps.Add(new SetLimit(resource, limit));
        if (dropPrivileges)
            AddGroups(steps, context, facts, machine, user, gid);
        steps.Add(new CloseOthers());
        if (sandbox)
            AddCapabilities(steps, context);
        uint uid = dropPrivileges && user is not null ? user.Uid : facts.Uid;
        if (uid != facts.Uid)
            AddUser(steps, context, uid, sandbox);
        AddWorkingDirectory(steps, context, facts, user);
        if (sandbox)
            AddRestrictions(steps, context, facts, uid);

        var environment = ProcessEnvironment.Build(context, facts, machine, user, variables);
        var arguments = (command.Flags & ExecFlags.NoEnvironmentExpansion) != 0
            ? command.Arguments : Arguments.Expand(command.Arguments, environment);
        steps.Add(new Execute(FindProgram(command.Path, machine), arguments,
            [.. environment.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value}")]));
        return new(steps.ToImmutable(), stream);
    }

    private static UserEntry? FindUser(ExecContext context, IMachine machine) => context.User is { } name
        ? machine.FindUser(name) ?? throw new PlanException(217, $"cannot find user {name}: no such user")
        : null;

    private static LogStream? AddStreams(ImmutableArray<SpawnStep>.Builder steps, UnitName unit, ExecContext context)
    {
        // stderr inherits from stdout, stdout from stdin (systemd.exec(5), StandardOutput=).
        var input = context.StandardInput;
        var output = context.StandardOutput.Kind == StreamKind.Inherit
            ? input.Kind == StreamKind.Null ? StreamTarget.Journal : input : context.StandardOutput;
        var error = context.StandardError;
        steps.Add(new OpenFile(208, 0, input.Kind == StreamKind.File ? input.Argument! : "/dev/null", OpenMode.Read));
        bool logs = AddOutput(steps, output, 1, 209);
        if (error.Kind == StreamKind.Inherit || error == output)
            steps.Add(new CopyDescriptor(222, 1, 2));
        else
            logs |= AddOutput(steps, error, 2, 222);
        return logs ? new LogStream(unit.Full, Shorten(context.SyslogIdentifier ?? "")) : null;
    }

    private static bool AddOutput(ImmutableArray<SpawnStep>.Builder steps, StreamTarget target, int fd, int stage)
    {
        SpawnStep step = target.Kind switch
        {
            StreamKind.Null => new OpenFile(stage, fd, "/dev/null", OpenMode.Append),
            StreamKind.File => new OpenFile(stage, fd, target.Argument!, OpenMode.ReadWrite),
            StreamKind.Append => new OpenFile(stage, fd, target.Argument!, OpenMode.Append),
            StreamKind.Truncate => new OpenFile(stage, fd, target.Argument!, OpenMode.Truncate),
            // Consoles, kmsg and inherited sockets end in the journal here, which `check` says.
            StreamKind.Inherit or StreamKind.Journal or StreamKind.Kmsg or StreamKind.Tty or StreamKind.Socket or StreamKind.Fd =>
                new UseLogPipe(stage, fd),
        };
        steps.Add(step);
        return step is UseLogPipe;
    }

    private static void AddDirectories(ImmutableArray<SpawnStep>.Builder steps, ExecContext context, InstanceFacts facts, uint uid, uint gid)
    {
        foreach (var (kind, set) in context.Directories.OrderBy(d => d.Key))
            foreach (string name in set.Names)
                // ConfigurationDirectory= stays the administrator's (systemd.exec(5)).
                steps.Add(kind == DirectoryKind.Configuration
                    ? new MakeDirectory(StageOf(kind), $"{facts.Roots[kind]}/{name}", set.Mode, facts.Uid, uint.MaxValue)
                    : new MakeDirectory(StageOf(kind), $"{facts.Roots[kind]}/{name}", set.Mode, uid, gid));
    }

    private static int StageOf(DirectoryKind kind) => kind switch
    {
        DirectoryKind.Runtime => 233,
        DirectoryKind.State => 238,
        DirectoryKind.Cache => 239,
        DirectoryKind.Logs => 240,
        DirectoryKind.Configuration => 241,
    };

    private static void AddGroups(ImmutableArray<SpawnStep>.Builder steps, ExecContext context, InstanceFacts facts, IMachine machine,
        UserEntry? user, uint? gid)
    {
        bool isOwn = user is null || (user.Uid == facts.Uid && facts.Uid != 0);
        if (isOwn && gid is null && context.SupplementaryGroups.IsEmpty)
            return;
        var groups = new SortedSet<uint>();
        if (user is not null)
            groups.UnionWith(machine.GroupsOf(user.Name));
        if (gid is { } primary)
            groups.Add(primary);
        foreach (string name in context.SupplementaryGroups)
            groups.Add(machine.FindGroup(name) ?? throw new PlanException(216, $"cannot find group {name}: no such group"));
        if (facts.Uid == 0)
            steps.Add(new SetGroups([.. groups]));
        if (gid is { } id && !(isOwn && context.Group is null))
            steps.Add(new SetGid(id));
    }

    private static void AddWorkingDirectory(ImmutableArray<SpawnStep>.Builder steps, ExecContext context, InstanceFacts facts, UserEntry? user)
    {
        string home = user?.Home ?? facts.Environment.GetValueOrDefault("HOME", "/");
        steps.Add(context.WorkingDirectory is { } directory
            ? new ChangeDirectory(directory.Path == "~" ? home : directory.Path, directory.Optional)
            : new ChangeDirectory(facts.IsSystem ? "/" : home, !facts.IsSystem));
    }

    /// <summary>The journal keeps it with every line.</summary>
    private static string Shorten(string identifier) => identifier.Length <= 255 ? identifier : identifier[..255];

    private static string FindProgram(string path, IMachine machine)
    {
        if (path.Contains('/'))
            return path;
        foreach (string folder in DefaultPath.Split(':'))
            if (machine.IsExecutable($"{folder}/{path}"))
                return $"{folder}/{path}";
        throw new PlanException(203, $"cannot find {path}: No such file or directory");
    }
}
