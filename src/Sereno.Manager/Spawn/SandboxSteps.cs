using Sereno.Manager.Machine;
using Sereno.Manager.Spawn.Mounts;

namespace Sereno.Manager.Spawn;

/// <summary>What a unit's processes have in common beyond one of them; JoinsNamespaceOf= shares it between units.</summary>
/// <param name="Owner">The unit it was made for.</param>
/// <param name="Tmp">The folder whose <c>tmp</c> is /tmp there; null without PrivateTmp=.</param>
/// <param name="VarTmp">Likewise /var/tmp.</param>
public sealed record SharedSandbox(string Owner, string? Tmp = null, string? VarTmp = null);

/// <summary>A namespace of this process's own; tolerant where systemd goes on without.</summary>
public sealed record Unshare(int Stage, NamespaceKinds Kind, bool Tolerate) : SpawnStep(Stage);

/// <summary>The namespace that the keeper holds for the units that share it; made when the first of them needs it.</summary>
public sealed record JoinShared(int Stage, NamespaceKinds Kind, string Owner) : SpawnStep(Stage);

public sealed record JoinPath(int Stage, NamespaceKinds Kind, string Path) : SpawnStep(Stage);

/// <summary>Ourselves and the account stay who they are, all others are nobody; null for accounts that stay.</summary>
public sealed record NewUserNamespace(uint? Uid, uint? Gid) : SpawnStep(217);

/// <summary>A mount namespace whose root is put together in a folder: <see cref="EnterRoot"/> makes it the root.</summary>
/// <param name="HasOwnRoot">The folder's content is the root; otherwise the host's root is bound there.</param>
/// <param name="Tolerate">Go on without namespace and mounts where the machine refuses.</param>
public sealed record NewMountNamespace(string Root, bool HasOwnRoot, bool Tolerate) : SpawnStep(226);

public sealed record MakeMount(string Path, MountMode Mode, string Source, string Options, MountFlags Flags, bool Optional) : SpawnStep(226)
{
    public override string ToString() => $"mount {Mode} {Path}{(Source.Length > 0 ? $" from {Source}" : "")}{(Options.Length > 0 ? $" {Options}" : "")}"
        + $"{(Flags != 0 ? $" [{Flags}]" : "")}{(Optional ? " if there" : "")}";
}

/// <param name="Everywhere">Also below other mounts of the plan.</param>
public sealed record ChangeMount(string Path, MountFlags Set, MountFlags Clear, bool Recursive, bool Everywhere, bool Optional) : SpawnStep(226)
{
    public override string ToString() => $"remount {Path}{(Set != 0 ? $" +{Set}" : "")}{(Clear != 0 ? $" -{Clear}" : "")}{(Recursive ? " recursively" : "")}"
        + $"{(Everywhere ? " everywhere" : "")}{(Optional ? " if there" : "")}";
}

public sealed record MakeSymlink(string Target, string Path) : SpawnStep(226);

public sealed record EnterRoot(string Root, bool HasOwnRoot, MountFlags Propagation) : SpawnStep(226);

public sealed record ChangeRoot(string Path) : SpawnStep(210);
