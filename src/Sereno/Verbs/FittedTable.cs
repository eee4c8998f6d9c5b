using Sereno.Linux;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>A table whose lines fit the terminal: where they don't, columns are cut in an order of their own.</summary>
/// <param name="cutOrder">Which columns are cut, first to last: all of them to 16 characters before any to 10.</param>
/// <param name="dropOrder">Which columns are left out where that doesn't do, the least important first.</param>
public sealed class FittedTable(IReadOnlyList<string> headings, ReadOnlyMemory<int> cutOrder, ReadOnlyMemory<int> dropOrder)
{
    private const int Gap = 2, Readable = 10;
    private static readonly int[] s_shortest = [16, 10, 7, 4, 1];

    private readonly List<string[]> _rows = [[.. headings]];

    public int Count => _rows.Count - 1;

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(Printable.Of)]);

    /// <param name="terminalWidth">Lines are cut to it; null for lines as long as they need be.</param>
    public void Write(TextWriter output, int? terminalWidth, bool colour)
    {
        int[] widths = [.. Enumerable.Range(0, headings.Count).Select(c => _rows.Max(r => r[c].Length))];
        if (terminalWidth is int screen)
            Narrow(widths, screen);
        int end = terminalWidth ?? int.MaxValue;
        for (int i = 0; i < _rows.Count; i++)
        {
            string line = Line(_rows[i], widths);
            if (line.Length > end)
                line = line[..(end - 1)] + "…";
            output.WriteLine(i == 0 && colour ? $"\e[1m{line}\e[0m" : line);
        }
    }

    /// <summary>On this process's standard output.</summary>
    public void Write()
    {
        Write(StandardStreams.Text, Terminal.WidthOf(1), Columns.UseColour);
        StandardStreams.Text.Flush();
    }

    private void Narrow(int[] widths, int screen)
    {
        foreach (int column in dropOrder.Span)
            if (Needed(widths) > screen)
                widths[column] = 0;
        int excess = widths.Sum() + Gap * (widths.Count(w => w > 0) - 1) - screen;
        foreach (int shortest in s_shortest)
            foreach (int column in cutOrder.Span)
            {
                int cut = Math.Max(0, Math.Min(widths[column] - shortest, excess));
                widths[column] -= cut;
                excess -= cut;
            }
    }

    // With the columns that may be cut as narrow as one still reads them.
    private int Needed(int[] widths)
    {
        int needed = -Gap;
        for (int i = 0; i < widths.Length; i++)
            if (widths[i] > 0)
                needed += Gap + (cutOrder.Span.Contains(i) ? Math.Min(widths[i], Readable) : widths[i]);
        return needed;
    }

    private static string Line(string[] cells, int[] widths)
    {
        var parts = Enumerable.Range(0, cells.Length).Where(i => widths[i] > 0).Select(i => (Cell: cells[i], i)).Select(c => Fitted(c.Cell, widths[c.i]));
        return string.Join(new string(' ', Gap), parts).TrimEnd();
    }

    private static string Fitted(string cell, int width) => (cell.Length <= width ? cell : cell[..Math.Max(0, width - 1)] + "…").PadRight(width);
}
