using System.Collections.Immutable;
using Sereno.Manager.Graph;
using Sereno.Manager.Spawn;
using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>What a service's processes share from its start to its end: private /tmp, network and IPC namespace (systemd.exec(5)).</summary>
public sealed partial class ServiceUnit
{
    private SharedSandbox? _shared;
    private bool _sharedIsOver;
    private ImmutableArray<string> _notes = [];

    /// <summary>The unit's own, or that of a unit that it joins and that has one.</summary>
    private SharedSandbox? Shared
    {
        get
        {
            if (_shared is not null && !_sharedIsOver)
                return _shared;
            var s = Config.Exec.Sandbox;
            (_shared, _sharedIsOver) = (null, false);
            if (!s.PrivateTmp && !s.PrivateNetwork && !s.PrivateIpc)
                return null;
            var joined = JoinedUnits().Select(u => u._sharedIsOver ? null : u._shared).FirstOrDefault(o => o is not null) ?? new(Name.Full);
            return _shared = s.PrivateTmp && joined.Tmp is null && !HidesTmp(s) ? WithTmp(joined) : joined;
        }
    }

    private SharedSandbox WithTmp(SharedSandbox shared)
    {
        // The boot's id tells leftovers after a power cut; nobody can guess the end and be there first.
        string folder = $"systemd-private-{core.Facts.BootId}-{Name}-{core.Machine.NewId()[^16..]}";
        return shared with { Tmp = "/tmp/" + folder, VarTmp = "/var/tmp/" + folder };
    }

    private static bool HidesTmp(Sandbox s)
    {
        bool Hides(string path) => s.InaccessiblePaths.Any(p => p.Path == path);
        return Hides("/tmp") && (Hides("/var/tmp") || Hides("/var"));
    }

    private IEnumerable<ServiceUnit> JoinedUnits() => core.Graph.Of(this, Relation.JoinsNamespaceOf).OfType<ServiceUnit>().Where(u => u != this);

    /// <summary>The private folders that nobody else uses.</summary>
    private IEnumerable<string> TakePrivateFolders()
    {
        _sharedIsOver = true;
        if (_shared is not { Tmp: { } tmp, VarTmp: { } varTmp } || Sharers().Any(u => u._shared!.Tmp == tmp))
            return [];
        return [tmp, varTmp];
    }

    /// <summary>Whose namespaces nobody uses any more.</summary>
    private string? TakeNamespaces() =>
        _shared is { } shared && Config.Exec.Sandbox is { PrivateNetwork: true } or { PrivateIpc: true } && !Sharers().Any(u => u._shared!.Owner == _shared.Owner)
            ? _shared.Owner : null;

    private IEnumerable<ServiceUnit> Sharers() =>
        core.Graph.All.OfType<ServiceUnit>().Where(u => u != this && u._shared is not null && !u._sharedIsOver);

    /// <summary>Once, not for each of a unit's processes.</summary>
    private void Say(ImmutableArray<string> notes)
    {
        foreach (string note in notes.Except(_notes))
            core.Log(this, LogLevel.Warning, $"{Name}: {note}");
        if (!notes.IsEmpty)
            _notes = notes;
    }

    /// <summary>RootDirectoryStartOnly= leaves the other commands outside.</summary>
    private ExecContext ContextOf(ExecSection section) =>
        Config.Exec.Sandbox.RootDirectoryStartOnly && section != ExecSection.ExecStart
            ? Config.Exec with { Sandbox = Config.Exec.Sandbox with { RootDirectory = null } } : Config.Exec;
}
