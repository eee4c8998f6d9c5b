using System.Collections.Immutable;

namespace Sereno.Sockets.Filter;

/// <summary>A value of src, dst, sport or dport that can't be read: why, and what ss says before "Cannot parse dst/src address.".</summary>
internal sealed class HostFormatException(FilterProblem problem, string ssText = "", string subject = "") : Exception
{
    public FilterProblem Problem { get; } = problem;
    public string SsText { get; } = ssText;
    public string Subject { get; } = subject;
}

/// <summary>Reads [FAMILY:]HOST[:PORT], and [FAMILY:][:]PORT where a port stands alone.</summary>
/// <param name="context">Its preferred family is that of a host that names none.</param>
internal readonly struct HostReader(IFilterNames names, FilterContext context)
{
    private static readonly (string Prefix, SocketFamily Family)[] s_families =
    [
        ("unix:", SocketFamily.Unix), ("link:", SocketFamily.Packet), ("netlink:", SocketFamily.Netlink), ("vsock:", SocketFamily.Vsock),
        ("inet:", SocketFamily.Inet), ("inet6:", SocketFamily.Inet6),
    ];

    /// <exception cref="HostFormatException">It can't be read.</exception>
    public HostCondition Read(string text, bool isPort)
    {
        var family = context.PreferredFamily;
        foreach (var (prefix, named) in s_families)
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                (family, text) = (named, text[prefix.Length..]);
                break;
            }
        return family switch
        {
            SocketFamily.Unix => new(family, HostCondition.AnyPort, [], Pattern: text),
            SocketFamily.Packet => ReadPacket(text, isPort),
            SocketFamily.Netlink => ReadNetlink(text, isPort),
            SocketFamily.Vsock => ReadVsock(text, isPort),
            _ => ReadInet(text, isPort, family),
        };
    }

    private HostCondition ReadPacket(string text, bool isPort)
    {
        var (host, port) = Split(text, isPort);
        int index = HostCondition.AnyPort;
        if (!IsAny(port) && !CNumber.TryInt(port, out index) && (index = (int)InterfaceIndex.Of(port!, names)) <= 0)
            throw new HostFormatException(FilterProblem.UnknownDevice);
        ushort type = 0;
        if (!IsAny(host))
            type = LinkProtocols.Find(host) ?? throw new HostFormatException(FilterProblem.UnknownProtocol);
        return new(SocketFamily.Packet, index, Numbered(SocketFamily.Packet, host, type));
    }

    private HostCondition ReadNetlink(string text, bool isPort)
    {
        var (host, port) = Split(text, isPort);
        int pid = HostCondition.AnyPort;
        if (!IsAny(port) && !CNumber.TryInt(port, out pid) && port != "kernel")
            throw new HostFormatException(FilterProblem.UnknownPort, subject: "netlink");
        uint protocol = 0;
        if (!IsAny(host) && names.NetlinkProtocolOf(host) is byte named)
            protocol = named;
        else if (!IsAny(host) && !CNumber.TryUnsigned(host, byte.MaxValue, out protocol))
            throw new HostFormatException(FilterProblem.UnknownProtocol);
        return new(SocketFamily.Netlink, pid, Numbered(SocketFamily.Netlink, host, protocol));
    }

    private static HostCondition ReadVsock(string text, bool isPort)
    {
        var (host, port) = Split(text, isPort);
        uint number = uint.MaxValue;
        if (port is not (null or "*") && !CNumber.TryUnsigned(port, uint.MaxValue, out number))
            throw new HostFormatException(FilterProblem.UnknownPort, subject: "vsock");
        if (!IsAny(host) && !CNumber.TryUnsigned(host, uint.MaxValue, out _))
            throw new HostFormatException(FilterProblem.BadAddress);
        return new(SocketFamily.Vsock, (int)number, []); // ss reads the cid, and then doesn't compare it
    }

    private HostCondition ReadInet(string text, bool isPort, SocketFamily family)
    {
        string host = text, whole = text;
        string? port = null;
        if (text is ['[', ..])
        {
            int bracket = text.IndexOf(']');
            if (bracket < 0)
                throw new HostFormatException(FilterProblem.UnclosedBracket);
            (host, port) = (text[1..bracket], text[(bracket + 1)..]);
        }
        else if (text is ['*', ..])
            port = text[1..];
        else if (!isPort && text.LastIndexOf(':') is var colon && colon > text.IndexOf('/'))
            (host, port) = (text[..colon], text[colon..]); // a colon before the prefix length is the address's own
        if (isPort)
            port = host;
        int number = string.IsNullOrEmpty(port) ? HostCondition.AnyPort : ReadPort(port is [':', ..] ? port[1..] : port, whole);
        if (isPort || host is "" or ['*', ..])
            return new(family, number, []);
        if (AddressReader.TryPrefix(host, family, out var prefix))
            return new(family, number, prefix.Family == SocketFamily.Unspecified ? [] : [prefix]);
        var found = Resolve(host, family);
        if (found.IsEmpty)
            throw new HostFormatException(NeedsBrackets(whole) ? FilterProblem.UnbracketedIPv6 : FilterProblem.BadAddress,
                $"Error: an inet prefix is expected rather than \"{host}\".\n");
        return new(family, number, found, Name: host);
    }

    private int ReadPort(string port, string whole)
    {
        if (port is "" or ['*', ..])
            return HostCondition.AnyPort;
        if (CNumber.TryInt(port, out int number))
            return number;
        ushort? ofUdp = context.Udp ? names.PortOf(port, "udp") : null, ofTcp = context.Tcp ? names.PortOf(port, "tcp") : null;
        if (ofUdp is not null && ofTcp is not null && ofUdp != ofTcp)
            throw new HostFormatException(FilterProblem.AmbiguousPort, $"Error: ambiguous port \"{port}\".\n", port);
        return ofUdp ?? ofTcp ?? throw new HostFormatException(NeedsBrackets(whole) ? FilterProblem.UnbracketedIPv6 : FilterProblem.UnknownPort,
            $"Error: \"{port}\" does not look like a port.\n", port);
    }

    // The order matters to the kernel's half of the work: FilterBytecode.
    private ImmutableArray<FilterPrefix> Resolve(string host, SocketFamily family)
    {
        var found = ImmutableArray.CreateBuilder<FilterPrefix>();
        foreach (var asked in family == SocketFamily.Unspecified ? [SocketFamily.Inet, SocketFamily.Inet6] : (SocketFamily[])[family])
            foreach (var address in names.AddressesOf(host, asked))
                found.Add(address.IsIPv4 ? new(SocketFamily.Inet, FilterSubject.Bits(address), 32) : new(SocketFamily.Inet6, FilterSubject.Bits(address), 128));
        return found.ToImmutable();
    }

    private static bool NeedsBrackets(string text) => text is not ['[', ..] && text.AsSpan().Count(':') >= 2
        && AddressReader.TryPrefix(text, SocketFamily.Inet6, out _);

    private static ImmutableArray<FilterPrefix> Numbered(SocketFamily family, string host, uint number) =>
        IsAny(host) ? [] : [new(family, FilterSubject.Number(number), 32)];

    private static (string Host, string? Port) Split(string text, bool isPort)
    {
        if (isPort)
            return ("", text is [':', ..] ? text[1..] : text);
        int colon = text.IndexOf(':');
        return colon < 0 ? (text, null) : (text[..colon], text[(colon + 1)..]);
    }

    private static bool IsAny(string? text) => text is null or "" or "*";
}
