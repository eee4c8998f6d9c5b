using System.Globalization;

namespace Sereno.Sockets.Ports;

/// <summary>The ports that this kernel gives to sockets that ask for none, both ends included. It differs from RFC 6335's
/// dynamic class: ip(7), ip_local_port_range.</summary>
public readonly record struct EphemeralRange(ushort First, ushort Last)
{
    private static readonly char[] s_blanks = ['\t', ' '];

    /// <summary>This network namespace's range, or the kernel's default where it can't be read.</summary>
    public static EphemeralRange Read() =>
        Sysctl.Read("net/ipv4/ip_local_port_range")?.Split(s_blanks, StringSplitOptions.RemoveEmptyEntries) is [var first, var last]
        && ushort.TryParse(first, out ushort from) && ushort.TryParse(last, out ushort to) ? new(from, to) : new(32768, 60999);

    public bool Contains(ushort port) => port >= First && port <= Last;

    public int Count => Last - First + 1;
}

/// <summary>What Linux says of ports beside RFC 6335's classes, in this network namespace.</summary>
public sealed record LinuxPorts
{
    /// <summary>net.ipv4.ip_local_port_range.</summary>
    public EphemeralRange Ephemeral { get; init; } = new(32768, 60999);

    /// <summary>net.ipv4.ip_local_reserved_ports: never given to a socket that asks for none; whoever names one gets it.</summary>
    public IReadOnlyList<PortRange> Reserved { get; init; } = [];

    /// <summary>net.ipv4.ip_unprivileged_port_start: below it, bind(2) wants CAP_NET_BIND_SERVICE.</summary>
    public int UnprivilegedStart { get; init; } = 1024;

    public bool IsReserved(ushort port) => Reserved.Any(r => r.Contains(port));

    /// <summary>May the kernel give the port to a socket that asks for none?</summary>
    public bool IsEphemeral(ushort port) => Ephemeral.Contains(port) && !IsReserved(port);

    /// <summary>How many ports the kernel may give so.</summary>
    public int EphemeralCount => EphemeralIn(new(0, ushort.MaxValue)).Sum(r => r.Last - r.First + 1);

    /// <summary>The parts of a range that the kernel gives to sockets that ask for none.</summary>
    public IReadOnlyList<PortRange> EphemeralIn(PortRange range)
    {
        int from = Math.Max(range.First, Ephemeral.First), last = Math.Min(range.Last, Ephemeral.Last);
        var parts = new List<PortRange>();
        foreach (var hole in Reserved.OrderBy(r => r.First))
        {
            if (hole.First > last || hole.Last < from)
                continue;
            if (hole.First > from)
                parts.Add(new((ushort)from, (ushort)(hole.First - 1)));
            from = hole.Last + 1;
        }
        if (from <= last)
            parts.Add(new((ushort)from, (ushort)last));
        return parts;
    }

    /// <summary>Reads all three; the kernel's defaults where they can't be read.</summary>
    public static LinuxPorts Read() => new()
    {
        Ephemeral = EphemeralRange.Read(),
        Reserved = ParseList(Sysctl.Read("net/ipv4/ip_local_reserved_ports") ?? ""),
        UnprivilegedStart = (int)(Sysctl.ReadNumber("net/ipv4/ip_unprivileged_port_start") ?? 1024),
    };

    /// <summary>"8080,9000-9010", as the kernel writes it.</summary>
    public static IReadOnlyList<PortRange> ParseList(string text)
    {
        var ranges = new List<PortRange>();
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split('-');
            if (ushort.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort first)
                && ushort.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort last))
                ranges.Add(new(first, last));
        }
        return ranges;
    }
}
