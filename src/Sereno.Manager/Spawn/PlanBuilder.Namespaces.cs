using System.Collections.Immutable;
using Sereno.Manager.Machine;
using Sereno.Manager.Spawn.Mounts;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Spawn;

public static partial class PlanBuilder
{
    /// <summary>In systemd's order: without privileges the user namespace gives the right to the others, otherwise it comes last.</summary>
    private static ImmutableArray<string> AddNamespaces(ImmutableArray<SpawnStep>.Builder steps, ExecContext context, bool isSandboxed,
        InstanceFacts facts, IMachine machine, SharedSandbox? shared)
    {
        var s = context.Sandbox;
        if (s.RootImage is not null)
            throw new PlanException(226, "cannot set up mount namespacing: RootImage= is not supported");
        var notes = ImmutableArray.CreateBuilder<string>();
        bool usersFirst = UsersFirst(facts) && s.PrivateUsers && isSandboxed;
        var refused = usersFirst ? facts.Refused & NamespaceKinds.User : facts.Refused;
        if (usersFirst)
            steps.Add(new NewUserNamespace(null, null));
        AddShared(NamespaceKinds.Network, 225, s.PrivateNetwork, s.NetworkNamespacePath, "PrivateNetwork=");
        AddShared(NamespaceKinds.Ipc, 226, s.PrivateIpc, s.IpcNamespacePath, "PrivateIPC=");
        if (NeedsMountNamespace(context, shared))
            AddMounts(steps, context, isSandboxed, facts, machine, shared, refused, notes);
        else if (s.RootDirectory is { } root)
            steps.Add(new ChangeRoot(root));
        if (isSandboxed && context.Protections.HasFlag(KernelProtections.Hostname))
        {
            steps.Add(new Unshare(226, NamespaceKinds.Uts, Tolerate: true));
            if ((refused & NamespaceKinds.Uts) != 0)
                notes.Add("ProtectHostname=yes is configured, but UTS namespace setup is prohibited (container manager?), ignoring namespace setup.");
        }
        return notes.ToImmutable();

        void AddShared(NamespaceKinds kind, int stage, bool isPrivate, string? path, string directive)
        {
            if (path is not null)
                steps.Add(new JoinPath(stage, kind, path));
            else if (isPrivate && (refused & kind) != 0)
                notes.Add($"{directive}yes is configured, but {(kind == NamespaceKinds.Ipc ? "IPC" : "network")} namespace setup failed, ignoring: Operation not permitted");
            else if (isPrivate)
                // A namespace that belongs to another user namespace can't be joined.
                steps.Add(usersFirst || shared is null ? new Unshare(stage, kind, Tolerate: true) : new JoinShared(stage, kind, shared.Owner));
        }
    }

    private static bool UsersFirst(InstanceFacts facts) => (facts.EffectiveCapabilities & Capabilities.Bit(Capabilities.SysAdmin)) == 0;

    private static void AddUserNamespace(ImmutableArray<SpawnStep>.Builder steps, ExecContext context, InstanceFacts facts, uint? uid, uint? gid)
    {
        if (context.Sandbox.PrivateUsers && !UsersFirst(facts))
            steps.Add(new NewUserNamespace(uid, gid));
    }

    /// <summary>Which settings ask for a mount namespace; the others only for something in it if there is one.</summary>
    private static bool NeedsMountNamespace(ExecContext context, SharedSandbox? shared)
    {
        var s = context.Sandbox;
        const KernelProtections inFiles = KernelProtections.Devices | KernelProtections.Tunables | KernelProtections.Modules | KernelProtections.Logs;
        return (context.Protections & inFiles) != 0 || !s.ReadWritePaths.IsEmpty || !s.ReadOnlyPaths.IsEmpty || !s.InaccessiblePaths.IsEmpty || !s.ExecPaths.IsEmpty || !s.NoExecPaths.IsEmpty
            || !s.BindPaths.IsEmpty || !s.TemporaryFileSystems.IsEmpty
            || s.MountFlags is MountPropagation.Slave or MountPropagation.Private
            || (s.PrivateTmp && shared?.Tmp is not null)
            || s.PrivateMounts || s.PrivateIpc || s.IpcNamespacePath is not null
            || s.ProtectSystem != ProtectSystem.No || s.ProtectHome != ProtectHome.No
            || s.ProtectControlGroups
            || s.ProtectProc != ProtectProc.Default || s.ProcSubset != ProcSubset.All
            || (s.RootDirectory is not null && (s.MountApiVfs != false || !context.Directories.IsEmpty));
    }

