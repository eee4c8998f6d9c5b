using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sereno.Units.Values;

/// <summary>SipHash-2-4 (Aumasson and Bernstein, 2012).</summary>
public static class SipHash
{
    public static ulong Hash(ReadOnlySpan<byte> data, UInt128 key) => Hash([], data, key);

    /// <summary>Of two that follow each other.</summary>
    /// <param name="head">Whole words of 8 bytes.</param>
    public static ulong Hash(ReadOnlySpan<byte> head, ReadOnlySpan<byte> data, UInt128 key)
    {
        ulong k0 = (ulong)key, k1 = (ulong)(key >> 64);
        ulong a = k0 ^ 0x736f6d6570736575, b = k1 ^ 0x646f72616e646f6d, c = k0 ^ 0x6c7967656e657261, d = k1 ^ 0x7465646279746573;
        ulong last = (ulong)(head.Length + data.Length) << 56;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(head))
            Absorb(ref a, ref b, ref c, ref d, word);
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (ulong word in words)
            Absorb(ref a, ref b, ref c, ref d, word);
        data = data[(8 * words.Length)..];
        for (int i = 0; i < data.Length; i++)
            last |= (ulong)data[i] << 8 * i;
        Absorb(ref a, ref b, ref c, ref d, last);
        c ^= 0xff;
        for (int i = 0; i < 4; i++)
            Round(ref a, ref b, ref c, ref d);
        return a ^ b ^ c ^ d;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Absorb(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong word)
    {
        d ^= word;
        Round(ref a, ref b, ref c, ref d);
        Round(ref a, ref b, ref c, ref d);
        a ^= word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong a, ref ulong b, ref ulong c, ref ulong d)
    {
        a += b;
        b = BitOperations.RotateLeft(b, 13) ^ a;
        a = BitOperations.RotateLeft(a, 32);
        c += d;
        d = BitOperations.RotateLeft(d, 16) ^ c;
        a += d;
        d = BitOperations.RotateLeft(d, 21) ^ a;
        c += b;
        b = BitOperations.RotateLeft(b, 17) ^ c;
        c = BitOperations.RotateLeft(c, 32);
    }
}
