using System.Globalization;
using Sereno.Sockets.Views.Windows;

namespace Sereno.Verbs;

/// <summary>The command line of Windows' netstat: letters behind "-" or "/", together or apart, upper or lower case, and an interval in seconds.</summary>
public static class WindowsNetstatArguments
{
    /// <summary>Null for what Windows would answer with its help: a letter or word that it doesn't know, -? among them.</summary>
    public static WindowsNetstatRequest? TryRead(IReadOnlyList<string> arguments)
    {
        WindowsNetstatRequest? request = new();
        for (int i = 0; i < arguments.Count && request is not null; i++)
        {
            string word = arguments[i];
            if (word is not ['-' or '/', _, ..])
            {
                request = uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out uint seconds) && seconds > 0
                    ? request with { Interval = TimeSpan.FromSeconds(seconds) } : null;
                continue;
            }
            for (int letter = 1; letter < word.Length && request is not null; letter++)
                if (word[letter] is not ('p' or 'P'))
                    request = Take(request, char.ToLowerInvariant(word[letter]));
                else // its protocol is the rest of the word or the next one
                {
                    string name = letter + 1 < word.Length ? word[(letter + 1)..] : ++i < arguments.Count ? arguments[i] : "";
                    request = Enum.TryParse<WindowsProtocol>(name, ignoreCase: true, out var protocol) && protocol != WindowsProtocol.All && !char.IsAsciiDigit(name[0])
                        ? request with { Protocol = protocol } : null;
                    break;
                }
        }
        return request;
    }

    private static WindowsNetstatRequest? Take(WindowsNetstatRequest request, char letter) => letter switch
    {
        'a' => request with { All = true },
        'b' => request with { Executables = true },
        'e' => request with { Ethernet = true },
        'f' => request with { FullNames = true },
        'n' => request with { Numeric = true },
        'o' => request with { Pids = true },
        'q' => request with { Bound = true },
        'r' => request with { Routes = true },
        's' => request with { Statistics = true },
        't' => request with { Offload = true },
        'x' => request with { NetworkDirect = true },
        'y' => request with { Templates = true },
        _ => null,
    };
}
