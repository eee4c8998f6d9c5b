namespace Sereno.Sockets.Trace;

/// <summary>The names in machine formats; they don't change with the language.</summary>
public static class TraceNames
{
    /// <summary>Null for an unknown role.</summary>
    public static string? Name(this ConnectionRole role) => role switch
    {
        ConnectionRole.Client => "client",
        ConnectionRole.Server => "server",
        ConnectionRole.Unknown => null,
    };

    public static string Name(this Observation observation) => observation switch
    {
        Observation.Tracepoint => "tracepoint",
        Observation.Destroyed => "destroyed",
        Observation.Dump => "dump",
    };

    public static string Name(this SocketNamespace place) => place switch
    {
        SocketNamespace.This => "this",
        SocketNamespace.Other => "other",
        SocketNamespace.Unknown => "unknown",
    };

    public static string Name(this OwnerSource source) => source switch
    {
        OwnerSource.Exact => "exact",
        OwnerSource.Listener => "by-listener",
        OwnerSource.Cgroup => "by-cgroup",
        OwnerSource.Hidden => "hidden",
        OwnerSource.None => "none",
    };
}
