using System.Collections.Immutable;
using Sereno.Manager.Machine;
using Sereno.Units.Model;

namespace Sereno.Manager.Spawn;

/// <summary>RuntimeDirectory= and its kin (systemd.exec(5), "Paths").</summary>
public static partial class PlanBuilder
{
    private static void AddDirectories(ImmutableArray<SpawnStep>.Builder steps, ExecContext context, InstanceFacts facts, uint uid, uint gid)
    {
        foreach (var (kind, set) in context.Directories.OrderBy(d => d.Key))
        {
            var names = set.Names.Order(StringComparer.Ordinal).ToList();
            foreach (string name in names)
                if (kind == DirectoryKind.Configuration)
                    // It stays the administrator's (systemd.exec(5)).
                    steps.Add(new MakeDirectory(StageOf(kind), $"{facts.Roots[kind]}/{name}", set.Mode, facts.Uid, Unchanged));
                else if (IsPrivate(context, facts, kind))
                    AddPrivate(steps, context, facts, kind, name, uid, gid, names.Any(n => name.StartsWith(n + "/", StringComparison.Ordinal)));
                else
                {
                    if (facts.IsSystem && kind != DirectoryKind.Runtime)
                        steps.Add(new MoveFolder(StageOf(kind), $"{facts.Roots[kind]}/{name}", $"{facts.Roots[kind]}/private/{name}", Into: false));
                    steps.Add(new MakeDirectory(StageOf(kind), $"{facts.Roots[kind]}/{name}", set.Mode, uid, gid, Recursive: true));
                }
            foreach (var (name, link) in set.Links)
                steps.Add(new MakeLink(StageOf(kind), Up(link) + name, $"{facts.Roots[kind]}/{link}"));
        }
    }

    /// <summary>Numbers of dynamic users are given again to others: what they leave is where only root gets in, or who has it mounted.</summary>
    internal static bool IsPrivate(ExecContext context, InstanceFacts facts, DirectoryKind kind) => context.DynamicUser && facts.IsSystem
        && (facts.Refused & NamespaceKinds.Mount) == 0 && kind switch
    {
        DirectoryKind.Configuration => false,
        DirectoryKind.Runtime => context.RuntimeDirectoryPreserve != DirectoryPreserve.No,
        DirectoryKind.State or DirectoryKind.Cache or DirectoryKind.Logs => true,
    };

    private static void AddPrivate(ImmutableArray<SpawnStep>.Builder steps, ExecContext context, InstanceFacts facts, DirectoryKind kind, string name, uint uid,
        uint gid, bool isBelowAnother)
    {
        string root = facts.Roots[kind];
        int stage = StageOf(kind);
        steps.Add(new MakeDirectory(stage, $"{root}/private", 0x1C0 /* 0700 */, facts.Uid, Unchanged));
        steps.Add(new MoveFolder(stage, $"{root}/{name}", $"{root}/private/{name}", Into: true));
        steps.Add(new MakeDirectory(stage, $"{root}/private/{name}", context.Directories[kind].Mode, uid, gid, Recursive: true));
        if (!isBelowAnother)
            steps.Add(new MakeLink(stage, $"{Up(name)}private/{name}", $"{root}/{name}"));
    }

    /// <summary>From where a path below a folder is back to that folder.</summary>
    private static string Up(string path) => string.Concat(Enumerable.Repeat("../", path.Count(c => c == '/')));

    private static int StageOf(DirectoryKind kind) => kind switch
    {
        DirectoryKind.Runtime => 233,
        DirectoryKind.State => 238,
        DirectoryKind.Cache => 239,
        DirectoryKind.Logs => 240,
        DirectoryKind.Configuration => 241,
    };
}
