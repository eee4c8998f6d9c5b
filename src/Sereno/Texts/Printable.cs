namespace Sereno.Texts;

/// <summary>Names that others have chosen (of processes, units, namespaces, files), made harmless for a terminal.</summary>
public static class Printable
{
    /// <summary>The same text, with a question mark for each character that would move the cursor, colour the screen or turn
    /// the direction of what follows.</summary>
    public static string Of(string text) => text.Any(IsHarmful)
        ? string.Create(text.Length, text, (shown, from) =>
        {
            for (int i = 0; i < shown.Length; i++)
                shown[i] = Of(from[i]);
        })
        : text;

    /// <summary>The same of several lines.</summary>
    public static string Lines(string text) => string.Join('\n', text.Split('\n').Select(Of));

    /// <summary>The same of a line that may have tabs.</summary>
    public static string Tabbed(string text) => text.Contains('\t') ? string.Join('\t', text.Split('\t').Select(Of)) : Of(text);

    public static char Of(char c) => IsHarmful(c) ? '?' : c;

    // C0, DEL and C1; the embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX 9).
    private static bool IsHarmful(char c) => char.IsControl(c) || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069';
}
