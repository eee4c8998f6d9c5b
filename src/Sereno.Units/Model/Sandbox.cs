using System.Collections.Immutable;

namespace Sereno.Units.Model;

public enum ProtectSystem { No, Yes, Full, Strict }

public enum ProtectHome { No, Yes, ReadOnly, Tmpfs }

public enum ProtectProc { Default, NoAccess, Invisible, Ptraceable }

public enum ProcSubset { All, Pid }

/// <summary>MountFlags=; Default is what systemd.exec(5) says for a unit without the setting.</summary>
public enum MountPropagation { Default, Shared, Slave, Private }

/// <param name="Optional">Written with <c>-</c>: it may be missing.</param>
/// <param name="InRoot">Written with <c>+</c>: below RootDirectory=.</param>
public sealed record SandboxPath(string Path, bool Optional = false, bool InRoot = false);

/// <summary>BindPaths= and BindReadOnlyPaths=; the source is the host's, the destination the service's.</summary>
public sealed record BindPath(string Source, string Destination, bool ReadOnly = false, bool Recursive = true, bool Optional = false);

/// <param name="Options">As in mount(8), or null.</param>
public sealed record TemporaryFileSystem(string Path, string? Options = null);

/// <summary>What systemd.exec(5) says under "Paths" and "Sandboxing" about namespaces and mounts.</summary>
public sealed record Sandbox
{
    /// <summary>Of most units: nothing of it.</summary>
    public static readonly Sandbox None = new();

    public bool PrivateTmp { get; init; }
    public bool PrivateNetwork { get; init; }
    public bool PrivateUsers { get; init; }
    public bool PrivateMounts { get; init; }
    public bool PrivateIpc { get; init; }
    public bool ProtectControlGroups { get; init; }
    public ProtectSystem ProtectSystem { get; init; }
    public ProtectHome ProtectHome { get; init; }
    public ProtectProc ProtectProc { get; init; }
    public ProcSubset ProcSubset { get; init; }
    public MountPropagation MountFlags { get; init; }

    /// <summary>Null: only with a root directory.</summary>
    public bool? MountApiVfs { get; init; }
    public string? RootDirectory { get; init; }

    /// <summary>Only ExecStart= runs in the root directory.</summary>
    public bool RootDirectoryStartOnly { get; init; }

    /// <summary>Disk images can't be had here: a service that wants one isn't started in the host's root instead.</summary>
    public string? RootImage { get; init; }
    public string? NetworkNamespacePath { get; init; }
    public string? IpcNamespacePath { get; init; }
    public ImmutableArray<SandboxPath> ReadWritePaths { get; init; } = [];
    public ImmutableArray<SandboxPath> ReadOnlyPaths { get; init; } = [];
    public ImmutableArray<SandboxPath> InaccessiblePaths { get; init; } = [];
    public ImmutableArray<SandboxPath> ExecPaths { get; init; } = [];
    public ImmutableArray<SandboxPath> NoExecPaths { get; init; } = [];
    public ImmutableArray<BindPath> BindPaths { get; init; } = [];
    public ImmutableArray<TemporaryFileSystem> TemporaryFileSystems { get; init; } = [];
}
