using System.Collections.Immutable;
using Sereno.Units.Values;

namespace Sereno.Units.Model;

/// <summary>ListenStream= and its siblings, named as the directives are.</summary>
public enum ListenKind { Stream, Datagram, SequentialPacket, Fifo, Special, Netlink, MessageQueue, UsbFunction }

public sealed record Listen(ListenKind Kind, ListenAddress Address)
{
    /// <summary>Whether connections can be accepted from it (accept(2)).</summary>
    public bool Accepts => Kind is ListenKind.Stream or ListenKind.SequentialPacket;
}

public enum BindIPv6Only { Default, Both, Ipv6Only }

/// <summary>SO_TIMESTAMP and SO_TIMESTAMPNS (socket(7)).</summary>
public enum Timestamping { Off, Microseconds, Nanoseconds }

/// <summary>What a socket unit opens, and how (systemd.socket(5)). Null and 0 leave what the kernel has.</summary>
public sealed record SocketDefinition
{
    public ImmutableArray<Listen> Listens { get; init; } = [];
    public bool Accept { get; init; }

    /// <summary>Server=dedicated: the next connection is accepted when the one before has ended.</summary>
    public bool Dedicated { get; init; }
    public string? User { get; init; }
    public string? Group { get; init; }
    public uint Mode { get; init; } = 0x1B6; // 0666
    public uint DirectoryMode { get; init; } = 0x1ED; // 0755
    public uint Backlog { get; init; } = uint.MaxValue;
    public BindIPv6Only BindIPv6Only { get; init; }
    public bool FlushPending { get; init; }
    public bool Writable { get; init; }
    public SocketOptions Options { get; init; } = SocketOptions.Default;
    public bool RemoveOnStop { get; init; }
    public ImmutableArray<string> Symlinks { get; init; } = [];

    /// <summary>What sd_listen_fds_with_names(3) calls them; null for the unit's name, or "connection" with Accept=yes.</summary>
    public string? DescriptorName { get; init; }

    public uint MaxConnections { get; init; } = 64;

    /// <summary>0 for no limit.</summary>
    public uint MaxConnectionsPerSource { get; init; }

    /// <summary>Null for systemd's: 20 in 2 s, or 200 with Accept=yes.</summary>
    public uint? TriggerLimit { get; init; }
    public ulong TriggerLimitIntervalUsec { get; init; } = 2 * TimeSpans.Second;
    public uint TriggerLimitBurst => TriggerLimit ?? (Accept ? 200u : 20);

    /// <summary>PollLimitIntervalSec= and PollLimitBurst= of systemd 255; null where nothing is said. Without either there is no limit, as in systemd 252.</summary>
    public ulong? PollLimitUsec { get; init; }
    public uint? PollLimit { get; init; }
    public ulong PollLimitIntervalUsec => PollLimitUsec ?? (PollLimit is null ? 0 : 2 * TimeSpans.Second);
    public uint PollLimitBurst => PollLimit ?? (Accept ? 150u : 15);

    /// <summary>Null where no command is run.</summary>
    public SocketCommands? Commands { get; init; }

    /// <summary>The only listed address in the file system, which Symlinks= lead to; null where there are none or several.</summary>
    public string? SymlinkTarget => Listens.Where(l => l.Kind != ListenKind.Special).Select(l => l.Address.File).OfType<string>().ToArray() is [var one] ? one : null;
}

/// <summary>socket(7), ip(7), ipv6(7), tcp(7), unix(7), pipe(7), mq_overview(7).</summary>
public sealed record SocketOptions
{
    public static readonly SocketOptions Default = new();

    /// <summary>IPPROTO_UDPLITE or IPPROTO_SCTP; null for the type's own.</summary>
    public int? Protocol { get; init; }
    public string? BindToDevice { get; init; }
    public bool PassCredentials { get; init; }
    public bool PassSecurity { get; init; }
    public bool PassPacketInfo { get; init; }
    public Timestamping Timestamping { get; init; }
    public bool ReusePort { get; init; }
    public bool FreeBind { get; init; }
    public bool Transparent { get; init; }
    public bool Broadcast { get; init; }
    public bool NoDelay { get; init; }
    public bool KeepAlive { get; init; }
    public ulong KeepAliveTimeUsec { get; init; }
    public ulong KeepAliveIntervalUsec { get; init; }
    public uint KeepAliveProbes { get; init; }
    public ulong DeferAcceptUsec { get; init; }
    public int? Priority { get; init; }
    public int? Tos { get; init; }
    public int? Ttl { get; init; }
    public int? Mark { get; init; }

    /// <summary>In bytes.</summary>
    public ulong ReceiveBuffer { get; init; }
    public ulong SendBuffer { get; init; }
    public ulong PipeSize { get; init; }
    public string? Congestion { get; init; }
    public long QueueMessages { get; init; }
    public long QueueMessageSize { get; init; }
}

/// <summary>What a socket unit runs around its opening and closing.</summary>
public sealed record SocketCommands(
    ImmutableArray<ExecCommand> StartPre, ImmutableArray<ExecCommand> StartPost, ImmutableArray<ExecCommand> StopPre, ImmutableArray<ExecCommand> StopPost,
    ulong TimeoutUsec, ExecContext Exec, KillContext Kill);
