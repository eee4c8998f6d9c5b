using Sereno.Units.Model;

namespace Sereno.Units.Directives;

/// <summary>The lists of a <see cref="Sandbox"/> in the making.</summary>
internal sealed class SandboxLists
{
    public List<SandboxPath> ReadWrite { get; } = [];
    public List<SandboxPath> ReadOnly { get; } = [];
    public List<SandboxPath> Inaccessible { get; } = [];
    public List<SandboxPath> Exec { get; } = [];
    public List<SandboxPath> NoExec { get; } = [];
    public List<BindPath> Bind { get; } = [];
    public List<TemporaryFileSystem> Temporary { get; } = [];

    /// <summary>The same object where nothing was listed, so that most units share one.</summary>
    public Sandbox AddTo(Sandbox sandbox) =>
        ReadWrite.Count + ReadOnly.Count + Inaccessible.Count + Exec.Count + NoExec.Count + Bind.Count + Temporary.Count == 0 ? sandbox : sandbox with
        {
            ReadWritePaths = [.. ReadWrite],
            ReadOnlyPaths = [.. ReadOnly],
            InaccessiblePaths = [.. Inaccessible],
            ExecPaths = [.. Exec],
            NoExecPaths = [.. NoExec],
            BindPaths = [.. Bind],
            TemporaryFileSystems = [.. Temporary],
        };
}
