using Sereno.Linux;
using Sereno.Manager.Units;
using Sereno.Roles.Scope;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Roles;

/// <summary>Scope=: who may begin a conversation with a unit.</summary>
public sealed partial class ManagerHost
{
    private ScopeGuard Scopes => field ??= new(_loop, (unit, level, message) => Log(unit, level, message));

    /// <summary>What narrows a unit's audience; a socket that says nothing has its service's. Null where anybody may come.</summary>
    private SerenoSettings? NarrowedScope(Unit unit)
    {
        var own = unit.Definition.Sereno;
        if (own?.Audience is null && unit is SocketUnit socket)
            own = (socket.Target?.Definition ?? ServiceOf(socket))?.Sereno;
        return own?.Audience is Audience.Local or Audience.Intranet ? own : null;
    }

    /// <summary>With Accept=yes the template, which is never in the graph itself.</summary>
    private UnitDefinition? ServiceOf(SocketUnit socket) =>
        socket.Config.Accept && UnitName.TryParse($"{socket.Name.Prefix}@.service", out var template) ? _files.Typical(template) ?? _files.Load(template) : null;

    private SerenoSettings? NarrowedScope(UnitName name) => _core.Graph.TryGet(name, out var unit) ? NarrowedScope(unit) : null;

    private void Guard(UnitName name, SocketDefinition socket, Listen listen, Fd fd, bool isInGroup)
    {
        if (NarrowedScope(name) is { } scope)
            Scopes.Guard(name, scope, fd, socket.Accept && listen.Accepts, isInGroup);
    }

    /// <summary>After a crash or a reload: sockets that are open are kept to what the files say now.</summary>
    private void ReviewScopes()
    {
        foreach (var service in _core.Graph.All.OfType<ServiceUnit>().Where(s => !s.IsInactiveOrFailed))
            WatchExposure(service.Name);
        foreach (var unit in _core.Graph.All.OfType<SocketUnit>())
            ReviewScope(unit);
    }

    /// <summary>One that is held back (Drain=) lets nobody in; its turn comes when that ends.</summary>
    private void ReviewScope(SocketUnit unit)
    {
        foreach (var (open, listen) in unit.Open.Zip(unit.Config.Listens).Where(p => p.Second.Address is InternetAddress))
            if (_stored.TryGetValue(open.Id, out var stored) && !ConnectionHold.IsSet(stored.Fd))
                Attempt(unit.Name, () => Scopes.Guard(unit.Name, NarrowedScope(unit), stored.Fd, unit.Config.Accept && listen.Accepts, !ClassicFilter.IsAt(stored.Fd)));
    }

    /// <summary>Who has been accepted is in scope; who isn't is counted, logged and closed.</summary>
    private bool IsInScope(UnitName name, Fd connection)
    {
        if (!_core.Graph.TryGet(name, out var unit) || unit is not SocketUnit socket || NarrowedScope(unit) is not { } scope
            || Acceptor.Ends(connection) is not { Remote.Ip: { } peer } || Scopes.Admits(name, scope, peer, socket.Refused))
            return true;
        socket.OnOutsider();
        connection.Dispose();
        return false;
    }
}
