namespace Sereno.Units.Values;

/// <summary>fnmatch(3) with FNM_NOESCAPE, as systemd matches unit names: <c>* ? [a-z] [!a-z]</c>; a backslash is a character of unit names.</summary>
public static class Glob
{
    /// <summary>Whether a text matches one of the patterns; no patterns match everything.</summary>
    public static bool MatchesAny(IReadOnlyCollection<string> patterns, string text) => patterns.Count == 0 || patterns.Any(p => Matches(p, text));

    public static bool Matches(string pattern, string text)
    {
        // Greedy with one point to return to: the last '*'. Linear in practice, quadratic at worst, never exponential.
        int p = 0, t = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
                (star, mark) = (p++, t);
            else if (p < pattern.Length && MatchOne(pattern, p, text[t]) is > 0 and var length)
            {
                p += length;
                t++;
            }
            else if (star >= 0)
                (p, t) = (star + 1, ++mark);
            else
                return false;
        }
        return pattern.AsSpan(p).TrimStart('*').IsEmpty;
    }

    /// <summary>Length of the pattern's element when it matches the character, 0 when it does not.</summary>
    private static int MatchOne(string pattern, int at, char c)
    {
        if (pattern[at] == '?')
            return 1;
        int end = pattern[at] == '[' ? pattern.IndexOf(']', Math.Min(pattern.Length, at + (Negated(pattern, at) ? 3 : 2))) : -1;
        if (end < 0)
            return pattern[at] == c ? 1 : 0;
        bool negated = Negated(pattern, at), found = false;
        for (int i = at + (negated ? 2 : 1); i < end; i++)
            if (i + 2 < end && pattern[i + 1] == '-')
            {
                found |= pattern[i] <= c && c <= pattern[i + 2];
                i += 2;
            }
            else
                found |= pattern[i] == c;
        return found != negated ? end - at + 1 : 0;
    }

    private static bool Negated(string pattern, int at) => at + 1 < pattern.Length && pattern[at + 1] is '!' or '^';
}
