using Sereno.Sockets.Owners;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diagnosis;

public enum TroubleKind
{
    /// <summary>A program doesn't close what its peers have closed.</summary>
    CloseWaitLeak,

    /// <summary>Data waits in a connection, and nobody reads it.</summary>
    StuckConnection,

    /// <summary>Connections wait to be accepted, as many as may.</summary>
    AcceptQueueFull,

    /// <summary>A listener had to drop connections since it was made.</summary>
    ListenDrops,

    /// <summary>Nearly every port that the kernel gives to clients is in use towards one destination.</summary>
    EphemeralExhaustion,

    /// <summary>A unit is open further than its [X-Sereno] Scope= says.</summary>
    WiderThanDeclared,

    /// <summary>Close to net.ipv4.tcp_max_tw_buckets, past which TIME-WAIT is skipped.</summary>
    TimeWaitNearLimit,

    /// <summary>Half-open connections pile up at a listener.</summary>
    SynBacklog,

    /// <summary>Sockets that no program holds wait for peers that don't answer.</summary>
    OrphansStuck,

    /// <summary>Owners that we may not see.</summary>
    HiddenOwners,

    /// <summary>Datagrams were dropped because a program didn't read them.</summary>
    UdpDrops,

    /// <summary>A unit is started again and again.</summary>
    RestartStorm,
}

/// <summary>Notes don't make a machine unhealthy.</summary>
public enum Severity { Note, Warning, Critical }

/// <summary>One thing that is wrong, with what proves it.</summary>
public sealed record Trouble(TroubleKind Kind, Severity Severity, Actor WhoMustAct)
{
    /// <summary>A socket that shows it; null when it isn't about one.</summary>
    public SocketRecord? Socket { get; init; }

    public SocketOwner? Owner { get; init; }

    /// <summary>The unit that it is about; null when there is none.</summary>
    public string? Unit { get; init; }

    /// <summary>How many sockets, connections, drops or restarts.</summary>
    public long Count { get; init; }

    /// <summary>The limit that <see cref="Count"/> is near to; 0 for none.</summary>
    public long Limit { get; init; }

    /// <summary>The longest of them has been idle for so long; 0 where it isn't known.</summary>
    public uint IdleMilliseconds { get; init; }

    public AddressScope? Declared { get; init; }
    public AddressScope? Actual { get; init; }

    /// <summary>Those between <see cref="Declared"/> and <see cref="Actual"/> reach the socket, and are refused there.</summary>
    public bool OthersAreRefused { get; init; }
}
