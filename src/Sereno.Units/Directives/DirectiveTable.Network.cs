using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>Packets, sockets and interfaces in systemd.resource-control(5).</summary>
internal static partial class DirectiveTable
{
    private static readonly string[] s_hooks =
    [
        "egress", "ingress", "sock_create", "sock_ops", "device", "bind4", "bind6", "connect4", "connect6", "post_bind4", "post_bind6",
        "sendmsg4", "sendmsg6", "sysctl", "recvmsg4", "recvmsg6", "getsockopt", "setsockopt",
    ];

    private static IEnumerable<DirectiveRow> NetworkRows() =>
    [
        Counted("IPAccounting", (c, on) => c with { Network = NetworkOf(c) with { Accounting = on } }),
        Enforced("Service", "IPAddressAllow", r => ReadPrefixes(r, r.Unit.ResourceLists.Allow)),
        Enforced("Service", "IPAddressDeny", r => ReadPrefixes(r, r.Unit.ResourceLists.Deny)),
        Enforced("Service", "SocketBindAllow", r => ReadBindRule(r, r.Unit.ResourceLists.BindAllow)),
        Enforced("Service", "SocketBindDeny", r => ReadBindRule(r, r.Unit.ResourceLists.BindDeny)),
        Enforced("Service", "RestrictNetworkInterfaces", r => ReadInterfaces(r, r.Unit.ResourceLists)),
        Enforced("Service", "IPIngressFilterPath", r => ReadFilter(r, r.Unit.ResourceLists.Ingress)),
        Enforced("Service", "IPEgressFilterPath", r => ReadFilter(r, r.Unit.ResourceLists.Egress)),
        Enforced("Service", "BPFProgram", ReadProgram),
    ];

    private static NetworkControl NetworkOf(ResourceControl control) => control.Network ?? new();

    private static void ReadPrefixes(Reading r, List<AddressPrefix> list)
    {
        if (r.IsEmpty)
            list.Clear();
        foreach (string word in r.Words(WordFlags.None))
            if (AddressPrefix.Parse(word).ToList() is { Count: > 0 } prefixes)
                list.AddRange(prefixes);
            else
                r.Warn($"Address prefix is invalid, ignoring assignment: {word}");
    }

    /// <summary><c>[ipv4|ipv6:][tcp|udp:][any|PORT|FIRST-LAST]</c>, at least one of the three.</summary>
    private static void ReadBindRule(Reading r, List<SocketBindRule> list)
    {
        if (r.IsEmpty)
            list.Clear();
        else if (BindRule(r.Value) is { } rule)
            list.Add(rule);
        else
            r.Warn($"Unable to parse {r.Key}= assignment, ignoring: {r.Value}");
    }

    private static SocketBindRule? BindRule(string text)
    {
        string[] tokens = text.Split(':');
        int next = 0;
        var rule = new SocketBindRule();
        if (tokens[next] is "ipv4" or "ipv6")
            rule = rule with { Family = tokens[next++] == "ipv4" ? 2 : 10 };
        if (next < tokens.Length && tokens[next] is "tcp" or "udp")
            rule = rule with { Protocol = tokens[next++] == "tcp" ? 6 : 17 };
        if (next < tokens.Length)
        {
            if (tokens[next] != "any")
            {
                string[] ends = tokens[next].Split('-', 2);
                if (Integers.ReadUnsigned(ends[0], 65535, out ulong first) != ParseError.None || Integers.ReadUnsigned(ends[^1], 65535, out ulong last) != ParseError.None || first == 0 || last < first)
                    return null;
                rule = rule with { FirstPort = (int)first, Ports = (int)(last - first + 1) };
            }
            next++;
        }
        return next == tokens.Length ? rule : null;
    }

    /// <summary>The first line says whether those named may be used or (~) may not; a line of the other kind takes names away.</summary>
    private static void ReadInterfaces(Reading r, ResourceLists lists)
    {
        if (r.IsEmpty)
            lists.Interfaces.Clear();
        bool denies = r.Value.StartsWith('~');
        if (lists.Interfaces.Count == 0)
            lists.InterfacesAreDenied = denies;
        foreach (string word in r.WordsOf(denies ? r.Value[1..] : r.Value, WordFlags.Unquote, $"Trailing garbage in {r.Key}, ignoring: {(denies ? r.Value[1..] : r.Value)}"))
            if (!Validity.IsInterfaceName(word))
                r.Warn($"Invalid interface name, ignoring: {word}");
            else if (denies != lists.InterfacesAreDenied)
                lists.Interfaces.Remove(word);
            else if (!lists.Interfaces.Contains(word))
                lists.Interfaces.Add(word);
    }

    private static void ReadFilter(Reading r, List<string> list)
    {
        if (r.IsEmpty)
            list.Clear();
        else if (r.Expanded(path: true) is { } text && r.CheckedPath(text) is { } path && !list.Contains(path))
            list.Add(path);
    }

    private static void ReadProgram(Reading r)
    {
        var list = r.Unit.ResourceLists.Programs;
        if (r.IsEmpty)
        {
            list.Clear();
            return;
        }
        var reader = new WordReader(r.Value);
        var result = reader.Next(WordFlags.None, out string hook, ":");
        if (result == WordResult.Invalid)
            r.Warn($"Failed to parse foreign BPF program, ignoring: {r.Value}");
        else if (result == WordResult.End || reader.Rest.Length == 0)
            r.Warn($"Invalid syntax in {r.Key}=, ignoring: {r.Value}");
        else if (!s_hooks.Contains(hook))
            r.Warn($"Unknown BPF attach type={hook}, ignoring: {r.Value}");
        else if (!r.Specifiers.TryPath(reader.Rest, out string text, out _))
            r.Warn($"Failed to resolve unit specifiers in '{reader.Rest}', ignoring: {r.Value}");
        else if (r.CheckedPath(text) is { } path)
            list.Add(new(hook, path));
    }
}
