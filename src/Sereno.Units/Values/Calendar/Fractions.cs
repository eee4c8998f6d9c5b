namespace Sereno.Units.Values;

/// <summary>The digits after a second's decimal point.</summary>
internal static class Fractions
{
    /// <summary>Microseconds, rounded at the seventh digit; null when there is no digit.</summary>
    public static uint? Read(ref ReadOnlySpan<char> text)
    {
        int length = text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;
        if (length == 0)
            return null;
        uint value = 0;
        for (int i = 0; i < 6; i++)
            value = value * 10 + (i < length ? (uint)(text[i] - '0') : 0);
        if (length > 6 && text[6] >= '5')
            value++;
        text = text[length..];
        return value;
    }
}
