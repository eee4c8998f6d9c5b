using System.Collections.Immutable;
using Sereno.Manager.Machine;
using Sereno.Units.Model;

namespace Sereno.Manager.Spawn;

/// <summary>From unit and machine to a plan: no side effects, the same answer for the same question.</summary>
public static partial class PlanBuilder
{
    /// <summary>Leaves an owner as it is, as in chown(2).</summary>
    private const uint Unchanged = uint.MaxValue;

    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <param name="variables">What this process is told besides its unit's settings: INVOCATION_ID, MAINPID, NOTIFY_SOCKET...</param>
    /// <param name="shared">What the unit's processes have in common, and maybe other units'; null for none.</param>
    /// <param name="takesTerminal">Not those that stop or reload: the service itself may be at it.</param>
    /// <param name="descriptors">The names of those that are passed, in their order.</param>
    /// <param name="streams">Which of stdin, stdout and stderr come as descriptors, behind those; they win over what the unit says.</param>
    /// <exception cref="PlanException">The user doesn't exist, an environment file can't be read, the program isn't found.</exception>
    public static SpawnPlan Build(UnitName unit, ExecContext context, ExecCommand command, InstanceFacts facts, IMachine machine,
        IEnumerable<KeyValuePair<string, string>> variables, SharedSandbox? shared = null, bool takesTerminal = true, ImmutableArray<string> descriptors = default,
        ImmutableArray<string> streams = default)
    {
        var steps = ImmutableArray.CreateBuilder<SpawnStep>();
        var user = FindUser(unit, context, facts, machine);
        uint? gid = FindGroup(context, facts, machine) ?? user?.Gid;
        bool sandbox = (command.Flags & ExecFlags.FullyPrivileged) == 0;
        bool dropPrivileges = sandbox && (command.Flags & ExecFlags.NoSetuid) == 0;

        steps.Add(new NewSession());
        var stream = AddStreams(steps, unit, context, user?.Uid, takesTerminal, descriptors.IsDefault ? [] : descriptors, streams.IsDefault ? [] : streams);
        var environment = ProcessEnvironment.Build(unit, context, facts, machine, user, [.. variables, .. JournalStream(steps, facts)]);
        if (context.IgnoreSigpipe)
            steps.Add(new IgnoreSignal(13));
        AddScheduling(steps, context, machine);
        steps.Add(new SetUMask(context.UMask));
        AddDirectories(steps, context, facts, user?.Uid ?? facts.Uid, gid ?? (facts.Uid == 0 ? 0 : uint.MaxValue));
        AddCredentials(steps, unit, context, facts, machine, user?.Uid ?? facts.Uid);
        AddKeyring(steps, context, facts, user?.Uid ?? Unchanged, gid ?? Unchanged, environment.GetValueOrDefault("INVOCATION_ID"));
        if (sandbox)
            foreach (var (resource, limit) in context.Limits.OrderBy(l => l.Key))
                steps.Add(new SetLimit(resource, limit));
        var notes = AddNamespaces(steps, unit, context, sandbox, facts, machine, shared);
        if (dropPrivileges)
            AddGroups(steps, context, facts, machine, user, gid);
        if (sandbox)
            AddUserNamespace(steps, context, facts, user?.Uid, gid);
        steps.Add(new CloseOthers());
        if (sandbox)
            AddCapabilities(steps, context);
        uint uid = dropPrivileges && user is not null ? user.Uid : facts.Uid;
        if (uid != facts.Uid)
            AddUser(steps, context, uid, sandbox);
        AddWorkingDirectory(steps, context, facts, user);
        if (sandbox)
            AddRestrictions(steps, context, facts, uid);

        var arguments = (command.Flags & ExecFlags.NoEnvironmentExpansion) != 0
            ? command.Arguments : Arguments.Expand(command.Arguments, environment);
        steps.Add(new Execute(FindProgram(command.Path, context, machine), arguments,
            [.. environment.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value}")]));
        return new(steps.ToImmutable(), stream) { Notes = notes };
    }

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

    private static string FindProgram(string path, ExecContext context, IMachine machine)
    {
        if (path.Contains('/'))
            return path;
        foreach (string folder in context.ExecSearchPath.IsEmpty ? DefaultPath.Split(':') : context.ExecSearchPath.AsEnumerable())
            if (machine.IsExecutable($"{context.Sandbox.RootDirectory}{folder}/{path}"))
                return $"{folder}/{path}";
        throw new PlanException(203, $"cannot find {path}: No such file or directory");
    }
}
