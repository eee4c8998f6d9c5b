using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>[Socket] (systemd.socket(5)).</summary>
internal static partial class DirectiveTable
{
    private static readonly string[] s_bindings = ["default", "both", "ipv6-only"];

    // Values of IP_TOS (netinet/ip.h), by systemd's words.
    private static readonly (string Word, int Value)[] s_tos = [("low-delay", 0x10), ("throughput", 8), ("reliability", 4), ("low-cost", 2)];

    private static IEnumerable<DirectiveRow> SocketRows() =>
    [
        Enforced("Socket", "ListenStream", r => ReadListen(r, ListenKind.Stream)),
        Enforced("Socket", "ListenDatagram", r => ReadListen(r, ListenKind.Datagram)),
        Enforced("Socket", "ListenSequentialPacket", r => ReadListen(r, ListenKind.SequentialPacket)),
        Enforced("Socket", "ListenFIFO", r => ReadListenPath(r, ListenKind.Fifo)),
        Enforced("Socket", "ListenSpecial", r => ReadListenPath(r, ListenKind.Special)),
        Enforced("Socket", "ListenMessageQueue", r => ReadListenPath(r, ListenKind.MessageQueue)),
        Enforced("Socket", "ListenNetlink", r => ReadListen(r, ListenKind.Netlink)),
        Ignored("Socket", "ListenUSBFunction", "not supported: USB gadgets", r => ReadListenPath(r, ListenKind.UsbFunction)),
        Enforced("Socket", "Service", ReadSocketService),

        Enforced("Socket", "Accept", r => r.Unit.Accepts = r.Boolean() ?? r.Unit.Accepts),
        Set("FlushPending", (s, on) => s with { FlushPending = on }, r => r.Boolean()),
        Set("Writable", (s, on) => s with { Writable = on }, r => r.Boolean()),
        Set("RemoveOnStop", (s, on) => s with { RemoveOnStop = on }, r => r.Boolean()),
        Set("SocketMode", (s, mode) => s with { Mode = mode }, r => r.Mode()),
        Set("DirectoryMode", (s, mode) => s with { DirectoryMode = mode }, r => r.Mode()),
        Set("Backlog", (s, number) => s with { Backlog = number }, r => r.Unsigned()),
        Set("MaxConnections", (s, number) => s with { MaxConnections = number }, r => r.Unsigned()),
        Set("MaxConnectionsPerSource", (s, number) => s with { MaxConnectionsPerSource = number }, r => r.Unsigned()),
        Set("TriggerLimitIntervalSec", (s, usec) => s with { TriggerLimitIntervalUsec = usec }, r => r.Seconds()),
        Set("TriggerLimitBurst", (s, number) => s with { TriggerLimit = number }, r => r.Unsigned()),
        Set("PollLimitIntervalSec", (s, usec) => s with { PollLimitUsec = usec }, r => r.Seconds()),
        Set("PollLimitBurst", (s, number) => s with { PollLimit = number }, r => r.Unsigned()),
        Set("BindIPv6Only", (s, only) => s with { BindIPv6Only = only }, OnlyIPv6),
        Enforced("Socket", "SocketUser", r => r.Unit.Socket = r.Unit.Socket with { User = ReadAccount(r, r.Unit.Socket.User) }),
        Enforced("Socket", "SocketGroup", r => r.Unit.Socket = r.Unit.Socket with { Group = ReadAccount(r, r.Unit.Socket.Group) }),
        Enforced("Socket", "Symlinks", ReadSymlinks),
        Enforced("Socket", "FileDescriptorName", ReadDescriptorName),
        Enforced("Socket", "TimeoutSec", r => r.Unit.SocketTimeoutUsec = ReadSpan(r) is { } usec ? usec == 0 ? ServiceDefinition.Infinity : usec : r.Unit.SocketTimeoutUsec),
        .. new[] { ("ExecStartPre", ExecKind.StartPre), ("ExecStartPost", ExecKind.StartPost), ("ExecStopPre", ExecKind.Stop), ("ExecStopPost", ExecKind.StopPost) }
            .Select(c => Command(c.Item1, c.Item2) with { Section = "Socket" }),

        Option("PassCredentials", (o, on) => o with { PassCredentials = on }, r => r.Boolean()),
        Option("PassSecurity", (o, on) => o with { PassSecurity = on }, r => r.Boolean()),
        Option("PassPacketInfo", (o, on) => o with { PassPacketInfo = on }, r => r.Boolean()),
        Option("ReusePort", (o, on) => o with { ReusePort = on }, r => r.Boolean()),
        Option("FreeBind", (o, on) => o with { FreeBind = on }, r => r.Boolean()),
        Option("Transparent", (o, on) => o with { Transparent = on }, r => r.Boolean()),
        Option("Broadcast", (o, on) => o with { Broadcast = on }, r => r.Boolean()),
        Option("NoDelay", (o, on) => o with { NoDelay = on }, r => r.Boolean()),
        Option("KeepAlive", (o, on) => o with { KeepAlive = on }, r => r.Boolean()),
        Option("KeepAliveTimeSec", (o, usec) => o with { KeepAliveTimeUsec = usec }, r => r.Seconds()),
        Option("KeepAliveIntervalSec", (o, usec) => o with { KeepAliveIntervalUsec = usec }, r => r.Seconds()),
        Option("KeepAliveProbes", (o, number) => o with { KeepAliveProbes = number }, r => r.Unsigned()),
        Option("DeferAcceptSec", (o, usec) => o with { DeferAcceptUsec = usec }, r => r.Seconds()),
        Option("Priority", (o, number) => o with { Priority = (int)number }, r => ReadNumber(r, "int", int.MaxValue)),
        Option("IPTTL", (o, number) => o with { Ttl = (int)number }, r => ReadNumber(r, "int", int.MaxValue)),
        Option("Mark", (o, number) => o with { Mark = (int)number }, r => ReadNumber(r, "int", int.MaxValue)),
        Option("IPTOS", (o, tos) => o with { Tos = tos < 0 ? null : tos }, ReadTos),
        Option("ReceiveBuffer", (o, bytes) => o with { ReceiveBuffer = bytes }, ReadSize),
        Option("SendBuffer", (o, bytes) => o with { SendBuffer = bytes }, ReadSize),
        Option("PipeSize", (o, bytes) => o with { PipeSize = bytes }, ReadSize),
        Option("MessageQueueMaxMessages", (o, number) => o with { QueueMessages = number }, r => ReadNumber(r, "long", long.MaxValue)),
        Option("MessageQueueMessageSize", (o, number) => o with { QueueMessageSize = number }, r => ReadNumber(r, "long", long.MaxValue)),
        Option("SocketProtocol", (o, protocol) => o with { Protocol = protocol }, ReadProtocol),
        Option("Timestamping", (o, precision) => o with { Timestamping = precision }, ReadTimestamping),
        Enforced("Socket", "TCPCongestion", r => SetOptions(r, o => o with { Congestion = r.IsEmpty ? null : r.Value })),
        Enforced("Socket", "BindToDevice", r =>
        {
            if (r.Value is "" or "*" || Validity.IsInterfaceName(r.Value))
                SetOptions(r, o => o with { BindToDevice = r.Value is "" or "*" ? null : r.Value });
            else
                r.Warn($"Invalid interface name, ignoring: {r.Value}");
        }),
        .. ProcessRows().Select(r => r with { Section = "Socket" }),
        .. IgnoredAll("Socket", "not supported: security modules", "SmackLabel SmackLabelIPIn SmackLabelIPOut", r => r.Expanded()),
        Ignored("Socket", "SELinuxContextFromNet", "not supported: security modules", r => r.Boolean()),
    ];

