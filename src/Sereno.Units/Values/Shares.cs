namespace Sereno.Units.Values;

/// <summary>Shares of a whole: <c>20%</c>, <c>0.5%</c>, <c>5‰</c>, <c>12‱</c>, as hundredths of a percent.</summary>
public static class Shares
{
    /// <summary>Null where it is none.</summary>
    public static ulong? Parse(string text)
    {
        ulong factor = text.Length == 0 ? 0 : text[^1] switch { '%' => 100, '‰' => 10, '‱' => 1, _ => 0ul };
        if (factor == 0)
            return null;
        string[] parts = text[..^1].Split('.');
        int decimals = factor == 100 ? 2 : factor == 10 ? 1 : 0;
        if (parts.Length > 2 || !IsNumber(parts[0], 9) || (parts.Length == 2 && (!IsNumber(parts[1], decimals))))
            return null;
        ulong fraction = parts.Length == 2 ? ulong.Parse(parts[1].PadRight(decimals, '0')) : 0;
        return ulong.Parse(parts[0]) * factor + fraction;
    }

    private static bool IsNumber(string text, int digits) => text.Length > 0 && text.Length <= digits && text.All(char.IsAsciiDigit);
}
