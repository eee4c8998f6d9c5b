using Sereno.Linux;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>Sentences on standard output, without what would move a terminal, broken between words where the terminal ends.</summary>
internal static class Prose
{
    private const int Narrowest = 20;

    public static void Write(string line)
    {
        foreach (string part in Wrap(Printable.Of(line), Terminal.WidthOf(1)))
            StandardStreams.Text.WriteLine(part);
    }

    /// <summary>Later lines stand under the first one's text. A word longer than a line stays whole.</summary>
    /// <param name="width">Null for lines as long as they need be.</param>
    public static IEnumerable<string> Wrap(string line, int? width)
    {
        if (width is not { } wanted || line.Length <= wanted)
            return [line];
        int screen = Math.Max(wanted, Narrowest), text = line.AsSpan().IndexOfAnyExcept(" -");
        string indent = new(' ', Math.Max(0, text));
        var lines = new List<string>();
        while (line.Length > screen)
        {
            int at = line.LastIndexOf(' ', screen);
            if (at < indent.Length)
                at = line.IndexOf(' ', screen);
            if (at < 0)
                break;
            lines.Add(line[..at]);
            line = indent + line[(at + 1)..];
        }
        return [.. lines, line];
    }
}
