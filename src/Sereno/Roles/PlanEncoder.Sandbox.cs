using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Manager.Machine;
using Sereno.Manager.Spawn;
using Sereno.Manager.Spawn.Mounts;
using Sereno.Units.Text;

namespace Sereno.Roles;

public static partial class PlanEncoder
{
    /// <summary>False for a step that is none of namespaces and mounts.</summary>
    private static bool AddSandbox(PlanWriter writer, SpawnStep step, ExitStage stage, IReadOnlyDictionary<NamespaceKinds, int>? shared)
    {
        switch (step)
        {
            case Unshare s:
                writer.Unshare(stage, FlagOf(s.Kind), s.Tolerate);
                break;
            case JoinShared s when shared is not null && shared.TryGetValue(s.Kind, out int index):
                writer.JoinNamespace(stage, index, FlagOf(s.Kind));
                break;
            case JoinShared:
                break; // the machine has refused to make it, which has been said
            case JoinPath s:
                writer.JoinNamespace(stage, RawText.Encode(s.Path), FlagOf(s.Kind));
                break;
            case NewUserNamespace s:
                writer.UserNamespace(stage, s.Uid ?? PlanWriter.Keep, s.Gid ?? PlanWriter.Keep);
                break;
            case NewMountNamespace s:
                writer.MountNamespace(stage, RawText.Encode(s.Root), s.Tolerate, s.HasOwnRoot);
                break;
            case MakeMount s:
                writer.Mount(stage, KindOf(s.Mode), RawText.Encode(s.Path), RawText.Encode(s.Source), RawText.Encode(s.Options), (ulong)s.Flags, s.Optional);
                break;
            case ChangeMount s:
                writer.Remount(stage, RawText.Encode(s.Path), (uint)s.Set, (uint)s.Clear, s.Recursive, s.Everywhere, s.Optional);
                break;
            case MakeSymlink s:
                writer.Symlink(stage, RawText.Encode(s.Target), RawText.Encode(s.Path));
                break;
            case EnterRoot s:
                writer.EnterRoot(stage, RawText.Encode(s.Root), s.HasOwnRoot, (uint)s.Propagation);
                break;
            case ChangeRoot s:
                writer.Chroot(stage, RawText.Encode(s.Path));
                break;
            default:
                return false;
        }
        return true;
    }

    internal static int FlagOf(NamespaceKinds kind) => kind switch
    {
        NamespaceKinds.Mount => libc.CLONE_NEWNS,
        NamespaceKinds.Network => libc.CLONE_NEWNET,
        NamespaceKinds.Ipc => libc.CLONE_NEWIPC,
        NamespaceKinds.Uts => libc.CLONE_NEWUTS,
        NamespaceKinds.User => libc.CLONE_NEWUSER,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static MountKind KindOf(MountMode mode) => mode switch
    {
        MountMode.ReadOnly or MountMode.ReadWrite or MountMode.ReadWriteImplicit or MountMode.Exec or MountMode.NoExec => MountKind.Self,
        MountMode.Bind => MountKind.Bind,
        MountMode.BindRecursive => MountKind.BindRecursive,
        MountMode.PrivateTmp => MountKind.PrivateTmp,
        MountMode.PrivateDevices => MountKind.PrivateDevices,
        MountMode.Inaccessible => MountKind.Inaccessible,
        MountMode.Empty or MountMode.Temporary => MountKind.Tmpfs,
        MountMode.Proc => MountKind.Proc,
        MountMode.HostTree => MountKind.HostTree,
        MountMode.Run => MountKind.Run,
        MountMode.MessageQueues => MountKind.MessageQueues,
    };
}
