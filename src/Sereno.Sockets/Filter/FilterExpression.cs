using System.Buffers;
using System.Collections.Immutable;

namespace Sereno.Sockets.Filter;

/// <summary>A filter as ss reads it. ToString gives a text that reads back as the same.</summary>
public abstract record FilterExpression
{
    private protected FilterExpression() { }

    public sealed override string ToString() => FilterText.Of(this);
}

/// <summary>The opposite.</summary>
public sealed record NotExpression(FilterExpression Operand) : FilterExpression;

/// <summary>"and" or "or", and what is behind it.</summary>
public readonly record struct FilterLink(bool IsAnd, FilterExpression Operand);

/// <summary>Two or more, joined by "and" and "or" from left to right: both bind alike (contrary to ss(8)).</summary>
public sealed record ListExpression(FilterExpression First, ImmutableArray<FilterLink> Rest) : FilterExpression
{
    public bool Equals(ListExpression? other) => other is not null && First.Equals(other.First) && Rest.SequenceEqual(other.Rest);

    public override int GetHashCode() => Rest.Aggregate(First.GetHashCode(), (hash, link) => HashCode.Combine(hash, link));
}

/// <summary>One condition.</summary>
public abstract record FilterTerm : FilterExpression
{
    private protected FilterTerm() { }

    /// <summary>As ss's user space decides; the kernel's opinion can differ (<see cref="FilterBytecode"/>).</summary>
    internal abstract bool Matches(in FilterSubject subject);
}

public enum FilterSide : byte { Source, Destination }

public enum PortBound : byte { AtLeast, AtMost }

/// <summary>src, dst, sport = and dport =: an address, a port, or both.</summary>
public sealed record HostTerm(FilterSide Side, HostCondition Host) : FilterTerm
{
    internal override bool Matches(in FilterSubject subject)
    {
        bool source = Side == FilterSide.Source;
        if (Host.Pattern is not null)
            return Host.PatternMatches(source ? subject.LocalName : subject.RemoteName);
        if (Host.Port != HostCondition.AnyPort && Host.Port != (source ? subject.LocalPort : subject.RemotePort))
            return false;
        if (Host.Addresses is not [{ Length: > 0 }, ..])
            return true;
        if (subject.HasName(Side))
            return false; // ss compares the place of the name in its memory
        foreach (var prefix in Host.Addresses)
            if (prefix.Matches(source ? subject.Local : subject.Remote, subject.Family))
                return true;
        return false;
    }
}

/// <summary>sport and dport with an order.</summary>
public sealed record PortTerm(FilterSide Side, PortBound Bound, HostCondition Host) : FilterTerm
{
    internal override bool Matches(in FilterSubject subject)
    {
        int port = Side == FilterSide.Source ? subject.LocalPort : subject.RemotePort;
        return Bound == PortBound.AtLeast ? port >= Host.Port : port <= Host.Port;
    }
}

/// <summary>dev: the interface that the socket is bound to; 0 for sockets bound to none.</summary>
public sealed record DeviceTerm(uint Index) : FilterTerm
{
    internal override bool Matches(in FilterSubject subject) => subject.Interface == Index;
}

/// <summary>fwmark: the bits of <paramref name="Mask"/> are those of <paramref name="Mark"/>.</summary>
public sealed record MarkTerm(uint Mark, uint Mask) : FilterTerm
{
    internal override bool Matches(in FilterSubject subject) => (subject.Mark & Mask) == Mark;
}

/// <summary>cgroup: created in this cgroup v2.</summary>
public sealed record CgroupTerm(string Path, ulong Id) : FilterTerm
{
    internal override bool Matches(in FilterSubject subject) => subject.CgroupId == Id;
}

/// <summary>autobound: its address was chosen by the kernel, as far as that can be told.</summary>
public sealed record AutoboundTerm : FilterTerm
{
    internal override bool Matches(in FilterSubject subject) => subject.Family switch
    {
        SocketFamily.Unix => subject.LocalName.IsEmpty || IsAbstractByNumber(subject.LocalName),
        SocketFamily.Packet => subject.LocalPort == 0 && subject.Local == 0,
        SocketFamily.Netlink => subject.LocalPort < 0,
        SocketFamily.Vsock => subject.LocalPort > 1023,
        _ => subject.LocalPort >= subject.EphemeralPorts.First && subject.LocalPort <= subject.EphemeralPorts.Last,
    };

    // unix(7), "Autobind feature": a zero and five hexadecimal digits.
    private static bool IsAbstractByNumber(ReadOnlySpan<byte> name) =>
        name is [(byte)'@', _, _, _, _, _] && !name[1..].ContainsAnyExcept(s_digits);

    private static readonly SearchValues<byte> s_digits = SearchValues.Create("0123456789abcdef"u8);
}
