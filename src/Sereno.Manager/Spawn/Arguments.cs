using System.Collections.Immutable;
using System.Text;
using Sereno.Units.Text;

namespace Sereno.Manager.Spawn;

/// <summary>Variables in command lines (systemd.service(5), "Command lines"): <c>$FOO</c> alone splits into words, <c>${FOO}</c> never does, <c>$$</c> is a dollar.</summary>
public static class Arguments
{
    public static ImmutableArray<string> Expand(ImmutableArray<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var result = ImmutableArray.CreateBuilder<string>(arguments.Length);
        foreach (string argument in arguments)
            if (argument is "$" or ['$', not ('{' or '$'), ..])
            {
                if (environment.TryGetValue(argument[1..], out var value))
                    result.AddRange(WordReader.Split(value, WordFlags.Unquote | WordFlags.Relax) ?? []);
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
            // ${NAME:...} is a shell's, and stays.
            else if (text[i + 1] == '{' && text.IndexOfAny(['}', ':'], i) is > 0 and var end && text[end] == '}')
            {
                result.Append(environment.GetValueOrDefault(text[(i + 2)..end], ""));
                i = end;
            }
            else
                result.Append('$');
        }
        return result.ToString();
    }
}
