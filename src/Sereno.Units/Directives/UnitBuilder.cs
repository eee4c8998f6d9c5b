using System.Collections.Immutable;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>A definition in the making: what the directives of a unit's files write to, in order.</summary>
internal sealed class UnitBuilder(UnitName name)
{
    public UnitName Name { get; } = name;
    public List<Diagnostic> Diagnostics { get; } = [];

    /// <summary>Accept= of a socket unit; null where nothing is said.</summary>
    public bool? Accepts { get; set; }

    /// <summary>Accept= says what the service is handed. Where it says nothing, Server= means connections, if there can be any.</summary>
    public bool AcceptsConnections => Accepts ?? (Unit.Sereno?.Server is not null && Trigger is null && Listens.All(l => l.Accepts));
    public List<Directive> Directives { get; } = [];

    /// <summary>Single values sit in the model itself; lists are kept here, so that a unit with thousands of lines stays linear.</summary>
    public UnitDefinition Unit { get; set; } = new() { Name = name, Description = "" };
    public ServiceDefinition Service { get; set; } = new();
    public ExecContext Exec { get; set; } = new();
    public KillContext Kill { get; set; } = KillContext.Usual;
    public Sandbox Sandbox { get; set; } = Sandbox.None;
    public SandboxLists SandboxLists { get; } = new();
    public ResourceControl? Resources { get; set; }
    public ResourceLists ResourceLists { get; } = new();

    public TimerDefinition Timer { get; set; } = new();
    public List<TimerValue> TimerValues { get; } = [];
    public PathDefinition Path { get; set; } = new();
    public List<PathSpec> PathSpecs { get; } = [];

    /// <summary>Unit= of timers and paths, Service= of sockets.</summary>
    public UnitName? Trigger { get; set; }
    public SocketDefinition Socket { get; set; } = new();
    public List<Listen> Listens { get; } = [];
    public ulong SocketTimeoutUsec { get; set; } = 90 * TimeSpans.Second;

    public MountDefinition Mount { get; set; } = new();

    public List<string> Documentation { get; } = [];
    public List<Condition> Conditions { get; } = [];
    public Dictionary<Dependency, OrderedNames> Dependencies { get; } = [];
    public bool HasSuccessAction => Unit.Actions.Success != EmergencyAction.None;
    public bool RunningTimeoutIsSet { get; set; }

    public Dictionary<ExecKind, List<ExecCommand>> Commands { get; } = [];
    public ServiceType? Type { get; set; }
    public bool TimeoutStartIsSet { get; set; }
    public OomPolicy? OomPolicy { get; set; }

    public OrderedAssignments Environment { get; } = new();
    public List<EnvironmentFile> EnvironmentFiles { get; } = [];
    public List<string> PassEnvironment { get; } = [];
    public List<string> UnsetEnvironment { get; } = [];
    public List<string> SupplementaryGroups { get; } = [];
    public Dictionary<DirectoryKind, (List<string> Names, uint Mode)> Folders { get; } = [];
    public List<(DirectoryKind Kind, string Name, string Link)> FolderLinks { get; } = [];
    public StreamTarget? Output { get; set; }
    public List<byte> InputData { get; } = [];
    public SystemCallSet? SystemCalls { get; set; }
    public SystemCallSet? LoggedCalls { get; set; }

    public List<string> WantedBy { get; } = [];
    public List<string> RequiredBy { get; } = [];
    public List<string> Also { get; } = [];
    public List<string> Alias { get; } = [];
    public string? DefaultInstance { get; set; }

    public List<ExecCommand> Of(ExecKind kind) => Commands.TryGetValue(kind, out var list) ? list : Commands[kind] = [];

    public OrderedNames Of(Dependency kind) => Dependencies.TryGetValue(kind, out var names) ? names : Dependencies[kind] = new();

    public (List<string> Names, uint Mode) Of(DirectoryKind kind) => Folders.TryGetValue(kind, out var set) ? set : Folders[kind] = ([], 0x1ED);

    /// <summary>The definition, with the defaults that depend on other settings filled in.</summary>
    public UnitDefinition Build() => Unit with
    {
        Description = Unit.Description.Length > 0 ? Unit.Description : Name.Full,
        Documentation = [.. Documentation],
        Conditions = [.. Conditions],
        Dependencies = Dependencies.Where(d => d.Value.Names.Count > 0).ToImmutableDictionary(d => d.Key, d => d.Value.Names.ToImmutableArray()),
        Diagnostics = [.. Diagnostics],
        Directives = [.. Directives],
        Resources = ResourceLists.AddTo(Resources),
        Install = WantedBy.Count + RequiredBy.Count + Also.Count + Alias.Count == 0 && DefaultInstance is null ? InstallSection.None : new([.. WantedBy], [.. RequiredBy], [.. Also], [.. Alias], DefaultInstance),
    };

