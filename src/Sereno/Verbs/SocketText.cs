using Sereno.Sockets;
using Sereno.Sockets.Wire;

namespace Sereno.Verbs;

/// <summary>A listening port in one line: <c>tcp 127.0.0.1:6379 redis (user) local, 3 established</c>.</summary>
public static class SocketText
{
    public static string Of(ListeningPort port)
    {
        string connections = Connections(port.Connections);
        return $"{(port.IsTcp ? "tcp" : "udp")} {Address(port)} {(port.Service is { } service ? service + " " : "")}({port.Class.ToString().ToLowerInvariant()}) " +
            $"{port.Scope.ToString().ToLowerInvariant()}{(connections.Length > 0 ? ", " + connections : "")}";
    }

    public static string Address(ListeningPort port) => port.Socket.IsIPv4 ? $"{port.Socket.Local}:{port.Port}" : $"[{port.Socket.Local}]:{port.Port}";

    public static string Connections(IReadOnlyList<StateCount> counts) =>
        string.Join(", ", counts.Select(c => $"{c.Count} {c.State.Name()}"));
}
