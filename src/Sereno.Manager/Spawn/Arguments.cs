using System.Collections.Immutable;
using System.Text;

namespace Sereno.Manager.Spawn;

/// <summary>Variables in command lines (systemd.service(5), "Command lines"): <c>$FOO</c> alone splits into words, <c>${FOO}</c> never does, <c>$$</c> is a dollar.</summary>
public static class Arguments
{
    public static ImmutableArray<string> Expand(ImmutableArray<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var result = ImmutableArray.CreateBuilder<string>(arguments.Length);
        foreach (string argument in arguments)
            if (argument is ['$', not ('{' or '$'), ..])
            {
                if (environment.TryGetValue(argument[1..], out var value))
                    result.AddRange(Split(value));
            }
            else
                result.Add(Substitute(argument, environment));
        return result.ToImmutable();
    }

    private static string Substitute(string text, IReadOnlyDictionary<string, string> environment)
    {
        if (!text.Contains('$'))
            return text;
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
                result.Append(text[i]);
            else if (text[i + 1] == '$')
                result.Append(text[i++]);
            else if (text[i + 1] == '{' && text.IndexOf('}', i) is > 0 and var end)
            {
                result.Append(environment.GetValueOrDefault(text[(i + 2)..end], ""));
                i = end;
            }
            else
                result.Append('$');
        }
        return result.ToString();
    }

    /// <summary>White space separates, quotes join, a backslash escapes (in quotes of either kind, unlike in a shell).</summary>
    private static IEnumerable<string> Split(string value)
    {
        var word = new StringBuilder();
        bool inWord = false;
        char quote = '\0';
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (quote == '\0' && c is ' ' or '\t' or '\n' or '\r')
            {
                if (inWord)
                    yield return word.ToString();
                word.Clear();
                inWord = false;
                continue;
            }
            inWord = true;
            if (c == quote && quote != '\0')
                quote = '\0';
            else if (quote == '\0' && c is '"' or '\'')
                quote = c;
            else
                word.Append(c == '\\' && i + 1 < value.Length ? value[++i] : c);
        }
        if (inWord)
            yield return word.ToString();
    }
}
