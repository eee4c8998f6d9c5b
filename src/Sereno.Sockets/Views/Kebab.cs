using System.Text;

namespace Sereno.Sockets.Views;

/// <summary>Names in machine formats: an enum's value in lower case with hyphens, which no language changes.</summary>
internal static class Kebab
{
    /// <summary>"TimeWait" is "time-wait".</summary>
    public static string Of<T>(T value) where T : struct, Enum
    {
        var name = new StringBuilder();
        foreach (char c in value.ToString())
        {
            if (char.IsUpper(c) && name.Length > 0)
                name.Append('-');
            name.Append(char.ToLowerInvariant(c));
        }
        return name.ToString();
    }
}