    public ServiceDefinition BuildService()
    {
        var type = Type ?? (Service.BusName is not null ? ServiceType.Dbus : Of(ExecKind.Start).Count > 0 ? ServiceType.Simple : ServiceType.Oneshot);
        bool notifies = type is ServiceType.Notify or ServiceType.NotifyReload || Service.WatchdogUsec > 0 || Service.FileDescriptorStoreMax > 0;
        return Service with
        {
            Type = type,
            ExecCondition = [.. Of(ExecKind.Condition)],
            ExecStartPre = [.. Of(ExecKind.StartPre)],
            ExecStart = [.. Of(ExecKind.Start)],
            ExecStartPost = [.. Of(ExecKind.StartPost)],
            ExecReload = [.. Of(ExecKind.Reload)],
            ExecStop = [.. Of(ExecKind.Stop)],
            ExecStopPost = [.. Of(ExecKind.StopPost)],
            TimeoutStartUsec = type == ServiceType.Oneshot && !TimeoutStartIsSet ? ServiceDefinition.Infinity : Service.TimeoutStartUsec,
            NotifyAccess = Service.NotifyAccess == NotifyAccess.None && notifies ? NotifyAccess.Main : Service.NotifyAccess,
            OomPolicy = OomPolicy ?? (Resources?.Delegated is null ? Service.OomPolicy : Model.OomPolicy.Continue),
            Exec = BuildExec() is var exec && exec == s_usual ? s_usual : exec,
            Kill = Kill,
        };
    }

    public SocketDefinition BuildSocket() => Socket with
    {
        Listens = [.. Listens],
        Accept = AcceptsConnections,
        Dedicated = AcceptsConnections && Unit.Sereno?.Server == ServerMode.Dedicated,
        Commands = Commands.Values.All(c => c.Count == 0) ? null
            : new([.. Of(ExecKind.StartPre)], [.. Of(ExecKind.StartPost)], [.. Of(ExecKind.Stop)], [.. Of(ExecKind.StopPost)], SocketTimeoutUsec, BuildExec(), Kill),
    };

    /// <summary>A dynamic user must leave nothing behind that someone else with its number could use (systemd.exec(5), DynamicUser=).</summary>
    private SecurityContext BuildSecurity() => SystemCalls is null && LoggedCalls is null && !Exec.DynamicUser ? Exec.Security : Exec.Security with
    {
        SystemCalls = SystemCalls?.Build(),
        LoggedCalls = LoggedCalls?.Build(),
        RestrictSuidSgid = Exec.Security.RestrictSuidSgid || Exec.DynamicUser,
    };

    private Sandbox BuildSandbox()
    {
        var sandbox = SandboxLists.AddTo(Sandbox);
        return !Exec.DynamicUser ? sandbox : sandbox with
        {
            PrivateTmp = true,
            ProtectSystem = ProtectSystem.Strict,
            ProtectHome = sandbox.ProtectHome == ProtectHome.No ? ProtectHome.ReadOnly : sandbox.ProtectHome,
        };
    }

    /// <summary>Most services say little about their processes: a thousand of them share one answer.</summary>
    private static readonly ExecContext s_usual = new();

    private ExecContext BuildExec()
    {
        // A terminal, socket or descriptor on stdin serves both ways, so that "inherit" then means it.
        bool bidirectional = Exec.StandardInput.Kind is StreamKind.Tty or StreamKind.Socket or StreamKind.Fd;
        var output = Output ?? StreamTarget.Inherit;
        return Exec with
        {
            SupplementaryGroups = [.. SupplementaryGroups],
            Environment = Environment.ToImmutable(),
            EnvironmentFiles = [.. EnvironmentFiles],
            PassEnvironment = [.. PassEnvironment],
            UnsetEnvironment = [.. UnsetEnvironment],
            Directories = Folders.Where(f => f.Value.Names.Count > 0).ToImmutableDictionary(f => f.Key, f => new DirectorySet([.. f.Value.Names], f.Value.Mode)
            {
                Links = [.. FolderLinks.Where(l => l.Kind == f.Key).Select(l => (l.Name, l.Link))],
            }),
            Sandbox = BuildSandbox(),
            StandardOutput = output.Kind == StreamKind.Inherit && !bidirectional ? StreamTarget.Journal : output,
            InputData = [.. InputData],
            Security = BuildSecurity(),
            NoNewPrivileges = Exec.NoNewPrivileges || Exec.DynamicUser,
            RemoveIpc = Exec.RemoveIpc || Exec.DynamicUser,
        };
    }
}

internal enum ExecKind { Condition, StartPre, Start, StartPost, Reload, Stop, StopPost }

/// <summary>Names in the order of first mention.</summary>
internal sealed class OrderedNames
{
    private readonly HashSet<UnitName> _seen = [];

    public List<UnitName> Names { get; } = [];

    public void Add(UnitName name)
    {
        if (_seen.Add(name))
            Names.Add(name);
    }
}

/// <summary>NAME=value, a later one in the earlier one's place.</summary>
internal sealed class OrderedAssignments
{
    private readonly List<string> _assignments = [];
    private readonly Dictionary<string, int> _places = [];

    public void Set(string assignment)
    {
        string name = assignment[..assignment.IndexOf('=')];
        if (_places.TryGetValue(name, out int place))
            _assignments[place] = assignment;
        else
        {
            _places[name] = _assignments.Count;
            _assignments.Add(assignment);
        }
    }

    public void Clear()
    {
        _assignments.Clear();
        _places.Clear();
    }

    public ImmutableArray<string> ToImmutable() => [.. _assignments];
}
