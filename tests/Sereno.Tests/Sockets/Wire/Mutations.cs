using System.Buffers.Binary;
using CsCheck;

namespace Sereno.Tests.Sockets.Wire;

/// <summary>What can go wrong with bytes on their way, or in a kernel of another age.</summary>
internal static class Mutations
{
    private static readonly uint[] s_liars = [0, 1, 3, 4, 5, 15, 16, 17, 0x7F, 0xFF, 0x7FFF, 0xFFFC, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFC, 0xFFFF_FFFF];

    private static readonly Gen<Func<byte[], byte[]>> s_one = Gen.OneOf(
        from at in Gen.Int[0, 100_000] from value in Gen.Byte select At(at, bytes => bytes[0] = value),
        from at in Gen.Int[0, 100_000] from bit in Gen.Int[0, 7] select At(at, bytes => bytes[0] ^= (byte)(1 << bit)),
        from at in Gen.Int[0, 25_000] from liar in OneOf(s_liars) select At(at * 4, bytes => Write(bytes, liar, 4)),
        from at in Gen.Int[0, 50_000] from liar in OneOf(s_liars) select At(at * 2, bytes => Write(bytes, liar, 2)),
        from at in Gen.Int[0, 100_000] select new Func<byte[], byte[]>(bytes => bytes[..(at % (bytes.Length + 1))]),
        from at in Gen.Int[0, 100_000] from length in Gen.Int[1, 64] select Cut(at, length),
        from at in Gen.Int[0, 100_000] from more in Gen.Byte.Array[1, 64] select Insert(at, more),
        from at in Gen.Int[0, 100_000] from to in Gen.Int[0, 100_000] from length in Gen.Int[1, 128] select Move(at, to, length));

    /// <summary>A few changes, one after another.</summary>
    public static Gen<Func<byte[], byte[]>> Gen1To8 { get; } =
        s_one.Array[1, 8].Select(changes => new Func<byte[], byte[]>(bytes => changes.Aggregate(bytes, (now, change) => change(now))));

    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Func<byte[], byte[]> At(int at, Action<byte[]> change) => bytes =>
    {
        if (bytes.Length == 0)
            return bytes;
        int begin = at % bytes.Length;
        byte[] rest = bytes[begin..];
        change(rest);
        return [.. bytes[..begin], .. rest];
    };

    private static void Write(byte[] bytes, uint value, int length)
    {
        byte[] written = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(written, value);
        written.AsSpan(0, Math.Min(length, bytes.Length)).CopyTo(bytes);
    }

    private static Func<byte[], byte[]> Cut(int at, int length) => bytes =>
    {
        int begin = at % (bytes.Length + 1);
        return [.. bytes[..begin], .. bytes[Math.Min(begin + length, bytes.Length)..]];
    };

    private static Func<byte[], byte[]> Insert(int at, byte[] more) => bytes =>
    {
        int begin = at % (bytes.Length + 1);
        return [.. bytes[..begin], .. more, .. bytes[begin..]];
    };

    private static Func<byte[], byte[]> Move(int from, int to, int length) => bytes =>
    {
        int begin = from % (bytes.Length + 1);
        byte[] moved = bytes[begin..Math.Min(begin + length, bytes.Length)];
        return Insert(to, moved)(Cut(begin, length)(bytes));
    };
}
