using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Diagnosis;

/// <summary>Something of the network that can be explained, and the sockets that show it.</summary>
public abstract record Topic
{
    private Topic() { }

    /// <summary>Is this socket evidence of it?</summary>
    public abstract bool Matches(in SocketRecord socket, NetworkFacts network);

    public sealed record State(TcpState Value) : Topic
    {
        public override bool Matches(in SocketRecord socket, NetworkFacts network) => IsTcp(socket) && socket.State == Value;
    }

    public sealed record Phase(TcpPhase Value) : Topic
    {
        public override bool Matches(in SocketRecord socket, NetworkFacts network) => TcpPhases.Of(socket) == Value;
    }

    /// <param name="Name">The service's name that was asked by; null for a number.</param>
    /// <param name="Transport">Null for both.</param>
    public sealed record Port(ushort Number, string? Name, Transport? Transport = null) : Topic
    {
        public override bool Matches(in SocketRecord socket, NetworkFacts network) => Number != 0 // which stands for any
            && (socket.LocalPort == Number || socket.RemotePort == Number) && (Transport is not { } transport || Transports.Of(socket.Protocol) == transport);
    }

    /// <param name="Zone">The interface that a link-local address is on (RFC 4007); null when none was named.</param>
    public sealed record Address(InetAddress Value, string? Zone = null) : Topic
    {
        public override bool Matches(in SocketRecord socket, NetworkFacts network) =>
            (socket.Local.Unmapped == Value.Unmapped || IsRemote(socket, Value) || (network.IsOwn(Value) && TakesAny(socket, Value)))
            && (Zone is null || socket.Interface == 0 || network.InterfaceOf(socket.Interface)?.Name == Zone);
    }

    /// <summary>One end: an address and a port.</summary>
    public sealed record End(InetEnd Value) : Topic
    {
        public override bool Matches(in SocketRecord socket, NetworkFacts network) =>
            (socket.LocalPort == Value.Port && (socket.Local.Unmapped == Value.Address || (network.IsOwn(Value.Address) && TakesAny(socket, Value.Address))))
            || (socket.RemotePort == Value.Port && IsRemote(socket, Value.Address));
    }

    /// <summary>A block of addresses.</summary>
    public sealed record Block(AddressPrefix Value) : Topic
    {
        public override bool Matches(in SocketRecord socket, NetworkFacts network) =>
            Value.Contains(socket.Local) || ((socket.RemotePort != 0 || !socket.Remote.IsAny) && Value.Contains(socket.Remote));
    }

    public sealed record Protocol(Transport Value) : Topic
    {
        public override bool Matches(in SocketRecord socket, NetworkFacts network) => Transports.Of(socket.Protocol) == Value;
    }

    /// <summary>Two ends; either of them may be ours.</summary>
    public sealed record Connection(InetEnd First, InetEnd Second) : Topic
    {
        public override bool Matches(in SocketRecord socket, NetworkFacts network)
        {
            InetEnd local = new(socket.Local.Unmapped, socket.LocalPort), remote = new(socket.Remote.Unmapped, socket.RemotePort);
            return (local == First && remote == Second) || (local == Second && remote == First);
        }
    }

    public sealed record Class(PortClass Value) : Topic
    {
        public override bool Matches(in SocketRecord socket, NetworkFacts network) => ListeningPorts.IsPort(socket) && PortClasses.Of(socket.LocalPort) == Value;
    }

    public sealed record Reach(AddressScope Value) : Topic
    {
        public override bool Matches(in SocketRecord socket, NetworkFacts network) => ListeningPorts.IsPort(socket) && AddressScopes.Of(socket, network) == Value;
    }

    /// <summary>Finds out what is meant: a state by any of its names, a phase, a port class, a scope, a connection
    /// (A:P-B:Q, A:P->B:Q or two words), an address, a port or a service; null for none of these.</summary>
    public static Topic? Parse(IReadOnlyList<string> words)
    {
        if (words.Count == 2 && InetEnd.TryParse(words[0]) is { } first && InetEnd.TryParse(words[1]) is { } second)
            return new Connection(first, second);
        string text = string.Join(' ', words).Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase); // RFC 6761 6.3
        return StateVocabulary.StateOf(text) is { } state ? new State(state)
            : StateVocabulary.PhaseOf(text) is { } phase ? new Phase(phase)
            : ScopeWords.ClassOf(text) is { } portClass ? new Class(portClass)
            : ScopeWords.ScopeOf(text) is { } scope ? new Reach(scope)
            : ParseConnection(text) is { } connection ? connection
            : AddressPrefix.TryParseAddress(text, out var address) ? new Address(address, text.IndexOf('%') is >= 0 and var zone ? text[(zone + 1)..].TrimEnd(']') : null)
            : InetEnd.TryParse(text) is { } end ? new End(end)
            : text.Contains('/') && AddressPrefix.TryParse(text, out var prefix) ? new Block(prefix)
            : TransportOf(text) is { } transport ? new Protocol(transport)
            : text.LastIndexOf('/') is > 0 and var slash && TransportOf(text[(slash + 1)..]) is { } of && ParsePort(text[..slash]) is { } port ? port with { Transport = of }
            : ParsePort(text);
    }

    private static Connection? ParseConnection(string text)
    {
        foreach (string separator in (ReadOnlySpan<string>)["->", "→", ",", "-", " "])
        {
            // A service's name may have a hyphen of its own: every place is tried.
            for (int at = text.IndexOf(separator, StringComparison.Ordinal); at > 0; at = text.IndexOf(separator, at + 1, StringComparison.Ordinal))
                if (InetEnd.TryParse(text[..at]) is { } first && InetEnd.TryParse(text[(at + separator.Length)..]) is { } second)
                    return new(first, second);
        }
        return null;
    }

    private static Port? ParsePort(string text) =>
        PortRange.Parse(text.TrimStart(':')) is [var range, ..] && range.First == range.Last
            ? new(range.First, char.IsAsciiDigit(text.TrimStart(':')[0]) ? null : text) : null;

    private static Transport? TransportOf(string word) => word.ToLowerInvariant() switch { "tcp" => Transport.Tcp, "udp" => Transport.Udp, _ => null };

    private static bool IsRemote(in SocketRecord socket, InetAddress address) =>
        socket.Remote.Unmapped == address.Unmapped && (socket.RemotePort != 0 || !socket.Remote.IsAny);

    // A server that is bound to no address takes what comes to any of ours.
    private static bool TakesAny(in SocketRecord socket, InetAddress address) => ListeningPorts.IsPort(socket) && socket.Local.IsAny
        && (address.Unmapped.IsIPv4 ? SocketSelection.TakesIPv4(socket) : SocketSelection.TakesIPv6(socket));

    private static bool IsTcp(in SocketRecord socket) => socket.Protocol is SocketProtocol.Tcp or SocketProtocol.Mptcp;
}
