using System.Collections.Immutable;
using Sereno.Units.Values;

namespace Sereno.Units.Model;

/// <summary>ListenStream= and its siblings, named as the directives are.</summary>
public enum ListenKind { Stream, Datagram, SequentialPacket, Fifo }

public sealed record Listen(ListenKind Kind, ListenAddress Address);

public enum BindIPv6Only { Default, Both, Ipv6Only }

/// <summary>What a socket unit opens, and how (systemd.socket(5)).</summary>
public sealed record SocketDefinition
{
    public ImmutableArray<Listen> Listens { get; init; } = [];
    public bool Accept { get; init; }
    public string? User { get; init; }
    public string? Group { get; init; }
    public uint Mode { get; init; } = 0x1B6; // 0666
    public uint DirectoryMode { get; init; } = 0x1ED; // 0755
    public uint Backlog { get; init; } = uint.MaxValue;
    public BindIPv6Only BindIPv6Only { get; init; }
    public bool PassCredentials { get; init; }
    public bool PassSecurity { get; init; }
    public bool ReusePort { get; init; }
    public bool FreeBind { get; init; }
    public bool KeepAlive { get; init; }
    public bool NoDelay { get; init; }
    public bool Broadcast { get; init; }

    /// <summary>In bytes; 0 leaves the kernel's default.</summary>
    public ulong ReceiveBuffer { get; init; }
    public ulong SendBuffer { get; init; }
    public bool RemoveOnStop { get; init; }
    public ImmutableArray<string> Symlinks { get; init; } = [];

    /// <summary>What sd_listen_fds_with_names(3) calls them; null for the unit's name.</summary>
    public string? DescriptorName { get; init; }
    public ulong TriggerLimitIntervalUsec { get; init; } = 2 * TimeSpans.Second;
    public uint TriggerLimitBurst { get; init; } = 20;
}
