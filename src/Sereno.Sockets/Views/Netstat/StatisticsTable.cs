namespace Sereno.Sockets.Views.Netstat;

/// <summary>How a counter is shown: always, unless 0, never, or under a heading of ICMP messages received or sent.</summary>
internal enum CounterKind { Number, Optional, Static, Input, Output }

/// <summary>What netstat says of one counter.</summary>
/// <param name="Sentence">With printf's %llu in it; empty for what isn't shown.</param>
internal sealed record Counter(string Name, CounterKind Kind, string Sentence);

/// <summary>The counters of one protocol that netstat has sentences for, in net-tools' order.</summary>
/// <param name="Transport">Whose statistics they are: raw, tcp, udp or sctp.</param>
internal sealed record StatisticsTable(string Title, string Transport, Counter[] Counters)
{
    private static readonly Lazy<StatisticsTable[]> s_all = new(Read);

    /// <summary>The tables for IPv4 files, or for snmp6; null for a title that netstat doesn't know.</summary>
    public static StatisticsTable? Of(string title, bool ipv6)
    {
        bool known = (title is "Ip6" or "Icmp6" or "Udp6" or "Tcp6") == ipv6;
        // TCP counts both families together: its sentences serve both.
        return known ? s_all.Value.FirstOrDefault(table => table.Title == (title == "Tcp6" ? "Tcp" : title)) : null;
    }

    /// <summary>The counter, or null. net-tools halves a table that isn't quite sorted: some of its own sentences it never finds.</summary>
    public Counter? Find(string name)
    {
        int low = 0, high = Counters.Length;
        while (low < high)
        {
            int middle = (low + high) / 2, order = string.CompareOrdinal(name, Counters[middle].Name);
            if (order == 0)
                return Counters[middle];
            if (order < 0)
                high = middle;
            else
                low = middle + 1;
        }
        return null;
    }

    private static StatisticsTable[] Read()
    {
        using var stream = typeof(StatisticsTable).Assembly.GetManifestResourceStream("netstat-statistics.tsv")!;
        using var reader = new StreamReader(stream);
        return
        [
            .. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).GroupBy(f => (Title: f[0], Transport: f[1]))
                .Select(table => new StatisticsTable(table.Key.Title, table.Key.Transport, [.. table.Select(f => new Counter(f[2], KindOf(f[3]), f[4]))])),
        ];
    }

    private static CounterKind KindOf(string word) => word switch
    {
        "number" => CounterKind.Number,
        "optional" => CounterKind.Optional,
        "input" => CounterKind.Input,
        "output" => CounterKind.Output,
        _ => CounterKind.Static,
    };
}
