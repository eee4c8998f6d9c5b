using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sereno.Journal.Format;

/// <summary>Bob Jenkins' lookup3, hashlittle2 (burtleburtle.net/bob/c/lookup3.c): the hash of files without a keyed one, and of each entry's XOR.</summary>
public static class JenkinsHash
{
    public static ulong Hash(ReadOnlySpan<byte> data)
    {
        uint a = 0xdeadbeef + (uint)data.Length, b = a, c = a;
        if (data.IsEmpty)
            return (ulong)c << 32 | b;
        int blocks = (data.Length - 1) / 12;
        var words = MemoryMarshal.Cast<byte, uint>(data[..(12 * blocks)]);
        for (int i = 0; i + 2 < words.Length; i += 3)
        {
            (a, b, c) = (a + words[i], b + words[i + 1], c + words[i + 2]);
            Mix(ref a, ref b, ref c);
        }
        data = data[(12 * blocks)..];
        Span<byte> last = stackalloc byte[12];
        last.Clear();
        data.CopyTo(last);
        Add(last, ref a, ref b, ref c);
        Final(ref a, ref b, ref c);
        return (ulong)c << 32 | b;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ReadOnlySpan<byte> words, ref uint a, ref uint b, ref uint c)
    {
        a += BinaryPrimitives.ReadUInt32LittleEndian(words);
        b += BinaryPrimitives.ReadUInt32LittleEndian(words[4..]);
        c += BinaryPrimitives.ReadUInt32LittleEndian(words[8..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref uint a, ref uint b, ref uint c)
    {
        a = a - c ^ BitOperations.RotateLeft(c, 4);
        c += b;
        b = b - a ^ BitOperations.RotateLeft(a, 6);
        a += c;
        c = c - b ^ BitOperations.RotateLeft(b, 8);
        b += a;
        a = a - c ^ BitOperations.RotateLeft(c, 16);
        c += b;
        b = b - a ^ BitOperations.RotateLeft(a, 19);
        a += c;
        c = c - b ^ BitOperations.RotateLeft(b, 4);
        b += a;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Final(ref uint a, ref uint b, ref uint c)
    {
        c = (c ^ b) - BitOperations.RotateLeft(b, 14);
        a = (a ^ c) - BitOperations.RotateLeft(c, 11);
        b = (b ^ a) - BitOperations.RotateLeft(a, 25);
        c = (c ^ b) - BitOperations.RotateLeft(b, 16);
        a = (a ^ c) - BitOperations.RotateLeft(c, 4);
        b = (b ^ a) - BitOperations.RotateLeft(a, 14);
        c = (c ^ b) - BitOperations.RotateLeft(b, 24);
    }
}
