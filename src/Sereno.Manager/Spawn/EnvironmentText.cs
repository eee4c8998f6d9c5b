using System.Text;

namespace Sereno.Manager.Spawn;

/// <summary>
/// The text of an environment file: NAME=value lines, quotes, comments and continued lines (systemd.exec(5),
/// EnvironmentFile=). Quotes count only where a value, or another quoted part of it, begins.
/// </summary>
public static class EnvironmentText
{
    public static IEnumerable<(string Name, string Value)> Parse(string text)
    {
        for (int i = 0; i < text.Length;)
        {
            if (IsBlank(text[i]))
                i++;
            else if (text[i] is '#' or ';')
                i = SkipComment(text, i);
            else
            {
                int start = i;
                while (i < text.Length && text[i] is not ('=' or '\n' or '\r'))
                    i++;
                if (i >= text.Length || text[i] != '=')
                    continue; // a line without '=' says nothing
                string name = text[start..i].TrimEnd(' ', '\t');
                string value = ReadValue(text, ref i);
                if (IsName(name))
                    yield return (name, value);
            }
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

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\r';

    private static int SkipComment(string text, int i)
    {
        for (; i < text.Length && text[i] is not ('\n' or '\r'); i++)
            if (text[i] == '\\')
                i++; // a comment goes on behind a backslash, as any line does
        return i;
    }

    private static string ReadValue(string text, ref int i)
    {
        var value = new StringBuilder();
        bool plain = false; // in an unquoted part, where quotes are letters like others
        int keep = 0; // unquoted white space at the end is not part of the value
        for (i++; i < text.Length && text[i] is not ('\n' or '\r'); i++)
        {
            char c = text[i];
            if (!plain && c is '"' or '\'')
            {
                ReadQuoted(text, ref i, value);
                keep = value.Length;
            }
            else if (c == '\\')
            {
                plain = true;
                if (++i < text.Length && text[i] is not ('\n' or '\r'))
                    value.Append(text[i]);
                keep = value.Length;
            }
            else if (plain || !IsBlank(c))
            {
                plain = true;
                value.Append(c);
                if (!IsBlank(c))
                    keep = value.Length;
            }
        }
        value.Length = keep;
        return value.ToString();
    }

    /// <summary>Up to the closing quote; in double quotes a backslash stands before <c>" \ ` $</c> and before a line's end.</summary>
    private static void ReadQuoted(string text, ref int i, StringBuilder value)
    {
        char quote = text[i];
        for (i++; i < text.Length && text[i] != quote; i++)
            if (quote == '"' && text[i] == '\\' && i + 1 < text.Length)
            {
                char c = text[++i];
                if (c == '\n')
                    continue;
                if (c is not ('"' or '\\' or '`' or '$'))
                    value.Append('\\');
                value.Append(c);
            }
            else
                value.Append(text[i]);
    }
}
