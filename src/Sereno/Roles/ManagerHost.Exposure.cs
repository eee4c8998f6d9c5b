using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Units;
using Sereno.Roles.Scope;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Scope;
using Sereno.Units.Model;
using Sereno.Verbs;

namespace Sereno.Roles;

/// <summary>Services that nobody keeps to their Scope=: what they listen on is looked at soon after each start of a process, then once a minute.</summary>
public sealed partial class ManagerHost
{
    private const long Soon = 1000, LongAfter = 60_000;

    private readonly HashSet<UnitName> _unheld = [];
    private readonly HashSet<(UnitName, string)> _exposed = [];
    private long _nextLook;

    private int? UntilNextLook => _unheld.Count == 0 ? null : (int)Math.Max(0, _nextLook - Environment.TickCount64);

    /// <summary>A process of it begins, or is taken over. Whether it is held is known once it has a control group.</summary>
    private void WatchExposure(UnitName name)
    {
        // Whose client we accepted has listeners only by mistake, and there may be thousands of them.
        if (name.Type != UnitType.Service || !_core.Graph.TryGet(name, out var unit) || unit is ServiceUnit { Connection: not null } || NarrowedScope(unit) is null)
            return;
        long soon = Environment.TickCount64 + Soon;
        _nextLook = _unheld.Count == 0 ? soon : Math.Min(_nextLook, soon);
        _unheld.Add(name);
    }

    private void LookForExposure()
    {
        if (_unheld.Count == 0 || Environment.TickCount64 < _nextLook)
            return;
        _nextLook = Environment.TickCount64 + LongAfter;
        _unheld.RemoveWhere(name => !_core.Graph.TryGet(name, out var unit) || unit.IsInactiveOrFailed || NarrowedScope(unit) is null || Scopes.HoldOf(name, accepts: false).By.Length > 0);
        _exposed.RemoveWhere(e => !_unheld.Contains(e.Item1));
        if (_unheld.Count == 0)
            return;
        Attempt(null, () =>
        {
            var network = NetworkFactsReader.Read();
            // Those that we have opened are kept in scope, or told, on their own.
            var ours = _stored.Values.Select(s => (uint)FileStatus.Of(s.Fd).Inode).ToHashSet();
            foreach (var name in _unheld)
                Attempt(name, () => Look(name, NarrowedScope(name)!, network, ours));
        });
    }

    private void Look(UnitName name, SerenoSettings scope, NetworkFacts network, HashSet<uint> ours)
    {
        if (_groups.Members(name) is not { Count: > 0 } processes)
            return;
        var declared = scope.Audience == Audience.Local ? AddressScope.Local : AddressScope.Intranet;
        var table = SocketTable.Capture(SocketQuery.Everything with { Processes = [.. processes] }, new OneUnit(name.Full));
        var wider = UnitSockets.Summarize(table, name.Full, network).Ports.Where(p => p.Scope > declared && !ours.Contains(p.Socket.Inode))
            .ToDictionary(p => (name, $"{(p.IsTcp ? "tcp" : "udp")} {p.Socket.Local} port {p.Port}"), p => p.Scope);
        _exposed.RemoveWhere(e => e.Item1 == name && !wider.ContainsKey(e));
        foreach (var (place, open) in wider)
            if (_exposed.Add(place))
                Log(name, LogLevel.Warning, $"{name}: Listens on {place.Item2}, which is open to the {open.Name()}, wider than Scope={ScopeGuard.Words(scope)}, and nobody is refused: {Scopes.HoldOf(name, accepts: false).Problem}.");
    }
}
