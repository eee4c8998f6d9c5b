using System.Text;

namespace Sereno.Units.Text;

/// <summary>
/// Bytes as text without loss: what is not UTF-8 (a unit may write <c>\xff</c>) becomes a lone surrogate
/// U+DC80..U+DCFF, and goes back to its byte. Arguments and environment of a spawn must be encoded here.
/// </summary>
public static class RawText
{
    private static readonly UTF8Encoding s_strict = new(false, true);

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
            if (Rune.DecodeFromUtf8(bytes, out var rune, out int used) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
                bytes = bytes[used..];
            }
            else
            {
                text.Append((char)(0xDC00 + bytes[0]));
                bytes = bytes[1..];
            }
        return text.ToString();
    }

    public static byte[] Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return s_strict.GetBytes(text);
        var bytes = new List<byte>(text.Length + 8);
        Span<byte> buffer = stackalloc byte[4];
        for (int i = 0; i < text.Length; i++)
            if (text[i] is >= '\uDC80' and <= '\uDCFF')
                bytes.Add((byte)(text[i] - 0xDC00));
            else
            {
                Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out int used); // U+FFFD for any other lone surrogate
                bytes.AddRange(buffer[..rune.EncodeToUtf8(buffer)]);
                i += used - 1;
            }
        return [.. bytes];
    }

    /// <summary>False where the text holds a byte that is not UTF-8.</summary>
    public static bool IsUtf8(string text)
    {
        for (int i = 0; i < text.Length; i++)
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return false;
        return true;
    }
}
