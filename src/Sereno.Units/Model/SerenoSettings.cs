using System.Collections.Immutable;
using Sereno.Units.Values;

namespace Sereno.Units.Model;

/// <summary>The widest audience that a service may have: this machine, its networks, everybody.</summary>
public enum Audience { Local, Intranet, Internet }

/// <summary>Who a socket's service is for at a time: one client after the other, or each a process of its own.</summary>
public enum ServerMode { Dedicated, Concurrent }

/// <summary>[X-Sereno]: what only we know; systemd skips the section.</summary>
public sealed record SerenoSettings
{
    /// <summary>Scope=; null where nothing is said.</summary>
    public Audience? Audience { get; init; }

    /// <summary>What Scope=intranet means besides; empty for the networks of this machine's interfaces.</summary>
    public ImmutableArray<AddressPrefix> Intranet { get; init; } = [];

    /// <summary>Server= of a socket unit; null where nothing is said.</summary>
    public ServerMode? Server { get; init; }

    /// <summary>Ready=listen: null where Type= alone says when a service is started; 0 for any port.</summary>
    public ushort? ReadyPort { get; init; }

    /// <summary>Drain= in microseconds: how long a stop waits for the connections that there are; 0 for not at all.</summary>
    public ulong DrainUsec { get; init; }

    /// <summary>AllowStart=: users, and groups after an @, who may start the unit besides root.</summary>
    public ImmutableArray<string> AllowStart { get; init; } = [];
}
