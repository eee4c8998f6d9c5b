using Sereno.Sockets;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>A listening port in one line: <c>tcp 127.0.0.1:6379 redis (user) local, 3 established</c>.</summary>
public static class SocketText
{
    public static string Of(ListeningPort port, UnitScope? declared = null)
    {
        string connections = Connections(port.Connections);
        return $"{(port.IsTcp ? "tcp" : "udp")} {Address(port)} {(port.Service is { } service ? service + " " : "")}({port.Class.ToString().ToLowerInvariant()}) " +
            $"{Scope(port, declared)}{(connections.Length > 0 ? ", " + connections : "")}";
    }

    /// <summary>Who may come: what the socket admits, or what the unit declares where that is less.</summary>
    public static string Scope(ListeningPort port, UnitScope? declared) => declared is not null && port.Scope > declared.Declared
        ? Text.Current.Sockets.WiderThan(declared.Declared.Name(), port.Scope.Name(), declared.IsHeld) : port.Scope.Name();

    public static string Address(ListeningPort port) => port.Socket.IsIPv4 ? $"{port.Socket.Local}:{port.Port}" : $"[{port.Socket.Local}]:{port.Port}";

    public static string Connections(IReadOnlyList<StateCount> counts) =>
        string.Join(", ", counts.Select(c => $"{c.Count} {c.State.Name()}"));

    /// <summary>"established 3, time-wait 1".</summary>
    public static string States(IReadOnlyList<StateCount> counts) => string.Join(", ", counts.Select(c => $"{c.State.Name()} {c.Count}"));

    /// <summary>One process by name and pid; of several, the first and how many more; or why there is none.</summary>
    public static string Owner(SocketOwner owner) => owner.Kind switch
    {
        OwnerKind.Exact => Processes(owner.Holders),
        OwnerKind.Hidden => Text.Current.Sockets.Hidden,
        OwnerKind.Elsewhere => Text.Current.Sockets.Elsewhere,
        _ => "-",
    };

    /// <summary>"10.0.0.1:80", "[::1]:80".</summary>
    public static string EndPoint(InetAddress address, ushort port) => address.IsIPv4 ? $"{address}:{port}" : $"[{address}]:{port}";

    /// <summary>Unit, first process and descriptor, and since when that process runs; or why nobody is known.</summary>
    public static string Who(SocketOwner owner, ProcessTimes times)
    {
        var text = Text.Current.Sockets;
        if (owner.Holders is [var first, ..])
        {
            int others = owner.Holders.Select(h => h.Pid).Distinct().Count() - 1;
            return text.Who(owner.Unit is null ? null : Printable.Of(owner.Unit), Printable.Of(first.Name), first.Pid, first.Fd, others, times.StartOf(first.Pid) is { } start ? Since(start) : "");
        }
        return owner.Unit is { } unit ? Printable.Of(unit) : owner.Kind switch
        {
            OwnerKind.Hidden => text.OwnerHidden(SocketNotes.MayTrace),
            OwnerKind.None => text.OwnerUnknown,
            _ => text.OwnerElsewhere,
        };
    }

    /// <summary>"Sun 2026-11-22 16:00:00 UTC (2h 3min ago)".</summary>
    public static string Since(DateTimeOffset start)
    {
        ulong usec = (ulong)Math.Max(0, (start - DateTimeOffset.UnixEpoch).Ticks / 10), now = (ulong)(DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / 10;
        return $"{Text.Current.Weekday(start.ToLocalTime().DayOfWeek)}{Times.Full(usec)[3..]} ({Text.Current.Ago(Times.Ago(now > usec ? now - usec : 0))})";
    }

    private static string Processes(IReadOnlyList<SocketHolder> holders)
    {
        int others = holders.Select(h => h.Pid).Distinct().Count() - 1;
        string first = $"{holders[0].Name} ({holders[0].Pid})";
        return others > 0 ? $"{first} +{others}" : first;
    }
}
