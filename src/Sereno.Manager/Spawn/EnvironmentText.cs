using System.Text;

namespace Sereno.Manager.Spawn;

/// <summary>The text of an environment file: NAME=value lines, quotes, comments and continued lines (systemd.exec(5), EnvironmentFile=).</summary>
public static class EnvironmentText
{
    public static IEnumerable<(string Name, string Value)> Parse(string text)
    {
        int i = 0;
        while (i < text.Length)
        {
            while (i < text.Length && char.IsWhiteSpace(text[i]))
                i++;
            if (i >= text.Length)
                yield break;
            if (text[i] is '#' or ';')
            {
                i = SkipComment(text, i);
                continue;
            }
            int start = i;
            while (i < text.Length && text[i] is not ('=' or '\n'))
                i++;
            if (i >= text.Length || text[i] == '\n')
                continue; // a line without '=' says nothing
            string name = text[start..i].TrimEnd();
            string value = ReadValue(text, ref i);
            if (IsName(name))
                yield return (name, value);
        }
    }

    public static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || char.IsAsciiDigit(name[0]))
            return false;
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        return true;
    }

    private static int SkipComment(string text, int i)
    {
        for (; i < text.Length && text[i] != '\n'; i++)
            if (text[i] == '\\')
                i++; // a comment goes on behind a backslash, as any line does
        return i;
    }

    private static string ReadValue(string text, ref int i)
    {
        var value = new StringBuilder();
        int keep = 0; // unquoted white space at the end is not part of the value
        for (i++; i < text.Length && text[i] is ' ' or '\t'; i++) { }
        for (char quote = '\0'; i < text.Length && (quote != '\0' || text[i] != '\n'); i++)
        {
            char c = text[i];
            if (quote == '\0' && c is '"' or '\'')
                (quote, keep) = (c, value.Length);
            else if (c == quote && quote != '\0')
                (quote, keep) = ('\0', value.Length);
            else if (c == '\\' && quote != '\'' && i + 1 < text.Length)
            {
                c = text[++i];
                if (c == '\n')
                    continue;
                if (quote == '"' && c is not ('"' or '\\' or '`' or '$'))
                    value.Append('\\');
                value.Append(c);
                keep = value.Length;
            }
            else
            {
                value.Append(c);
                if (quote != '\0' || !char.IsWhiteSpace(c))
                    keep = value.Length;
            }
        }
        value.Length = keep;
        return value.ToString();
    }
}
