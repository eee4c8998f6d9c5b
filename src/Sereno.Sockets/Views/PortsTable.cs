using Sereno.Sockets.Owners;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>Listening ports as a table that a person reads.</summary>
public static class PortsTable
{
    private const int Gap = 2;

    // What is cut first where the terminal is narrow: connections, unit, process, service, class, address; all of them to
    // 16 characters before any to 10.
    private static readonly int[] s_cutOrder = [8, 0, 1, 5, 6, 3], s_shortest = [16, 10, 7, 4, 1];

    /// <param name="terminalWidth">Lines are cut to it; null for lines as long as they need be.</param>
    public static void Write(IReadOnlyList<ListeningPort> ports, PortsText text, TextWriter output, int? terminalWidth, bool colour)
    {
        if (ports.Count == 0)
        {
            output.WriteLine(text.NoPorts);
            return;
        }
        List<string[]> rows = [[.. text.Headings], .. ports.Select(p => CellsOf(p, text))];
        if (ports.Any(p => p.Netns is not null))
            rows = [[.. rows[0], "NETNS"], .. rows.Skip(1).Select((cells, i) => (string[])[.. cells, ports[i].Netns ?? "-"])];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length))];
        if (terminalWidth is int screen)
            Narrow(widths, screen);
        for (int i = 0; i < rows.Count; i++)
        {
            string line = Line(rows[i], widths);
            output.WriteLine(i == 0 && colour ? $"\e[1m{line}\e[0m" : line);
        }
    }

    /// <summary>"established 3, time-wait 1".</summary>
    public static string Describe(IReadOnlyList<StateCount> connections) =>
        string.Join(", ", connections.Select(c => $"{c.State.Name()} {c.Count}"));

    private static string[] CellsOf(ListeningPort port, PortsText text) =>
    [
        port.Owner.Unit ?? "-",
        port.Owner.Kind switch
        {
            OwnerKind.Exact => Processes(port.Owner.Holders),
            OwnerKind.Hidden => text.Hidden,
            OwnerKind.Elsewhere => text.Elsewhere,
            OwnerKind.ByCgroup or OwnerKind.None => "-",
        },
        port.IsTcp ? "tcp" : "udp",
        port.Socket.Local.ToString(),
        port.Port.ToString(),
        port.Service ?? "-",
        text.Of(port.Class),
        port.Scope.Name(),
        Describe(port.Connections),
    ];

    // One process by name and pid; of several, the first and how many more.
    private static string Processes(IReadOnlyList<SocketHolder> holders)
    {
        int others = holders.Select(h => h.Pid).Distinct().Count() - 1;
        string first = $"{Printable(holders[0].Name)} ({holders[0].Pid})";
        return others > 0 ? $"{first} +{others}" : first;
    }

    // A process names itself as it likes, even with escape sequences.
    private static string Printable(string name) => string.Concat(name.Select(c => char.IsControl(c) ? '?' : c));

    private static void Narrow(int[] widths, int screen)
    {
        int excess = widths.Sum() + Gap * (widths.Length - 1) - screen;
        foreach (int shortest in s_shortest)
            foreach (int column in s_cutOrder)
            {
                int cut = Math.Max(0, Math.Min(widths[column] - shortest, excess));
                widths[column] -= cut;
                excess -= cut;
            }
    }

    private static string Line(string[] cells, int[] widths)
    {
        var parts = cells.Select((cell, i) => (cell.Length <= widths[i] ? cell : cell[..(widths[i] - 1)] + "…").PadRight(widths[i]));
        return string.Join(new string(' ', Gap), parts).TrimEnd();
    }
}