    private static void AddMounts(ImmutableArray<SpawnStep>.Builder steps, ExecContext context, bool isSandboxed, InstanceFacts facts, IMachine machine,
        SharedSandbox? shared, NamespaceKinds refused, ImmutableArray<string>.Builder notes)
    {
        var s = context.Sandbox;
        var binds = s.BindPaths.Select(b => (b, false)).Concat(OwnFolders(context, facts)).ToImmutableArray();
        // What rearranges the file system can't be done without; what only takes away can.
        bool insists = !s.TemporaryFileSystems.IsEmpty || s.RootDirectory is not null || binds.Any(b => b.Item1.Source != b.Item1.Destination);
        if ((refused & NamespaceKinds.Mount) != 0)
        {
            if (insists)
                throw new PlanException(226, "cannot set up mount namespacing: Operation not supported");
            notes.Add("Failed to set up mount namespacing, assuming containerized execution and ignoring: Operation not permitted");
            return;
        }
        string root = s.RootDirectory ?? $"{facts.SandboxFolder}/unit-root";
        bool hasOwnRoot = s.RootDirectory is not null;
        var list = MountList.Compute(new()
        {
            Sandbox = s,
            Protections = context.Protections,
            IsSandboxed = isSandboxed,
            Root = root,
            HasOwnRoot = hasOwnRoot,
            Binds = binds,
            Tmp = s.PrivateTmp ? shared?.Tmp : null,
            VarTmp = s.PrivateTmp ? shared?.VarTmp : null,
            CredentialsRoot = $"{facts.Roots[DirectoryKind.Runtime]}/credentials",
            NotifySocket = facts.NotifySocket.StartsWith('/') ? facts.NotifySocket : null,
        }, machine);
        steps.Add(new NewMountNamespace(root, hasOwnRoot, Tolerate: !insists));
        foreach (var e in list)
            steps.Add(new MakeMount(e.Path, e.Mode, SourceOf(e, facts), e.Mode == MountMode.PrivateTmp ? $"{facts.SandboxFolder}/empty" : e.Options, e.Flags, e.Optional));
        // All mounts are there before any is made read-only, or no mount point could be made.
        foreach (var e in list)
            AddChange(e, (e.IsReadOnly || e.Mode == MountMode.PrivateDevices ? MountFlags.ReadOnly : 0) | (e.NoSuid ? MountFlags.NoSuid : 0), 0,
                recursive: e.IsReadOnly && !e.IsFresh);
        foreach (var e in list)
            AddChange(e, e.IsNoExec ? MountFlags.NoExec : 0, !e.IsNoExec && e.IsExec ? MountFlags.NoExec : 0, recursive: !e.IsFresh);
        if (isSandboxed && context.NoNewPrivileges)
            AddNoSuid(steps, list);
        steps.Add(new EnterRoot(root, hasOwnRoot, s.MountFlags switch
        {
            MountPropagation.Default or MountPropagation.Shared => MountFlags.Shared,
            MountPropagation.Slave => MountFlags.Slave,
            MountPropagation.Private => MountFlags.Private,
        }));

        void AddChange(MountEntry e, MountFlags set, MountFlags clear, bool recursive)
        {
            if ((set | clear) != 0)
                steps.Add(new ChangeMount(e.Path, set, clear, recursive, Everywhere: false, e.Optional));
        }
    }

    /// <summary>With no new privileges set-user-ID bits mean nothing: the mounts may say so. One that covers others says it for them.</summary>
    private static void AddNoSuid(ImmutableArray<SpawnStep>.Builder steps, List<MountEntry> list)
    {
        MountEntry? covering = null;
        foreach (var e in list)
        {
            if (covering is not null && e.IsAtOrBelow(covering))
                continue;
            steps.Add(new ChangeMount(e.Path, MountFlags.NoSuid, 0, Recursive: !e.IsFresh, Everywhere: true, e.Optional));
            covering = e.IsFresh || e.Optional ? null : e;
        }
    }

    private static string SourceOf(MountEntry e, InstanceFacts facts) => e.Mode == MountMode.Inaccessible ? $"{facts.SandboxFolder}/inaccessible" : e.Source;

    /// <summary>RuntimeDirectory= and its like stay writable whatever is read-only around them.</summary>
    private static IEnumerable<(BindPath, bool)> OwnFolders(ExecContext context, InstanceFacts facts) =>
        from d in context.Directories.OrderBy(d => d.Key)
        from name in d.Value.Names
        where !d.Value.Names.Any(other => other != name && Paths.Below(name, other) is not null)
        let path = $"{facts.Roots[d.Key]}/{name}"
        select (new BindPath(path, path), false);
}
