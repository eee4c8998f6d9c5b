using System.Collections.Immutable;
using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Resources;
using Sereno.Units.Model;

namespace Sereno.Roles.Scope;

/// <summary>
/// Keeps units to their Scope= (docs/decisions/0014-who-may-begin.md): programs at their control groups, which outlive us and are found by name;
/// where that can't be, filters at the sockets that we opened, and a look at who is accepted.
/// </summary>
public sealed partial class ScopeGuard(IEventLoop loop, Action<UnitName, LogLevel, string> log) : IDisposable
{
    /// <summary>More than any machine's interfaces are on.</summary>
    private const int MostNetworks = 4096;

    /// <summary>To whom all units together have written lately.</summary>
    private const int MostFlows = 4096;

    private const string Filter = "filter", Bind = "bind", NoGroup = "there is no control group";

    private readonly Dictionary<UnitName, Guarded> _units = [];
    private readonly Dictionary<int, Guarded> _numbered = [];
    private readonly SocketFilters _filters = new();
    private LocalNetworks? _local;
    private NetworkMap? _localMap;
    private Fd? _flows;
    private BpfRing? _told;
    private int _lastNumber;
    private bool _hasSaid;

    /// <summary>A unit whose scope isn't everybody.</summary>
    private sealed class Guarded(UnitName name)
    {
        public UnitName Name { get; } = name;
        public SerenoSettings Scope { get; set; } = new();
        public string? Folder { get; set; }

        /// <summary>Whose a refusal is, in what its program tells; 0 before the first.</summary>
        public int Number { get; set; }

        /// <summary>Why there is no program; null where there is one.</summary>
        public string? Problem { get; set; } = NoGroup;

        /// <summary>Sockets that were opened for it where there is no program, and how each is kept in scope: "filter" or "bind".</summary>
        public List<(Fd Socket, string By)> Sockets { get; } = [];

        public IEnumerable<Fd> Filtered => Sockets.Where(s => s.By == Filter && !s.Socket.IsClosed).Select(s => s.Socket);

        public ulong LastCount { get; set; }
        public Seldom Refusals { get; } = new();
    }

    /// <summary>Of a unit's control group: puts the programs there, or takes them away.</summary>
    /// <param name="isNew">There is nothing to replace.</param>
    internal void Apply(GroupSettings settings, string folder, bool isNew)
    {
        var name = settings.Unit.Name;
        if (settings.Narrowed is not { } scope)
        {
            if (_units.Remove(name, out var before))
            {
                _numbered.Remove(before.Number);
                Unfilter(before);
            }
            if (!isNew && !settings.IsSlice)
                Remove(folder);
            return;
        }
        var unit = Of(name, scope);
        unit.Folder = folder;
        using var group = new Cgroup(folder).Open();
        int errno = Load(unit, group, isNew);
        unit.Problem = errno == 0 ? null : Errno.Text(errno);
        if (errno != 0)
            Say(unit);
    }

    /// <summary>The unit has no control group any more.</summary>
    internal void Forget(UnitName name)
    {
        if (_units.Remove(name, out var unit))
            _numbered.Remove(unit.Number);
    }

    /// <summary>Is this peer of the unit's audience?</summary>
    public bool Admits(SerenoSettings scope, SocketEnd peer) => scope.Audience is not (Audience.Local or Audience.Intranet)
        || peer is { Ip: null, Cid: null } // a Unix socket's
        || Local.IsOwn(peer) || (peer.Cid is not null ? HasGuests(scope) : NetworksOf(scope).Any(n => n.Contains(peer)));

    /// <summary>Who is in scope besides this machine.</summary>
    private ImmutableArray<PeerNetwork> NetworksOf(SerenoSettings scope) =>
        scope.Audience != Audience.Intranet ? [] : scope.Intranet.IsEmpty ? Local.Networks : [.. scope.Intranet.Select(n => new PeerNetwork(n))];

    /// <summary>A machine's host and guests are as near as can be; a list of networks has no word for them.</summary>
    private static bool HasGuests(SerenoSettings scope) => scope is { Audience: Audience.Intranet, Intranet.IsEmpty: true };

    private LocalNetworks Local => _local ??= new LocalNetworks(loop, OnNetworksChanged);

