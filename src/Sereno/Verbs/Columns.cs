using Sereno.Linux;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>Left-aligned columns; on a terminal the last one is cut to fit, and a row may have a colour.</summary>
public sealed class Columns(params string[] headings)
{
    private readonly List<(string[] Cells, Colour Colour)> _rows = [];

    public enum Colour { None, Red, Green, Yellow, Grey }

    /// <summary>Colour only on a terminal that wants it (no-color.org).</summary>
    public static bool UseColour { get; } = Terminal.Is(1) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";

    public static string Paint(string text, Colour colour) => !UseColour || colour == Colour.None ? text : $"\e[{colour switch
    {
        Colour.Red => "1;31",
        Colour.Green => "1;32",
        Colour.Yellow => "1;33",
        _ => "90",
    }}m{text}\e[0m";

    public void Add(Colour colour, params string[] cells) => _rows.Add(([.. cells.Select(Printable.Of)], colour));

    public void Add(params string[] cells) => Add(Colour.None, cells);

    public IEnumerable<string> Lines(bool withHeadings = true, int? width = null)
    {
        int limit = width ?? (Terminal.Is(1) ? Terminal.WidthOf(1) ?? 80 : int.MaxValue);
        var widths = headings.Select((h, i) => Math.Max(withHeadings ? h.Length : 0, _rows.Select(r => r.Cells[i].Length).DefaultIfEmpty().Max())).ToArray();
        if (withHeadings)
            yield return Line(headings, widths, limit);
        foreach (var (cells, colour) in _rows)
            yield return Paint(Line(cells, widths, limit), colour);
    }

    private static string Line(string[] cells, int[] widths, int limit)
    {
        string line = string.Join(' ', cells.Select((c, i) => i < cells.Length - 1 ? c.PadRight(widths[i]) : c)).TrimEnd();
        return line.Length <= limit ? line : line[..(limit - 1)] + "…";
    }
}
