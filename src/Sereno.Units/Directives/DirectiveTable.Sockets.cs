using System.Collections.Immutable;
using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>[Socket], as far as sockets are opened here. What is wrong with a value is said by <see cref="ReaderOf"/>.</summary>
internal static partial class DirectiveTable
{
    private static IEnumerable<DirectiveRow> SocketRows() =>
    [
        Listen("ListenStream", ListenKind.Stream), Listen("ListenDatagram", ListenKind.Datagram), Listen("ListenSequentialPacket", ListenKind.SequentialPacket),
        Listen("ListenFIFO", ListenKind.Fifo),
        Switch("Accept", (s, on) => s with { Accept = on }) with { Support = Support.Emulated, Reason = "Accept=yes is refused: an instance per connection is not supported yet" },
        Switch("PassCredentials", (s, on) => s with { PassCredentials = on }),
        Switch("PassSecurity", (s, on) => s with { PassSecurity = on }),
        Switch("ReusePort", (s, on) => s with { ReusePort = on }),
        Switch("FreeBind", (s, on) => s with { FreeBind = on }),
        Switch("KeepAlive", (s, on) => s with { KeepAlive = on }),
        Switch("NoDelay", (s, on) => s with { NoDelay = on }),
        Switch("Broadcast", (s, on) => s with { Broadcast = on }),
        Switch("RemoveOnStop", (s, on) => s with { RemoveOnStop = on }),
        Socket("SocketUser", (r, s) => s with { User = Name(r) }),
        Socket("SocketGroup", (r, s) => s with { Group = Name(r) }),
        Socket("SocketMode", (r, s) => Integers.TryMode(r.Value, out uint mode) ? s with { Mode = mode } : s),
        Socket("DirectoryMode", (r, s) => Integers.TryMode(r.Value, out uint mode) ? s with { DirectoryMode = mode } : s),
        Socket("Backlog", (r, s) => Number(r) is { } number ? s with { Backlog = number } : s),
        Socket("BindIPv6Only", (r, s) => s with { BindIPv6Only = OnlyIPv6(r.Value) ?? s.BindIPv6Only }),
        Socket("ReceiveBuffer", (r, s) => Sizes.Read(r.Value, out ulong bytes) == ParseError.None ? s with { ReceiveBuffer = bytes } : s),
        Socket("SendBuffer", (r, s) => Sizes.Read(r.Value, out ulong bytes) == ParseError.None ? s with { SendBuffer = bytes } : s),
        Socket("Symlinks", (r, s) => s with { Symlinks = r.IsEmpty ? [] : [.. s.Symlinks, .. Links(r)] }),
        Socket("FileDescriptorName", (r, s) => r.IsEmpty ? s with { DescriptorName = null } : Name(r) is { } name && Validity.IsDescriptorName(name) ? s with { DescriptorName = name } : s),
        Socket("TriggerLimitIntervalSec", (r, s) => TimeSpans.TryParse(r.Value, out ulong usec) ? s with { TriggerLimitIntervalUsec = usec } : s),
        Socket("TriggerLimitBurst", (r, s) => Number(r) is { } number ? s with { TriggerLimitBurst = number } : s),
    ];

    private static DirectiveRow Socket(string key, Func<Reading, SocketDefinition, SocketDefinition> read) => Enforced("Socket", key, r =>
    {
        ReaderOf(UnitType.Socket, key)?.Invoke(r);
        r.Unit.Socket = read(r, r.Unit.Socket);
    });

    private static DirectiveRow Switch(string key, Func<SocketDefinition, bool, SocketDefinition> read) =>
        Socket(key, (r, s) => Booleans.Parse(r.Value) is { } on ? read(s, on) : s);

    private static DirectiveRow Listen(string key, ListenKind kind) => Socket(key, (r, s) =>
        r.IsEmpty ? s with { Listens = [] }
        : Quiet(r, r.Value, path: true) is { } text && ListenAddress.Parse(text) is { } address && (kind != ListenKind.Fifo || text.StartsWith('/'))
            && (kind != ListenKind.SequentialPacket || address.Path is not null) ? s with { Listens = s.Listens.Add(new(kind, address)) } : s);

    private static BindIPv6Only? OnlyIPv6(string value) => value switch
    {
        "default" => BindIPv6Only.Default,
        "both" => BindIPv6Only.Both,
        "ipv6-only" => BindIPv6Only.Ipv6Only,
        _ => Booleans.Parse(value) is { } only ? only ? BindIPv6Only.Ipv6Only : BindIPv6Only.Both : null,
    };

    private static string? Name(Reading r) => r.IsEmpty ? null : Quiet(r, r.Value, path: false);

    private static uint? Number(Reading r) => Integers.ReadUnsigned(r.Value, uint.MaxValue, out ulong number) == ParseError.None ? (uint)number : null;

    private static ImmutableArray<string> Links(Reading r)
    {
        var links = ImmutableArray.CreateBuilder<string>();
        var reader = new WordReader(r.Value);
        while (reader.Next(WordFlags.Unquote, out string word) == WordResult.Word && Quiet(r, word, path: true) is ['/', ..] path)
            links.Add(Paths.Simplify(path));
        return links.ToImmutable();
    }

    private static string? Quiet(Reading r, string value, bool path) =>
        (path ? r.Specifiers.TryPath(value, out string text, out _) : r.Specifiers.TryText(value, out text, out _)) ? text : null;
}
