using System.Text;
using Sereno.Linux;
using Sereno.Sockets.Proc;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>One direction's counters of a line of /proc/net/dev. Special: receiving, frame errors; sending, collisions.</summary>
internal readonly record struct DirectionCounters(ulong Bytes, ulong Packets, ulong Errors, ulong Dropped, ulong Overruns, ulong Special, ulong Carrier, ulong Compressed);

/// <summary>A line of /proc/net/dev: packets and errors of one interface.</summary>
/// <param name="Multicast">Received packets to more than one.</param>
internal sealed record InterfaceCounters(DirectionCounters Received, DirectionCounters Sent, ulong Multicast = 0)
{
    private const string Path = "/proc/net/dev";

    /// <summary>Every interface of /proc/net/dev and every alias with an address, in net-tools' order; an alias has no counters.</summary>
    public static SortedDictionary<string, InterfaceCounters?> ReadAll(NetstatPage page)
    {
        var interfaces = new SortedDictionary<string, InterfaceCounters?>(new InterfaceNameOrder());
        var known = ReadAll(out int errno);
        foreach (var (name, counters) in known)
            interfaces[name] = counters;
        if (errno != 0)
            page.Complain("Warning: cannot open %s (%s). Limited output.\n", Path, Errno.Text(errno));
        foreach (string name in InterfaceConfiguration.NamesWithAddress())
            interfaces.TryAdd(name, null);
        return interfaces;
    }

    public static Dictionary<string, InterfaceCounters> ReadAll() => ReadAll(out _);

    private static Dictionary<string, InterfaceCounters> ReadAll(out int errno)
    {
        var interfaces = new Dictionary<string, InterfaceCounters>();
        using var lines = ProcLines.TryOpen(Path, out errno);
        for (int number = 0; lines is not null && lines.Next(out var line); number++)
            if (number >= 2 && line.LastIndexOf((byte)':') is var colon and > 0)
                interfaces[Encoding.UTF8.GetString(line[..colon].Trim((byte)' '))] = Read(line[(colon + 1)..]);
        return interfaces;
    }

    /// <summary>The sixteen numbers behind the name; missing ones are 0.</summary>
    public static InterfaceCounters Read(ReadOnlySpan<byte> numbers)
    {
        var fields = new ProcFields(numbers);
        Span<ulong> values = stackalloc ulong[16];
        for (int i = 0; i < values.Length; i++)
            values[i] = fields.Decimal(fields.Next());
        return new(new(values[0], values[1], values[2], values[3], values[4], values[5], 0, values[6]),
            new(values[8], values[9], values[10], values[11], values[12], values[13], values[14], values[15]), values[7]);
    }
}

/// <summary>net-tools' order of interface names: the number at the end counts as one, and then that of an alias: eth2, eth10, eth10:1.</summary>
public sealed class InterfaceNameOrder : IComparer<string>
{
    public int Compare(string? x, string? y)
    {
        var (a, aliasOfA) = Split(x!);
        var (b, aliasOfB) = Split(y!);
        string stemA = a.TrimEnd("0123456789".ToCharArray()), stemB = b.TrimEnd("0123456789".ToCharArray());
        int common = Math.Min(stemA.Length, stemB.Length);
        int order = string.CompareOrdinal(a, 0, b, 0, common);
        order = order != 0 ? order : stemA.Length.CompareTo(stemB.Length);
        order = order != 0 ? order : Number(a[stemA.Length..]).CompareTo(Number(b[stemB.Length..]));
        order = order != 0 ? order : string.CompareOrdinal(a, b);
        return order != 0 ? order : aliasOfA.CompareTo(aliasOfB);
    }

    // An alias: digits behind a colon; -1 without.
    private static (string Name, long Alias) Split(string name) =>
        name.LastIndexOf(':') is var colon and > 0 && colon + 1 < name.Length && name.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0
            ? (name[..colon], Number(name[(colon + 1)..])) : (name, -1);

    private static long Number(string digits) => long.TryParse(digits, out long number) ? number : 0;
}
