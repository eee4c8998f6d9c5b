using System.Buffers;
using System.Text;

namespace Sereno.Journalctl;

/// <summary>Patterns of PCRE2 in .NET's words, one letter for each byte.</summary>
internal static class PatternText
{
    private static readonly SearchValues<char> s_special = SearchValues.Create("\\^$.[|()?*+{");

    private static readonly Dictionary<string, string> s_classes = new()
    {
        ["alpha"] = "a-zA-Z", ["digit"] = "0-9", ["alnum"] = "a-zA-Z0-9", ["upper"] = "A-Z", ["lower"] = "a-z", ["space"] = "\\t-\\r ", ["blank"] = "\\t ",
        ["punct"] = "!-/:-@\\[-`{-~", ["print"] = " -~", ["graph"] = "!-~", ["cntrl"] = "\\x00-\\x1f\\x7f", ["xdigit"] = "0-9A-Fa-f", ["word"] = "a-zA-Z0-9_",
        ["ascii"] = "\\x00-\\x7f",
    };

    /// <summary>What each match has to have in it; empty where nothing is sure.</summary>
    public static string Literal(string pattern)
    {
        if (!pattern.AsSpan().ContainsAny(s_special))
            return pattern;
        // Groups, classes and alternatives are not looked into.
        if (pattern.AsSpan().IndexOfAny('|', '(') >= 0)
            return "";
        string best = "";
        var run = new StringBuilder();
        void End()
        {
            if (run.Length > best.Length)
                best = run.ToString();
            run.Clear();
        }
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '\\')
            {
                if (i + 1 == pattern.Length || char.IsAsciiLetterOrDigit(pattern[i + 1]))
                    return best; // a class, or the begin of something longer
                run.Append(pattern[++i]);
            }
            else if (c is '?' or '*' or '{')
            {
                if (run.Length > 0)
                    run.Length--;
                End();
                if (c == '{')
                    return best;
            }
            else if (c == '[')
                return Better(best, run.ToString());
            else if (s_special.Contains(c))
                End();
            else
                run.Append(c);
        }
        End();
        return best;
    }

    private static string Better(string a, string b) => a.Length >= b.Length ? a : b;

    public static string Translate(string pattern)
    {
        var result = new StringBuilder();
        for (int i = 0; i < pattern.Length; i++)
            if (pattern[i] == '\\' && i + 1 < pattern.Length)
                i = Escape(pattern, i, inClass: false, result);
            else if (pattern[i] == '[')
                i = Class(pattern, i, result);
            else if (pattern.AsSpan(i).StartsWith("(?P<"))
            {
                result.Append("(?<");
                i += 3;
            }
            else
                result.Append(pattern[i]);
        return result.ToString();
    }

    /// <returns>Where its last letter is.</returns>
    private static int Escape(string pattern, int at, bool inClass, StringBuilder result)
    {
        char c = pattern[at + 1];
        string? plain = c switch { 'd' => "0-9", 'w' => "a-zA-Z0-9_", 's' => "\\t-\\r ", 'h' => "\\t \\xa0", _ => null };
        string? negated = c switch { 'D' => "0-9", 'W' => "a-zA-Z0-9_", 'S' => "\\t-\\r ", 'H' => "\\t \\xa0", 'N' => "\\n", _ => null };
        if (plain is not null)
            result.Append(inClass ? plain : $"[{plain}]");
        else if (negated is not null)
            result.Append(inClass ? "\\" + c : $"[^{negated}]");
        else if (c == 'R' && !inClass)
            result.Append("(?:\\r\\n|[\\n-\\r\\x85])");
        else if (c == 'Q')
        {
            int end = pattern.IndexOf("\\E", at + 2, StringComparison.Ordinal);
            foreach (char quoted in pattern.AsSpan(at + 2, (end < 0 ? pattern.Length : end) - at - 2))
                result.Append(char.IsAsciiLetterOrDigit(quoted) || quoted > '~' ? quoted : $"\\{quoted}");
            return end < 0 ? pattern.Length : end + 1;
        }
        else
            result.Append('\\').Append(c);
        return at + 1;
    }

    private static int Class(string pattern, int at, StringBuilder result)
    {
        int i = at + 1;
        result.Append('[');
        if (i < pattern.Length && pattern[i] == '^')
            result.Append(pattern[i++]);
        if (i < pattern.Length && pattern[i] == ']')
        {
            result.Append("\\]");
            i++;
        }
        for (; i < pattern.Length && pattern[i] != ']'; i++)
            if (pattern[i] == '\\' && i + 1 < pattern.Length)
                i = Escape(pattern, i, inClass: true, result);
            else if (pattern.AsSpan(i).StartsWith("[:") && pattern.IndexOf(":]", i, StringComparison.Ordinal) is > 0 and var end
                && s_classes.TryGetValue(pattern[(i + 2)..end], out string? letters))
            {
                result.Append(letters);
                i = end + 1;
            }
            else
                result.Append(pattern[i] == '[' ? "\\[" : pattern[i].ToString()); // which would take one class from another
        if (i < pattern.Length)
            result.Append(']');
        return i;
    }
}
