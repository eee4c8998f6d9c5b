using System.Text;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>Enum members as systemd spells them: <c>ReloadOrRestart</c> is "reload-or-restart".</summary>
internal static class Words
{
    public static string Of<T>(T value) where T : struct, Enum
    {
        string name = Enum.GetName(value) ?? throw new ArgumentOutOfRangeException(nameof(value), value, null);
        var result = new StringBuilder(name.Length + 4);
        foreach (char c in name)
        {
            if (char.IsAsciiLetterUpper(c) && result.Length > 0)
                result.Append('-');
            result.Append(char.ToLowerInvariant(c));
        }
        return result.ToString();
    }

    public static T Parse<T>(string word, Func<string> failure) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
            if (Of(value) == word)
                return value;
        throw new BusException(BusErrors.InvalidArgs, failure());
    }
}
