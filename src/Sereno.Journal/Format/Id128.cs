using System.Buffers;
using System.Runtime.InteropServices;

namespace Sereno.Journal.Format;

/// <summary>The 128-bit ids of machines, boots and messages (sd-id128(3)): 32 hexadecimal digits, in the order of their bytes.</summary>
public static class Id128
{
    public const int Length = 32;

    public static string Format(UInt128 id)
    {
        Span<byte> text = stackalloc byte[Length];
        Write(id, text);
        return System.Text.Encoding.ASCII.GetString(text);
    }

    public static void Write(UInt128 id, Span<byte> text) =>
        Convert.TryToHexStringLower(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in id)), text, out _);

    /// <summary>With or without the dashes of a UUID.</summary>
    public static bool TryParse(scoped ReadOnlySpan<char> text, out UInt128 id)
    {
        id = default;
        scoped Span<char> digits = stackalloc char[Length];
        if (text.Length == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-')
        {
            int at = 0;
            foreach (char c in text)
                if (c != '-')
                {
                    if (at == Length)
                        return false;
                    digits[at++] = c;
                }
            text = digits[..at];
        }
        return text.Length == Length
            && Convert.FromHexString(text, MemoryMarshal.AsBytes(new Span<UInt128>(ref id)), out _, out _) == OperationStatus.Done;
    }
}
