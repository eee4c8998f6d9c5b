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
    /// is looked at then. Where a filter isn't permitted, loopback's addresses are the nearest to this machine that there is.
    /// </summary>
    /// <param name="isInGroup">It belongs to the unit's control group, or has at least no filter of an earlier manager's.</param>
    public void Guard(UnitName name, SerenoSettings? scope, Fd socket, bool accepts, bool isInGroup)
    {
        var unit = scope is null ? null : Of(name, scope);
        unit?.Sockets.RemoveAll(s => s.Socket == socket);
        if (unit is null || accepts || (unit.Problem is null && isInGroup))
            _ = ClassicFilter.Detach(socket); // of an earlier definition
        else
            unit.Sockets.Add((socket, Attach(socket, unit.Scope) is var errno && errno == 0 ? Filter : BindToLoopback(unit, socket) ? Bind : NotHeld(unit, errno)));
    }

    /// <summary>One that was taken over is bound already, which is for root to change.</summary>
    private static bool BindToLoopback(Guarded unit, Fd socket) =>
        unit.Scope.Audience == Audience.Local && (SocketOption.TrySetDevice(socket, "lo") == 0 || SocketOption.DeviceOf(socket) == "lo");

    private string NotHeld(Guarded unit, int errno)
    {
        unit.Problem = Errno.Text(errno);
        log(unit.Name, LogLevel.Warning, $"{unit.Name}: Scope={Words(unit.Scope)} is not enforced: {unit.Problem}");
        return "";
    }

    /// <summary>The sockets are closed.</summary>
    public void Release(UnitName name)
    {
        if (_units.TryGetValue(name, out var unit))
            unit.Sockets.Clear();
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

    /// <summary>Who keeps the unit to its scope: "cgroup", "filter", "bind", "accept", or nobody, with the reason.</summary>
    /// <param name="accepts">We accept from its sockets ourselves.</param>
    public (string By, string Problem) HoldOf(UnitName name, bool accepts) => _units.GetValueOrDefault(name) switch
    {
        { Problem: null } => ("cgroup", ""),
        _ when accepts => ("accept", ""),
        { Sockets: { Count: > 0 } sockets } when sockets.TrueForAll(s => s.By.Length > 0) => (sockets.Exists(s => s.By == Bind) ? Bind : Filter, ""),
        { Problem: { } problem } => ("", problem),
        null => ("", NoGroup),
    };

    private static void Unfilter(Guarded unit)
    {
        foreach (var socket in unit.Filtered)
            _ = ClassicFilter.Detach(socket);
    }

    /// <returns>0 or errno.</returns>
    private int Attach(Fd socket, SerenoSettings scope) =>
        AddressFilter.Code(NetworksOf(scope)) is { } code ? ClassicFilter.Attach(socket, code) : Linux.Headers.libc.ENOSPC;
}
