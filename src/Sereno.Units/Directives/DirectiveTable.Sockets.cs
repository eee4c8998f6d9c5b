using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>[Socket], as far as sockets are opened here.</summary>
internal static partial class DirectiveTable
{
    private static readonly string[] s_bindIpv6Only = ["default", "both", "ipv6-only"];

    private static IEnumerable<DirectiveRow> SocketRows() =>
    [
        Listen("ListenStream", ListenKind.Stream), Listen("ListenDatagram", ListenKind.Datagram), Listen("ListenSequentialPacket", ListenKind.SequentialPacket),
        Listen("ListenFIFO", ListenKind.Fifo),
        .. IgnoredAll("Socket", "not supported yet by sockets", "ListenNetlink ListenSpecial ListenMessageQueue ListenUSBFunction", r => r.Unit.HasOtherListens |= r.Value.Length > 0),
        Socket("Accept", (r, s) => s with { Accept = r.Boolean() ?? s.Accept }),
        Socket("SocketUser", (r, s) => s with { User = Name(r) }),
        Socket("SocketGroup", (r, s) => s with { Group = Name(r) }),
        Socket("SocketMode", (r, s) => s with { Mode = r.Mode() ?? s.Mode }),
        Socket("DirectoryMode", (r, s) => s with { DirectoryMode = r.Mode() ?? s.DirectoryMode }),
        Socket("Backlog", (r, s) => s with { Backlog = r.Unsigned() ?? s.Backlog }),
        Socket("BindIPv6Only", (r, s) => s with { BindIPv6Only = (BindIPv6Only)(r.OneOf(s_bindIpv6Only, "Failed to parse bind IPv6 only value") ?? (int)s.BindIPv6Only) }),
        Socket("PassCredentials", (r, s) => s with { PassCredentials = r.Boolean() ?? s.PassCredentials }),
        Socket("PassSecurity", (r, s) => s with { PassSecurity = r.Boolean() ?? s.PassSecurity }),
        Socket("ReusePort", (r, s) => s with { ReusePort = r.Boolean() ?? s.ReusePort }),
        Socket("FreeBind", (r, s) => s with { FreeBind = r.Boolean() ?? s.FreeBind }),
        Socket("KeepAlive", (r, s) => s with { KeepAlive = r.Boolean() ?? s.KeepAlive }),
        Socket("NoDelay", (r, s) => s with { NoDelay = r.Boolean() ?? s.NoDelay }),
        Socket("Broadcast", (r, s) => s with { Broadcast = r.Boolean() ?? s.Broadcast }),
        Socket("ReceiveBuffer", (r, s) => s with { ReceiveBuffer = Bytes(r) ?? s.ReceiveBuffer }),
        Socket("SendBuffer", (r, s) => s with { SendBuffer = Bytes(r) ?? s.SendBuffer }),
        Socket("RemoveOnStop", (r, s) => s with { RemoveOnStop = r.Boolean() ?? s.RemoveOnStop }),
        Socket("Symlinks", ReadSymlinks),
        Socket("FileDescriptorName", ReadDescriptorName),
        Socket("TriggerLimitIntervalSec", (r, s) => s with { TriggerLimitIntervalUsec = r.Seconds() ?? s.TriggerLimitIntervalUsec }),
        Socket("TriggerLimitBurst", (r, s) => s with { TriggerLimitBurst = r.Unsigned() ?? s.TriggerLimitBurst }),
    ];

    private static DirectiveRow Socket(string key, Func<Reading, SocketDefinition, SocketDefinition> read) =>
        Enforced("Socket", key, r => r.Unit.Socket = read(r, r.Unit.Socket));

    private static DirectiveRow Listen(string key, ListenKind kind) => Socket(key, (r, s) =>
    {
        if (r.Value.Length == 0)
            return s with { Listens = [] };
        if (r.Expanded(path: kind == ListenKind.Fifo) is not { } text)
            return s;
        if (ListenAddress.Parse(text) is { } address && (kind != ListenKind.Fifo || text.StartsWith('/')) && (kind != ListenKind.SequentialPacket || address.Path is not null))
            return s with { Listens = s.Listens.Add(new(kind, address)) };
        r.Warn($"Failed to parse address value in '{text}', ignoring: Invalid argument");
        return s;
    });

    private static string? Name(Reading r) => r.Value.Length == 0 ? null : r.Expanded();

    private static ulong? Bytes(Reading r)
    {
        if (Sizes.Read(r.Value, out ulong bytes) == ParseError.None)
            return bytes;
        r.Warn($"Failed to parse size value, ignoring: {r.Value}");
        return null;
    }

    private static SocketDefinition ReadSymlinks(Reading r, SocketDefinition socket)
    {
        if (r.Value.Length == 0)
            return socket with { Symlinks = [] };
        foreach (string word in r.Words(WordFlags.Unquote))
            if (r.Expanded(word, path: true) is { } path && r.CheckedPath(path) is { } link)
                socket = socket with { Symlinks = socket.Symlinks.Add(link) };
        return socket;
    }

    private static SocketDefinition ReadDescriptorName(Reading r, SocketDefinition socket)
    {
        string? name = Name(r);
        if (name is null || (name.Length <= 255 && name.All(c => c is >= ' ' and < (char)127 and not ':')))
            return socket with { DescriptorName = name };
        r.Warn($"Invalid file descriptor name, ignoring: {name}");
        return socket;
    }
}
