using System.Net;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Units.Model;

namespace Sereno.Roles.Scope;

/// <summary>Sockets that we opened: they are kept to their scope, or they aren't open.</summary>
public sealed partial class ScopeGuard
{
    /// <summary>
    /// A socket of a socket unit, about to be bound, or taken over. The filter goes where no program is; who comes to those that we accept from ourselves
    /// is looked at then. Where a filter isn't permitted, loopback's addresses are the nearest to this machine that there is.
    /// </summary>
    /// <param name="at">Where it is bound, or will be; nowhere for what isn't of the internet's or vsock(7).</param>
    /// <param name="accepts">Who comes is accepted by us, and by nobody else.</param>
    /// <param name="isInGroup">It belongs to the unit's control group.</param>
    /// <returns>Null, or why it can't be kept to its scope.</returns>
    public string? Guard(UnitName name, SerenoSettings? scope, Fd socket, SocketEnd at, bool accepts, bool isInGroup)
    {
        if (scope is null)
            Forget(name);
        var unit = scope is null ? null : Of(name, scope);
        unit?.Sockets.RemoveAll(s => s.Socket == socket);
        if (unit is null || accepts || at is { Ip: null, Cid: null })
            return Ignore(_filters.Narrow(socket, null)); // of an earlier definition
        if (at.Cid is { } cid)
            return HasGuests(unit.Scope) || cid == Vsock.LocalCid ? null
                : Unheld(unit, $"vsock port {at.Port}", $"nobody filters those; vsock:{Vsock.LocalCid}:{at.Port} is this machine, and Accept=yes looks at who comes");
        if (unit.Problem is null && isInGroup)
            return Ignore(_filters.Narrow(socket, null));
        int errno = Narrow(socket, unit.Scope);
        if (errno != 0 && !BindToLoopback(unit, socket, at.Ip!))
            return Unheld(unit, $"port {at.Port}", $"no program at its control group ({unit.Problem ?? "the socket isn't in it"}), no filter at the socket ({Errno.Text(errno)}). "
                + "That takes CAP_NET_ADMIN, or CAP_BPF and cgroup v2. Accept=yes needs neither");
        unit.Sockets.Add((socket, errno == 0 ? Filter : Bind));
        return null;
    }

    /// <summary>For a time nobody new is heard, or again who is in scope (Drain=).</summary>
    public void HoldBack(Fd socket, bool holds) => _filters.HoldBack(socket, holds);

    /// <summary>The socket is closed.</summary>
    public void Release(UnitName name, Fd socket)
    {
        _filters.Forget(socket);
        _units.GetValueOrDefault(name)?.Sockets.RemoveAll(s => s.Socket == socket);
    }

    /// <summary>Somebody whom we have accepted: false for one who is outside, which is said.</summary>
    public bool Admits(UnitName name, SerenoSettings scope, SocketEnd peer, ulong refused)
    {
        if (Admits(scope, peer) || (Local.CatchUp() && Admits(scope, peer)))
            return true;
        var unit = Of(name, scope);
        if (MayTell(unit))
        {
            Tell(unit, peer.Cid is { } cid ? $"vsock:{cid}" : peer.Zone != 0 ? $"{peer.Ip}%{peer.Zone}" : $"{peer.Ip}", "when accepting", refused - Math.Min(refused, unit.LastCount));
            unit.LastCount = refused + 1;
        }
        return false;
    }

    /// <summary>Who keeps the unit to its scope: "cgroup", "filter", "bind", "accept", or nobody, with the reason.</summary>
    /// <param name="accepts">We accept from its sockets ourselves.</param>
    public (string By, string Problem) HoldOf(UnitName name, bool accepts) => _units.GetValueOrDefault(name) switch
    {
        { Problem: null } => ("cgroup", ""),
        _ when accepts => ("accept", ""),
        { Sockets: { Count: > 0 } sockets } => (sockets.Exists(s => s.By == Bind) ? Bind : Filter, ""),
        { Problem: { } problem } => ("", problem),
        null => ("", NoGroup),
    };

    /// <summary>Loopback's own addresses are nowhere else, and the wildcard shrinks to them. One that was taken over is bound already, which is for root to change.</summary>
    private static bool BindToLoopback(Guarded unit, Fd socket, IPAddress address) =>
        (IPAddress.IsLoopback(address) || (unit.Scope.Audience == Audience.Local && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))))
        && (SocketOption.TrySetDevice(socket, "lo") == 0 || SocketOption.DeviceOf(socket) == "lo");

    private static string Unheld(Guarded unit, string where, string why) =>
        $"cannot keep {where} to Scope={Words(unit.Scope)}: {why}, Scope=internet lets everybody in";

    private void Unfilter(Guarded unit)
    {
        foreach (var socket in unit.Filtered)
            _ = _filters.Narrow(socket, null);
    }

    /// <returns>0 or errno.</returns>
    private int Narrow(Fd socket, SerenoSettings scope) =>
        AddressFilter.Code(NetworksOf(scope)) is { } code ? _filters.Narrow(socket, code) : libc.ENOSPC;

    /// <summary>A filter that is too much keeps out who may come, never lets in who may not.</summary>
    private static string? Ignore(int errno) => null;
}
