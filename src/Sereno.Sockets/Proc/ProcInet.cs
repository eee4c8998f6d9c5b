using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Proc;

/// <summary>What a line of /proc/net/{tcp,udp,udplite,raw}{,6} says beyond sock_diag(7)'s record, in the kernel's own units.</summary>
public record struct ProcInetDetail
{
    /// <summary>Timer's number as printed: tcp 0 to 4; what Timer is made of.</summary>
    public uint Timer { get; set; }

    /// <summary>Until the timer expires, in clock ticks of sysconf(_SC_CLK_TCK), as the kernel prints them.</summary>
    public ulong TimerTicks { get; set; }

    public ulong Retransmits { get; set; }

    /// <summary>Zero-window probes without an answer: the column called "timeout".</summary>
    public uint Probes { get; set; }

    public uint References { get; set; }

    /// <summary>The socket's address, as %pK shows it to us.</summary>
    public ulong Pointer { get; set; }

    /// <summary>UDP and raw: datagrams thrown away.</summary>
    public ulong Drops { get; set; }

    /// <summary>TCP only, and not of TIME_WAIT or SYN_RECV: the rest of get_tcp4_sock's line. Timeouts in clock ticks.</summary>
    public uint RetransmitTimeout { get; set; }
    public uint AckTimeout { get; set; }
    public uint QuickAck { get; set; }
    public uint CongestionWindow { get; set; }

    /// <summary>-1 while still in initial slow start; of a listener, its Fast Open queue.</summary>
    public int SlowStartThreshold { get; set; }
}

/// <summary>Lines of /proc/net/{tcp,udp,udplite,raw}{,6} to records.</summary>
/// <remarks>proc_pid_net(5), and get_tcp4_sock, udp4_format_sock and raw_sock_seq_show in the kernel: addresses are hexadecimal words
/// of 32 bits in the machine's own byte order, ports are plain numbers, milliseconds are clock ticks.</remarks>
public static class ProcInet
{
    /// <summary>A tick is 10 ms: USER_HZ is 100 on every architecture that .NET runs on.</summary>
    public const int TickMilliseconds = 10;

    /// <summary>One line of the table of <paramref name="protocol"/>; false, and nothing to be relied on, when it isn't one
    /// (as the heading isn't).</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, SocketProtocol protocol, out SocketRecord record, out ProcInetDetail detail)
    {
        record = new() { Protocol = protocol };
        detail = default;
        var fields = new ProcFields(line);
        fields.Decimal(fields.Before(':'));
        record.Local = Address(fields.Before(':'), ref fields);
        record.LocalPort = (ushort)fields.Hex(fields.Next());
        record.Remote = Address(fields.Before(':'), ref fields);
        record.RemotePort = (ushort)fields.Hex(fields.Next());
        record.IsIPv4 = record.Local.IsIPv4;
        record.State = (TcpState)fields.Hex(fields.Next());
        record.SendQueue = (uint)fields.Hex(fields.Before(':'));
        record.ReceiveQueue = (uint)fields.Hex(fields.Next());
        detail.Timer = (uint)fields.Hex(fields.Before(':'));
        detail.TimerTicks = fields.Hex(fields.Next());
        detail.Retransmits = fields.Hex(fields.Next());
        if (fields.Malformed || record.Remote.IsIPv4 != record.IsIPv4)
            return false;
        record.Timer = TimerOf(detail.Timer);
        record.Retransmits = (byte)Math.Min(detail.Retransmits, byte.MaxValue);
        record.Expires = (uint)Math.Min(detail.TimerTicks * TickMilliseconds, uint.MaxValue);
        ReadOwner(ref fields, ref record, ref detail);
        return true;
    }

    // Older kernels end earlier: what isn't there is 0.
    private static void ReadOwner(ref ProcFields fields, ref SocketRecord record, ref ProcInetDetail detail)
    {
        record.Uid = fields.Signed(fields.Next());
        detail.Probes = fields.Signed(fields.Next());
        record.Inode = (uint)fields.Decimal(fields.Next());
        detail.References = fields.Signed(fields.Next());
        detail.Pointer = fields.Hex(fields.Next());
        if (record.Protocol != SocketProtocol.Tcp)
        {
            detail.Drops = fields.Decimal(fields.Next());
            return;
        }
        detail.RetransmitTimeout = (uint)fields.Decimal(fields.Next());
        detail.AckTimeout = (uint)fields.Decimal(fields.Next());
        detail.QuickAck = (uint)fields.Decimal(fields.Next());
        detail.CongestionWindow = (uint)fields.Decimal(fields.Next());
        detail.SlowStartThreshold = (int)fields.Signed(fields.Next());
    }

    // tcp's timer_active and inet_diag's idiag_timer number these alike, except that /proc knows 2 for keepalive and 3 for TIME_WAIT only.
    private static SocketTimer TimerOf(uint timer) => timer switch
    {
        1 => SocketTimer.Retransmit,
        2 => SocketTimer.KeepAlive,
        3 => SocketTimer.TimeWait,
        4 => SocketTimer.ZeroWindowProbe,
        _ => SocketTimer.Off,
    };

    private static InetAddress Address(ReadOnlySpan<byte> text, ref ProcFields fields)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (text.Length is not (8 or 32))
        {
            fields.Hex(default); // malformed
            return default;
        }
        for (int i = 0; i < text.Length; i += 8)
            BitConverter.TryWriteBytes(bytes[(i / 2)..], (uint)fields.Hex(text.Slice(i, 8)));
        return InetAddress.FromBytes(bytes[..(text.Length / 2)]);
    }
}