    private void OnNetworksChanged()
    {
        int refused = _localMap?.Set(_local!.Networks) ?? 0;
        foreach (var unit in _units.Values.Where(u => u.Scope is { Audience: Audience.Intranet, Intranet.IsEmpty: true }))
        {
            if (unit.Problem is null && refused != 0)
                Say(unit, refused);
            foreach (var socket in unit.Filtered)
                if (Narrow(socket, unit.Scope) is not 0 and var errno)
                {
                    Say(unit, errno);
                    _ = _filters.Narrow(socket, AddressFilter.Code([])); // this machine is always there, and who has gone is not
                }
        }

        void Say(Guarded unit, int errno) => log(unit.Name, LogLevel.Warning, $"{unit.Name}: Cannot follow the networks of this machine: {Errno.Text(errno)}");
    }

    private Guarded Of(UnitName name, SerenoSettings scope)
    {
        if (!_units.TryGetValue(name, out var unit))
            _units[name] = unit = new(name);
        unit.Scope = scope;
        return unit;
    }

    /// <returns>0 or errno.</returns>
    private int Load(Guarded unit, Fd group, bool isNew)
    {
        NetworkMap? own = null;
        Fd? counters = null;
        try
        {
            if (!TryShare(group, isNew, out int errno))
                return errno;
            var networks = unit.Scope is not { Audience: Audience.Intranet, Intranet: var list } ? null
                : list.IsEmpty ? LocalMap(out errno) : own = NetworkMap.TryCreate(list.Length, out errno);
            if (errno == 0 && own is not null)
                errno = own.Set(NetworksOf(unit.Scope));
            counters = (isNew ? null : MapAt(group, ScopeProgram.CountersName)) ?? (errno != 0 ? null : BpfMap.TryCreateCounters(ScopeProgram.CounterCount, ScopeProgram.CountersName, out errno));
            if (errno != 0)
                return errno;
            if (unit.Number == 0)
                _numbered[unit.Number = ++_lastNumber] = unit;
            var maps = new ScopeMaps(networks?.Map, _flows!, counters!, _told!.Fd, IsZoned: networks is not null && networks == _localMap);
            errno = Put(group, CgroupHook.Egress, ScopeProgram.Egress(maps));
            return errno != 0 ? errno : Put(group, CgroupHook.Ingress, ScopeProgram.Ingress(maps, unit.Number));
        }
        finally
        {
            // The programs hold what they use.
            counters?.Dispose();
            own?.Dispose();
        }
    }

    /// <summary>What all units' programs use; who may answer is still known after a crash of ours.</summary>
    private bool TryShare(Fd group, bool isNew, out int errno)
    {
        errno = 0;
        _flows ??= (isNew ? null : MapAt(group, ScopeProgram.FlowsName)) ?? BpfMap.TryCreateRecent(ScopeProgram.FlowKey, MostFlows, ScopeProgram.FlowsName, out errno);
        if (_flows is null || _told is not null)
            return _flows is not null;
        _told = BpfRing.TryCreate(out errno);
        if (_told is not null)
            loop.Watch(_told.Fd, Readiness.Read, _ => OnTold());
        return _told is not null;
    }

    private NetworkMap? LocalMap(out int errno)
    {
        errno = 0;
        if (_localMap is null && (_localMap = NetworkMap.TryCreate(MostNetworks, out errno)) is { } map)
            errno = map.Set(Local.Networks);
        return _localMap;
    }

    private static int Put(Fd group, CgroupHook hook, BpfCode code)
    {
        using var program = CgroupBpf.TryLoad(hook, code, ScopeProgram.Name, out int errno);
        return program is null ? errno : CgroupBpf.Replace(group, hook, ScopeProgram.Name, program);
    }

    private static void Remove(string folder)
    {
        using var group = new Cgroup(folder).Open();
        _ = CgroupBpf.Replace(group, CgroupHook.Ingress, ScopeProgram.Name, null);
        _ = CgroupBpf.Replace(group, CgroupHook.Egress, ScopeProgram.Name, null);
    }

    private static Fd? MapAt(Fd group, string name)
    {
        var programs = CgroupBpf.Find(group, CgroupHook.Ingress, ScopeProgram.Name);
        var map = programs.Count > 0 ? BpfMap.FindOf(programs[0], name) : null;
        programs.ForEach(p => p.Dispose());
        return map;
    }

    /// <summary>Once: it is the machine that lacks something.</summary>
    private void Say(Guarded unit)
    {
        if (_hasSaid)
            return;
        _hasSaid = true;
        log(unit.Name, LogLevel.Warning, $"{unit.Name}: Scope= is not enforced on sockets that services open themselves: {unit.Problem}. (This is only said for the first unit.)");
    }

    public void Dispose()
    {
        _local?.Dispose();
        _localMap?.Dispose();
        _flows?.Dispose();
        _told?.Dispose();
    }
}
