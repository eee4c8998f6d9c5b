using Sereno.Sockets.Proc;

namespace Sereno.Sockets.Views.Windows;

/// <summary>netstat -s: the counters of each protocol by the names that Windows has for them.</summary>
/// <remarks>Linux counts TCP over both families together: they are told under IPv4.</remarks>
internal sealed class WindowsStatistics(WindowsPage page, WindowsProtocol only)
{
    private const int CountedWidth = 34, PairWidth = 26, NumberWidth = 12;

    private readonly Dictionary<string, long> _counters = ProcCounters.Read();

    private bool Shows(WindowsProtocol protocol) => only == WindowsProtocol.All || only == protocol;

    public void Write()
    {
        if (Shows(WindowsProtocol.Ip))
            Counted("IPv4 Statistics", "Estadísticas IPv4", WindowsCounters.Ip, "Ip.");
        if (Shows(WindowsProtocol.Ipv6))
            Counted("IPv6 Statistics", "Estadísticas IPv6", WindowsCounters.Ip, "Ip6");
        if (Shows(WindowsProtocol.Icmp))
            Pairs("ICMPv4 Statistics", "Estadísticas ICMPv4", WindowsCounters.Icmp, "Icmp.");
        if (Shows(WindowsProtocol.Icmpv6))
            Pairs("ICMPv6 Statistics", "Estadísticas ICMPv6", WindowsCounters.Icmp6, "Icmp6");
        if (Shows(WindowsProtocol.Tcp))
            Counted("TCP Statistics for IPv4", "Estadísticas de TCP para IPv4", WindowsCounters.Tcp, "Tcp.");
        if (Shows(WindowsProtocol.Udp))
            Counted("UDP Statistics for IPv4", "Estadísticas UDP para IPv4", WindowsCounters.Udp, "Udp.");
        if (Shows(WindowsProtocol.Udpv6))
            Counted("UDP Statistics for IPv6", "Estadísticas UDP para IPv6", WindowsCounters.Udp, "Udp6");
    }

    private void Title(string english, string spanish)
    {
        page.Line();
        page.Line("%s", page.Text.IsSpanish ? spanish : english);
        page.Line();
    }

    private void Counted(string english, string spanish, (string English, string Spanish, string Counter)[] rows, string prefix)
    {
        Title(english, spanish);
        foreach (var row in rows)
        {
            page.Column(page.Text.IsSpanish ? row.Spanish : row.English, CountedWidth);
            page.Line(" = %d", Value(prefix, row.Counter));
        }
    }

    private void Pairs(string english, string spanish, (string English, string Spanish, string Counter)[] rows, string prefix)
    {
        Title(english, spanish);
        page.Column("", PairWidth);
        Number(page.Text.Received);
        page.Line("%s", page.Text.Sent);
        foreach (var row in rows)
        {
            page.Column(page.Text.IsSpanish ? row.Spanish : row.English, PairWidth);
            Number(Value(prefix + "In", row.Counter).ToString());
            page.Line("%d", Value(prefix + "Out", row.Counter));
        }
    }

    private void Number(string text)
    {
        page.Out.Append(text);
        page.Out.AppendSpaces(NumberWidth - text.Length);
    }

    // The two families have two names for some: what one doesn't have the other may.
    private long Value(string prefix, string counters)
    {
        foreach (string counter in counters.Split('|'))
            if (_counters.TryGetValue(prefix + counter, out long value))
                return value;
        return 0;
    }
}
