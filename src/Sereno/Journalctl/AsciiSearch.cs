using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sereno.Journalctl;

/// <summary>A word in bytes, whatever the case of ASCII's letters.</summary>
internal static class AsciiSearch
{
    /// <param name="word">In small letters.</param>
    public static int IndexOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        int last = text.Length - word.Length, i = 0, distance = word.Length - 1;
        if (last < 0)
            return -1;
        ref byte begin = ref MemoryMarshal.GetReference(text);
        if (last >= Vector128<byte>.Count - 1)
        {
            // Both of the word's ends at once, at 16 places. Wider vectors are none here: an executable for any x86-64 has them not.
            var first = Vector128.Create(word[0]);
            var end = Vector128.Create(word[distance]);
            var foldFirst = Vector128.Create(Fold(word[0]));
            var foldEnd = Vector128.Create(Fold(word[distance]));
            for (int lastBlock = last - Vector128<byte>.Count + 1; ; i = Math.Min(i + Vector128<byte>.Count, lastBlock))
            {
                var both = Vector128.Equals(Vector128.LoadUnsafe(ref begin, (nuint)i) | foldFirst, first)
                    & Vector128.Equals(Vector128.LoadUnsafe(ref begin, (nuint)(i + distance)) | foldEnd, end);
                for (uint bits = both.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
                    if (IsAt(text, i + BitOperations.TrailingZeroCount(bits), word))
                        return i + BitOperations.TrailingZeroCount(bits);
                if (i == lastBlock)
                    return -1;
            }
        }
        for (; i <= last; i++)
            if (((text[i] | Fold(word[0])) == word[0]) && IsAt(text, i, word))
                return i;
        return -1;
    }

    /// <summary>The bit that makes a letter small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Fold(byte letter) => letter is >= (byte)'a' and <= (byte)'z' ? (byte)0x20 : (byte)0;

    private static bool IsAt(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte> word)
    {
        for (int i = 0; i < word.Length; i++)
            if (text[at + i] != word[i] && (Fold(word[i]) == 0 || (text[at + i] | 0x20) != word[i]))
                return false;
        return true;
    }
}