    private static DirectiveRow Set<T>(string key, Func<SocketDefinition, T, SocketDefinition> set, Func<Reading, T?> read) where T : struct => Enforced("Socket", key, r =>
    {
        if (read(r) is { } value)
            r.Unit.Socket = set(r.Unit.Socket, value);
    });

    private static DirectiveRow Option<T>(string key, Func<SocketOptions, T, SocketOptions> set, Func<Reading, T?> read) where T : struct => Enforced("Socket", key, r =>
    {
        if (read(r) is { } value)
            SetOptions(r, o => set(o, value));
    });

    private static void SetOptions(Reading r, Func<SocketOptions, SocketOptions> set) => r.Unit.Socket = r.Unit.Socket with { Options = set(r.Unit.Socket.Options) };

    private static void ReadListen(Reading r, ListenKind kind)
    {
        if (r.IsEmpty)
            r.Unit.Listens.Clear();
        else if (r.Expanded(path: true) is { } text)
        {
            var error = kind == ListenKind.Netlink ? ListenAddress.ReadNetlink(text, out var address) : ListenAddress.Read(text, out address);
            if (address is null)
                r.Warn($"Failed to parse address value in '{text}', ignoring: {Words(error)}");
            else if (kind == ListenKind.SequentialPacket && address is not PathAddress)
                r.Warn($"Address family not supported, ignoring: {r.Value}");
            else
                r.Unit.Listens.Add(new(kind, address));
        }
    }

