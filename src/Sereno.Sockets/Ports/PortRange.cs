using System.Globalization;

namespace Sereno.Sockets.Ports;

/// <summary>Ports from first to last, both included.</summary>
public readonly record struct PortRange(ushort First, ushort Last)
{
    public bool Contains(ushort port) => port >= First && port <= Last;

    /// <summary>Reads "80", "8000-8999" or a service's registered name; a name may stand for several ports. Empty when it is none of these.</summary>
    public static IReadOnlyList<PortRange> Parse(string text)
    {
        if (Number(text) is { } port)
            return [new(port, port)];
        int dash = text.IndexOf('-');
        if (dash > 0 && Number(text[..dash]) is { } first && Number(text[(dash + 1)..]) is { } last)
            return first <= last ? [new(first, last)] : [];
        return [.. PortRegistry.Iana.PortsOf(text).Select(p => new PortRange(p, p))];
    }

    public override string ToString() => First == Last ? First.ToString(CultureInfo.InvariantCulture) : $"{First}-{Last}";

    private static ushort? Number(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort n) ? n : null;
}
