using System.Net;
using Sereno.Linux;
using Sereno.Manager.Units;
using Sereno.Roles.Scope;
using Sereno.Sockets;
using Sereno.Units.Model;
using Sereno.Units.Values;
using SocketEnd = Sereno.Linux.SocketEnd;

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

    /// <summary>Of a socket that is about to be bound.</summary>
    /// <exception cref="IOException">It can't be kept to its scope.</exception>
    private void Guard(UnitName name, SocketDefinition socket, Listen listen, Fd fd, bool isInGroup)
    {
        var at = listen.Address switch
        {
            InternetAddress internet => new SocketEnd(internet.Ip ?? IPAddress.IPv6Any, null, internet.Port),
            VsockAddress vsock => new SocketEnd(null, vsock.Cid, vsock.Port),
            _ => default,
        };
        if (NarrowedScope(name) is { } scope && Scopes.Guard(name, scope, fd, at, socket.Accept && listen.Accepts, isInGroup) is { } problem)
            throw new IOException(problem);
    }

    /// <summary>After a crash or a reload: sockets that are open are kept to what the files say now.</summary>
    private void ReviewScopes()
    {
        foreach (var service in _core.Graph.All.OfType<ServiceUnit>().Where(s => !s.IsInactiveOrFailed))
            WatchExposure(service.Name);
        var groups = new Lazy<IReadOnlyDictionary<uint, ulong>>(SocketGroups.Read);
        foreach (var unit in _core.Graph.All.OfType<SocketUnit>().ToList())
            ReviewScope(unit, groups);
    }

    /// <summary>What a socket is, it says itself: the file may list others by now, or in another order.</summary>
    private void ReviewScope(SocketUnit unit, Lazy<IReadOnlyDictionary<uint, ulong>> groups)
    {
        var scope = NarrowedScope(unit);
        var ids = scope is null ? null : _groups.IdsOf(unit.Name);
        string? problem = null;
        foreach (var open in unit.Open)
            if (_stored.TryGetValue(open.Id, out var stored) && Acceptor.LocalEnd(stored.Fd) is { } at)
                Attempt(unit.Name, () => problem = Scopes.Guard(unit.Name, scope, stored.Fd, at, unit.Accepts && SocketNature.Of(stored.Fd).Listens, IsIn(ids, stored.Fd, groups)) ?? problem);
        if (problem is null)
            return;
        _core.OnSocketsUnheld(unit.Name, problem);
        if (unit.Target is { } service)
            WatchExposure(service.Name);
    }

    /// <summary>Where the kernel doesn't tell of a socket whose it is, one without a filter was made in the group.</summary>
    private static bool IsIn(IReadOnlySet<ulong>? ids, Fd socket, Lazy<IReadOnlyDictionary<uint, ulong>> groups) =>
        ids is not null && (groups.Value.TryGetValue((uint)FileStatus.Of(socket).Inode, out ulong group) ? ids.Contains(group) : ClassicFilter.Read(socket, out _) is null);

    /// <summary>Who has been accepted is in scope; who isn't is counted, logged and closed.</summary>
    private bool IsInScope(UnitName name, Fd connection)
    {
        if (!_core.Graph.TryGet(name, out var unit) || unit is not SocketUnit socket || NarrowedScope(unit) is not { } scope
            || Acceptor.Ends(connection) is not { Remote: var peer } || Scopes.Admits(name, scope, peer, socket.Refused))
            return true;
        socket.OnOutsider();
        connection.Dispose();
        return false;
    }
}
