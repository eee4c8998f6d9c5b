namespace Sereno.Units.Values;

public static class Booleans
{
    private static readonly string[] s_true = ["1", "yes", "y", "true", "t", "on"], s_false = ["0", "no", "n", "false", "f", "off"];

    /// <summary>Any case; null where the text is neither.</summary>
    public static bool? Parse(string text) =>
        s_true.Contains(text, StringComparer.OrdinalIgnoreCase) ? true
        : s_false.Contains(text, StringComparer.OrdinalIgnoreCase) ? false : null;
}
