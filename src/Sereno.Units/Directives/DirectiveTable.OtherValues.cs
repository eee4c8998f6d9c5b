using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>What is wrong with a value of other unit types, told whether or not the directive has an effect here (systemd.socket(5), systemd.mount(5)).</summary>
internal static partial class DirectiveTable
{
    private const string BooleanKeys =
        "Accept FlushPending Writable KeepAlive NoDelay FreeBind Transparent Broadcast PassCredentials PassSecurity PassPacketInfo ReusePort " +
        "RemoveOnStop SELinuxContextFromNet SloppyOptions LazyUnmount ForceUnmount ReadWriteOnly";

    private static readonly string[] s_tos = ["low-delay", "throughput", "reliability", "low-cost"];

    private static readonly string[] s_netlinkFamilies =
    [
        "route", "firewall", "inet-diag", "nflog", "xfrm", "selinux", "iscsi", "audit", "fib-lookup", "connector", "netfilter", "ip6-fw", "dnrtmsg", "kobject-uevent",
        "generic", "scsitransport", "ecryptfs", "rdma",
    ];

    private static Action<Reading>? ReaderOf(UnitType type, string key) => key switch
    {
        _ when BooleanKeys.Split(' ').Contains(key) => r => r.Boolean(),
        "DirectoryMode" or "SocketMode" => r => r.Mode(),
        "Backlog" or "MaxConnections" or "MaxConnectionsPerSource" or "KeepAliveProbes" or "TriggerLimitBurst" => r => r.Unsigned(),
        "KeepAliveTimeSec" or "KeepAliveIntervalSec" or "DeferAcceptSec" or "TriggerLimitIntervalSec" => r => r.Seconds(),
        "TimeoutSec" or "TimeoutIdleSec" => ReadSpan,
        "Priority" when type == UnitType.Swap => ReadSwapPriority,
        "Priority" or "IPTTL" or "Mark" => r => ReadNumber(r, "int", int.MaxValue),
        "MessageQueueMaxMessages" or "MessageQueueMessageSize" => r => ReadNumber(r, "long", long.MaxValue),
        "ReceiveBuffer" or "SendBuffer" or "PipeSize" => ReadSize,
        "SmackLabel" or "SmackLabelIPIn" or "SmackLabelIPOut" or "ExtraOptions" => r => r.Expanded(),
        "SocketUser" or "SocketGroup" => r => ReadAccount(r, null),
        "ListenStream" or "ListenDatagram" or "ListenSequentialPacket" => ReadListen,
        "ListenFIFO" or "ListenSpecial" or "ListenMessageQueue" or "ListenUSBFunction" => ReadListenPath,
        "ListenNetlink" => ReadListenNetlink,
        "Symlinks" => ReadSymlinks,
        "BindIPv6Only" => r => Refuse(r, Booleans.Parse(r.Value) is not null || r.Value is "default" or "both" or "ipv6-only", "Failed to parse bind IPv6 only value"),
        "SocketProtocol" => r => Refuse(r, r.Value is "udplite" or "sctp" or "136" or "132", "Failed to parse socket protocol"),
        "Timestamping" => r => Refuse(r, Booleans.Parse(r.Value) is not null || r.Value is "off" or "us" or "ns" or "usec" or "nsec" or "µs" or "μs", "Failed to parse timestamping precision"),
        "IPTOS" => r => Refuse(r, r.IsEmpty || s_tos.Contains(r.Value) || Integers.ReadUnsigned(r.Value, 255, out _) == ParseError.None, "Failed to parse IP TOS value"),
        "BindToDevice" => r => Refuse(r, r.Value is "" or "*" || Validity.IsInterfaceName(r.Value), "Invalid interface name"),
        "FileDescriptorName" => r =>
        {
            if (!r.IsEmpty && r.Expanded() is { } name && !Validity.IsDescriptorName(name))
                r.Warn($"Invalid file descriptor name, ignoring: {name}");
        },
        "ExecStartPre" or "ExecStartPost" or "ExecStopPre" or "ExecStopPost" when type == UnitType.Socket => r =>
        {
            if (!r.IsEmpty)
                new CommandLine(r).ReadTo([]);
        },
        _ => null,
    };

    private static void Refuse(Reading r, bool fine, string message)
    {
        if (!fine)
            r.Warn($"{message}, ignoring: {r.Value}");
    }

    private static void ReadNumber(Reading r, string type, ulong max)
    {
        string text = r.Value.TrimStart(' ', '\t');
        bool negative = text.StartsWith('-');
        string digits = negative ? text[1..] : text;
        bool fine = (!negative || digits is [>= '0' and <= '9', ..]) && Integers.ReadUnsigned(digits, negative ? max + 1 : max, out _) == ParseError.None;
        Refuse(r, fine, $"Failed to parse {type} value");
    }

    private static void ReadSpan(Reading r) => Refuse(r, TimeSpans.TryParse(r.Value, out _), "Failed to parse time value");

    private static void ReadSize(Reading r)
    {
        var error = Sizes.Read(r.Value, out _);
        if (error != ParseError.None)
            r.Warn($"Failed to parse size value '{r.Value}', ignoring: {Words(error)}");
    }

    private static string Words(ParseError error) => error == ParseError.Range ? "Numerical result out of range" : "Invalid argument";

    private static void ReadSwapPriority(Reading r)
    {
        if (r.IsEmpty)
            return;
        if (Integers.ReadSigned(r.Value, int.MinValue, int.MaxValue, out int priority) != ParseError.None)
            r.Warn($"Invalid swap priority '{r.Value}', ignoring.");
        else if (priority < -1)
            r.Warn($"Sorry, swap priorities smaller than -1 may only be assigned by the kernel itself, ignoring: {r.Value}");
        else if (priority > 32767)
            r.Warn($"Swap priority out of range, ignoring: {r.Value}");
    }

    private static void ReadListen(Reading r)
    {
        if (r.IsEmpty)
            r.Unit.Listens = 0;
        else if (r.Expanded(path: true) is { } address)
        {
            if (SocketAddresses.Check(address) is not ParseError.None and var error)
                r.Warn($"Failed to parse address value in '{address}', ignoring: {Words(error)}");
            else if (r.Key == "ListenSequentialPacket" && address[0] is not ('/' or '@'))
                r.Warn($"Address family not supported, ignoring: {r.Value}");
            else
                r.Unit.Listens++;
        }
    }

    private static void ReadListenPath(Reading r)
    {
        if (r.IsEmpty)
            r.Unit.Listens = 0;
        else if (r.Expanded(path: true) is { } path && r.CheckedPath(path) is not null)
            r.Unit.Listens++;
    }

    private static void ReadListenNetlink(Reading r)
    {
        if (r.IsEmpty)
            r.Unit.Listens = 0;
        else if (r.Expanded(path: true) is { } text)
        {
            string[] words = text.Split((char[])[' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries);
            var error = words.Length == 0 || !(s_netlinkFamilies.Contains(words[0]) || Integers.ReadUnsigned(words[0], int.MaxValue, out _) == ParseError.None) ? ParseError.Invalid
                : words.Length == 2 ? Integers.ReadUnsigned(words[1], uint.MaxValue, out _) : ParseError.None;
            if (error == ParseError.None)
                r.Unit.Listens++;
            else
                r.Warn($"Failed to parse address value in '{text}', ignoring: {Words(error)}");
        }
    }

    private static void ReadSymlinks(Reading r)
    {
        foreach (string word in r.Words(WordFlags.Unquote))
            if (r.Expanded(word, path: true) is not { } path || r.CheckedPath(path) is null)
                return; // the first mistake ends the line
    }
}
