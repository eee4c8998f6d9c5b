using Sereno.Sockets.Filter;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>What is wrong with a filter, for people: the line, the place under it, and why.</summary>
public static class FilterErrors
{
    // As much of a long line as is shown on each side of the place.
    private const int Around = 40;

    public static void Write(FilterException error, TextWriter output, Text text)
    {
        var (line, number, column, length) = error.Position;
        if (number > 0)
            output.WriteLine(text.FilterLine(number));
        int start = Math.Max(0, column - Around), end = Math.Min(line.Length, column + length + Around);
        string before = start > 0 ? "..." : "", behind = end < line.Length ? "..." : "";
        output.WriteLine($"  {before}{Printable.Of(line[start..end])}{behind}");
        output.WriteLine($"  {new string(' ', before.Length + column - start)}{new string('^', length)}");
        output.WriteLine(Printable.Of(text.WrongFilter(error.Problem, error.Word, error.Subject)));
    }
}
