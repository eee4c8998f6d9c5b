using System.Net;
using Sereno.Linux;
using Sereno.Manager;
using Sereno.Units.Model;

namespace Sereno.Roles.Scope;

/// <summary>Sockets that we opened: they can be kept to their scope without any privilege.</summary>
public sealed partial class ScopeGuard
{
    /// <summary>
    /// A socket of a socket unit, about to be bound, or taken over. The filter goes where no program is; who comes to those that we accept from ourselves
    /// is looked at then.
    /// </summary>
    /// <exception cref="LinuxException">It can't be kept to its scope.</exception>
    public void Guard(UnitName name, SerenoSettings? scope, Fd socket, bool accepts)
    {
        var unit = scope is null ? null : Of(name, scope);
        unit?.Filtered.Remove(socket);
        if (unit is null or { Problem: null } || accepts)
            _ = ClassicFilter.Detach(socket); // of an earlier definition
        else if (Filter(socket, unit.Scope) is not 0 and var errno)
            throw new LinuxException(errno, $"keep a socket to Scope={Words(unit.Scope)}");
        else
            unit.Filtered.Add(socket);
    }

    /// <summary>The sockets are closed.</summary>
    public void Release(UnitName name)
    {
        if (_units.TryGetValue(name, out var unit))
            unit.Filtered.Clear();
    }

    /// <summary>Somebody whom we have accepted: false for one who is outside, which is said.</summary>
    public bool Admits(UnitName name, SerenoSettings scope, IPAddress peer, ulong refused)
    {
        if (Admits(scope, peer))
            return true;
        var unit = Of(name, scope);
        if (MayTell(unit))
        {
            Tell(unit, peer, "when accepting", refused - Math.Min(refused, unit.LastCount));
            unit.LastCount = refused + 1;
        }
        return false;
    }

    /// <summary>Who keeps the unit to its scope: "cgroup", "filter", "accept", or nobody, with the reason.</summary>
    /// <param name="accepts">We accept from its sockets ourselves.</param>
    public (string By, string Problem) HoldOf(UnitName name, bool accepts) => _units.GetValueOrDefault(name) switch
    {
        { Problem: null } => ("cgroup", ""),
        _ when accepts => ("accept", ""),
        { Filtered.Count: > 0 } => ("filter", ""),
        { Problem: { } problem } => ("", problem),
        null => ("", NoGroup),
    };

    private static void Unfilter(Guarded unit)
    {
        foreach (var socket in unit.Filtered.Where(s => !s.IsClosed))
            _ = ClassicFilter.Detach(socket);
    }

    /// <returns>0 or errno.</returns>
    private int Filter(Fd socket, SerenoSettings scope) =>
        AddressFilter.Code(NetworksOf(scope)) is { } code ? ClassicFilter.Attach(socket, code) : Linux.Headers.libc.ENOSPC;
}
