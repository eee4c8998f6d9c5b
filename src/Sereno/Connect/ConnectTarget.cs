using System.Net;
using System.Net.Sockets;
using Sereno.Linux;
using Sereno.Sockets.Ports;
using Sereno.Texts;
using Sereno.Units.Model;

namespace Sereno.Connect;

/// <summary>What a person wants to connect to.</summary>
/// <param name="Shown">As errors name it.</param>
public abstract record ConnectTarget(string Shown)
{
    /// <summary>HOST:PORT, [ADDRESS]:PORT, PORT of this machine, a path, @NAME, or a unit.</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static ConnectTarget Parse(string text, Transport transport)
    {
        if (text.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme && !text.AsSpan(0, scheme).Contains('/'))
            throw new FormatException(Text.Current.Connect.IsAddressOfPage(Printable.Of(text[..scheme])));
        if (text.StartsWith('@') || text.Contains('/'))
            return new PathTarget(text);
        if (text.EndsWith(".socket", StringComparison.Ordinal) || text.EndsWith(".service", StringComparison.Ordinal))
            return new UnitTarget(text);
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? "" : text[..colon], port = text[(colon + 1)..];
        // A name alone is a unit's, as it is everywhere; a number is a port of this machine.
        if (colon < 0 && !ushort.TryParse(text, out _))
            return UnitName.TryParse(text + ".service", out _) ? new UnitTarget(text) : throw Bad(text);
        if (host.Contains(':') && host is not ['[', .., ']'])
            throw Bad(text);
        if (PortRange.Parse(port) is not [var named, ..] || named.First != named.Last || named.First == 0)
            throw Bad(text);
        return new HostTarget(text, host.Length == 0 ? "localhost" : host, named.First, transport);
    }

    private static FormatException Bad(string text) => new(Text.Current.Connect.NoTarget(Printable.Of(text)));
}

public sealed record PathTarget(string Path) : ConnectTarget(Path);

public sealed record UnitTarget(string Name) : ConnectTarget(Name);

/// <param name="Host">A name, an IPv4 address, or an IPv6 one in brackets, perhaps with its zone.</param>
public sealed record HostTarget(string Shown, string Host, ushort Port, Transport Transport) : ConnectTarget(Shown)
{
    /// <summary>Where that is, in the resolver's order.</summary>
    /// <param name="family">Only this one; null for any.</param>
    /// <exception cref="ConnectException">Nobody is called so.</exception>
    public IReadOnlyList<ClientAddress> Resolve(AddressFamily? family)
    {
        string host = Host is ['[', .. var inner, ']'] ? inner : Host;
        IPAddress[] found = Literal(host) is { } address ? [address] : Host[0] == '[' ? throw new FormatException(Text.Current.Connect.NoTarget(Printable.Of(Shown))) : Named(host);
        ClientAddress[] wanted = [.. found.Where(a => family is null || a.AddressFamily == family).Select(a => new ClientAddress(new(a, Port), null))];
        return wanted.Length > 0 ? wanted : throw new ConnectException(Shown, Text.Current.Connect.NoAddress(host, family == AddressFamily.InterNetworkV6), null);
    }

    private static IPAddress? Literal(string host)
    {
        int percent = host.IndexOf('%');
        string plain = percent < 0 ? host : host[..percent];
        // inet_aton(3)'s short forms, as 127.1, mean what they mean to ping and nc.
        if (!IPAddress.TryParse(plain, out var address))
            return null;
        if (percent < 0)
            return address;
        string zone = host[(percent + 1)..];
        uint index = uint.TryParse(zone, out uint number) ? number : NameService.IndexOf(zone);
        if (index == 0 || address.AddressFamily != AddressFamily.InterNetworkV6)
            throw new FormatException(Text.Current.Connect.NoZone(Printable.Of(zone)));
        address.ScopeId = index;
        return address;
    }

    private IPAddress[] Named(string host)
    {
        try
        {
            return Dns.GetHostAddresses(host);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new ConnectException(Shown, e is SocketException ? e.Message : Text.Current.Connect.NoHost(Printable.Of(host)), null);
        }
    }
}

/// <summary>"cannot connect to X: cause", and what to do.</summary>
public sealed class ConnectException(string target, string cause, string? advice)
    : IOException(Text.Current.Connect.Cannot(Printable.Of(target), cause) + (advice is null ? "" : "\n" + advice));
