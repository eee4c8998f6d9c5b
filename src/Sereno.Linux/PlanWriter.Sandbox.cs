namespace Sereno.Linux;

/// <summary>What <see cref="PlanWriter.Mount"/> puts at a path (docs/formats/plan.md).</summary>
public enum MountKind : uint
{
    Self = 1, Bind, BindRecursive, PrivateTmp, Inaccessible, Tmpfs, Proc, HostTree, Run, MessageQueues, PrivateDevices,
}

public sealed partial class PlanWriter
{
    /// <summary>unshare(2); a new network namespace has its loopback up.</summary>
    /// <param name="tolerate">Go on without it where it is refused.</param>
    public PlanWriter Unshare(ExitStage stage, int flags, bool tolerate) => Begin(Op.Unshare, stage).Put((uint)flags).Put(tolerate ? 1 : 0).End();

    /// <summary>setns(2) with the attached descriptor <paramref name="index"/>.</summary>
    public PlanWriter JoinNamespace(ExitStage stage, int index, int type) => Begin(Op.JoinNamespace, stage).Put((uint)index).Put((uint)type).End();

    public PlanWriter JoinNamespace(ExitStage stage, byte[] path, int type) => Begin(Op.JoinNamespacePath, stage).Put((uint)type).Put(0).Put(path).End();

    /// <summary>A user namespace that maps ourselves and, with the right to it, these two to themselves; <see cref="Keep"/> for none.</summary>
    public PlanWriter UserNamespace(ExitStage stage, uint uid, uint gid) => Begin(Op.UserNamespace, stage).Put(uid).Put(gid).End();

    /// <summary>Begins a mount namespace whose root is put together in a folder; <see cref="EnterRoot"/> ends it.</summary>
    /// <param name="tolerate">Where it is refused, leave out everything up to EnterRoot.</param>
    /// <param name="ownRoot">The folder is the root; otherwise the root is bound there.</param>
    public PlanWriter MountNamespace(ExitStage stage, byte[] root, bool tolerate, bool ownRoot) =>
        Begin(Op.MountNamespace, stage).Put(tolerate ? 1 : 0).Put(ownRoot ? 1 : 0).Put(root).End();

    /// <param name="optional">It may be missing.</param>
    public PlanWriter Mount(ExitStage stage, MountKind kind, byte[] target, byte[] source, byte[] options, ulong flags, bool optional) =>
        Begin(Op.Mount, stage).Put((uint)kind).Put(optional ? 1 : 0).Put(flags).Put(target).Put(source).Put(options).End();

    /// <summary>Changes flags of a mount (MOUNT_ATTR_*), and of those below it unless another mount of the plan is between.</summary>
    /// <param name="everywhere">Also below other mounts of the plan.</param>
    public PlanWriter Remount(ExitStage stage, byte[] path, uint set, uint clear, bool recursive, bool everywhere, bool optional) =>
        Begin(Op.Remount, stage).Put(set).Put(clear).Put((recursive ? 1u : 0) | (optional ? 2u : 0) | (everywhere ? 4u : 0)).Put(0).Put(path).End();

    /// <summary>Makes a symbolic link and the folders above it; one that is there stays.</summary>
    public PlanWriter Symlink(ExitStage stage, byte[] target, byte[] path) => Begin(Op.Symlink, stage).Put(0ul).Put(target).Put(path).End();

    /// <param name="propagation">MS_SHARED, MS_SLAVE or MS_PRIVATE.</param>
    public PlanWriter EnterRoot(ExitStage stage, byte[] root, bool ownRoot, uint propagation) =>
        Begin(Op.EnterRoot, stage).Put(propagation).Put(ownRoot ? 1 : 0).Put(root).End();

    public PlanWriter Chroot(ExitStage stage, byte[] path) => Begin(Op.Chroot, stage).Put(0ul).Put(path).End();
}
