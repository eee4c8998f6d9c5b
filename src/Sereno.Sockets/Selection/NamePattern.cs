namespace Sereno.Sockets.Selection;

/// <summary>Unit names as people type them: glob(7)'s * and ?, ".service" understood where no type is given.</summary>
public static class NamePattern
{
    private static readonly string[] s_types = [".service", ".socket", ".scope", ".slice", ".target", ".mount", ".swap", ".timer", ".path", ".automount", ".device"];

    /// <summary>"nginx" is nginx.service; a pattern stays as it is.</summary>
    public static string Complete(string name) =>
        name.AsSpan().IndexOfAny('*', '?') >= 0 || Array.Exists(s_types, name.EndsWith) ? name : name + ".service";

    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, star = -1, resume = 0;
        while (n < name.Length)
            if (p < pattern.Length && pattern[p] == '*')
                (star, resume) = (p++, n);
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == name[n]))
                (p, n) = (p + 1, n + 1);
            else if (star >= 0)
                (p, n) = (star + 1, ++resume); // the star takes one more
            else
                return false;
        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }
}
