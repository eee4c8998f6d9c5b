namespace Sereno.Verbs;

/// <summary>What somebody meant who mistyped it.</summary>
internal static class Nearest
{
    /// <summary>The word with the fewest slips of the hand, if they are few for its length; null when none is near.</summary>
    public static string? Of(string typed, IEnumerable<string> words)
    {
        var (word, slips) = words.Select(w => (Word: w, Slips: Slips(typed, w))).OrderBy(c => c.Slips).FirstOrDefault();
        return word is not null && slips > 0 && slips <= Math.Max(1, typed.Length / 3) ? word : null;
    }

    /// <summary>Letters left out, added, mistaken or exchanged with their neighbour (optimal string alignment).</summary>
    private static int Slips(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            for (int j = 0; j <= b.Length; j++)
                if (i == 0 || j == 0)
                    d[i, j] = i + j;
                else
                {
                    d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                    if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                        d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
        return d[a.Length, b.Length];
    }
}
