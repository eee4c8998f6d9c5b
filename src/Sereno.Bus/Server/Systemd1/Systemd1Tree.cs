using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>
/// The objects of org.freedesktop.systemd1: the manager, a unit for every name (asking for one loads it, as with systemd), and
/// the queued jobs.
/// </summary>
public sealed class Systemd1Tree(IManagerApi api) : IObjectTree
{
    private readonly BusInterface<ManagerSnapshot> _manager = ManagerInterface.Create(api);
    private readonly BusInterface<UnitSnapshot> _unit = UnitInterface.Create(api);
    private readonly BusInterface<ServiceView> _service = ServiceInterface.Create(api);
    private readonly BusInterface<SocketSnapshot> _socket = OtherInterfaces.Socket();
    private readonly BusInterface<TimerSnapshot> _timer = TriggerInterfaces.Timer();
    private readonly BusInterface<PathSnapshot> _path = TriggerInterfaces.Path();
    private readonly BusInterface<SocketSnapshot> _server = OtherInterfaces.Server();
    private readonly BusInterface<ScopeSnapshot> _scope = ScopeInterface.Create();
    private readonly BusInterface<JobStatus> _job = OtherInterfaces.Job(api);
    private readonly Dictionary<UnitType, BusInterface<UnitSnapshot>> _plain =
        Enum.GetValues<UnitType>().ToDictionary(t => t, t => t == UnitType.Mount ? OtherInterfaces.Mount() : OtherInterfaces.Plain(t));

    public IReadOnlyList<Binding>? Find(string path)
    {
        if (path == UnitPath.Manager)
            return [new(_manager, api.Manager)];
        if (UnitPath.TryParse(path, out string? unit))
            return UnitName.TryParse(unit, out var name) ? Describe(api.Load(name)) : null;
        if (UnitPath.TryParseJob(path, out uint id))
            return api.Jobs.FirstOrDefault(j => j.Id == id) is { } job ? [new(_job, job)] : null;
        return null;
    }

    public string Resolve(string path, Linux.PeerCredentials caller) =>
        path == UnitPath.Units + "/self" && api.UnitOf((uint)caller.Pid) is { } own ? UnitPath.Of(own.Full) : path;

    public IEnumerable<string> Children(string path) => path switch
    {
        "/" => ["org"],
        "/org" => ["freedesktop"],
        "/org/freedesktop" => ["systemd1"],
        UnitPath.Manager => ["unit", "job"],
        UnitPath.Units => api.Units.Select(u => UnitPath.Escape(u.Id)),
        UnitPath.Jobs => api.Jobs.Select(j => j.Id.ToString()),
        _ => [],
    };

    /// <summary>systemd's interfaces, then ours.</summary>
    internal IReadOnlyList<Binding> Describe(UnitSnapshot unit)
    {
        List<Binding> all = [new(_unit, unit), Typed(unit)];
        if (unit.Socket is { } socket)
            all.Add(new(_server, socket));
        if (unit.Scope is { } scope)
            all.Add(new(_scope, scope));
        return all;
    }

    private Binding Typed(UnitSnapshot unit) => unit.Name.Type switch
    {
        UnitType.Service => new(_service, ServiceView.Of(unit)),
        UnitType.Socket => new(_socket, unit.Socket ?? new()),
        UnitType.Timer => new(_timer, unit.Timer ?? new() { Unit = "" }),
        UnitType.Path => new(_path, unit.Path ?? new() { Unit = "" }),
        var type => new(_plain[type], unit),
    };
}