    private static void ReadListenPath(Reading r, ListenKind kind)
    {
        if (r.IsEmpty)
            r.Unit.Listens.Clear();
        else if (r.Expanded(path: true) is { } text && r.CheckedPath(text) is { } path)
            r.Unit.Listens.Add(new(kind, new PathAddress(path)));
    }

    private static void ReadSocketService(Reading r)
    {
        if (!r.Specifiers.TryName(r.Value, out string name, out string error))
            r.Warn($"Failed to resolve specifiers, ignoring {r.Value}: {error}");
        else if (!UnitName.TryParse(name, out var service) || service.Type != UnitType.Service)
            r.Warn($"Unit must be of type service, ignoring: {r.Value}");
        else
            r.Unit.Trigger = service;
    }

    private static void ReadSymlinks(Reading r)
    {
        if (r.IsEmpty)
            r.Unit.Socket = r.Unit.Socket with { Symlinks = [] };
        foreach (string word in r.Words(WordFlags.Unquote))
            if (r.Expanded(word, path: true) is not { } text || r.CheckedPath(text) is not { } link)
                return; // the first mistake ends the line
            else
                r.Unit.Socket = r.Unit.Socket with { Symlinks = r.Unit.Socket.Symlinks.Add(link) };
    }

    private static void ReadDescriptorName(Reading r)
    {
        if (r.IsEmpty)
            r.Unit.Socket = r.Unit.Socket with { DescriptorName = null };
        else if (r.Expanded() is { } name)
        {
            if (Validity.IsDescriptorName(name))
                r.Unit.Socket = r.Unit.Socket with { DescriptorName = name };
            else
                r.Warn($"Invalid file descriptor name, ignoring: {name}");
        }
    }

    private static BindIPv6Only? OnlyIPv6(Reading r) =>
        Booleans.Parse(r.Value) is { } only ? only ? BindIPv6Only.Ipv6Only : BindIPv6Only.Both : (BindIPv6Only?)r.OneOf(s_bindings, "Failed to parse bind IPv6 only value");

    private static int? ReadTos(Reading r)
    {
        if (r.IsEmpty)
            return -1;
        foreach (var (word, value) in s_tos)
            if (word == r.Value)
                return value;
        if (Integers.ReadUnsigned(r.Value, 255, out ulong number) == ParseError.None)
            return (int)number;
        r.Warn($"Failed to parse IP TOS value, ignoring: {r.Value}");
        return null;
    }

    // netinet/in.h
    private static int? ReadProtocol(Reading r)
    {
        int? protocol = r.Value switch { "udplite" or "136" => 136, "sctp" or "132" => 132, _ => null };
        if (protocol is null)
            r.Warn($"Failed to parse socket protocol, ignoring: {r.Value}");
        return protocol;
    }

    private static Timestamping? ReadTimestamping(Reading r)
    {
        Timestamping? precision = r.Value switch
        {
            "off" => Timestamping.Off,
            "us" or "usec" or "µs" or "μs" => Timestamping.Microseconds,
            "ns" or "nsec" => Timestamping.Nanoseconds,
            _ => Booleans.Parse(r.Value) is { } on ? on ? Timestamping.Nanoseconds : Timestamping.Off : null,
        };
        if (precision is null)
            r.Warn($"Failed to parse timestamping precision, ignoring: {r.Value}");
        return precision;
    }
}
