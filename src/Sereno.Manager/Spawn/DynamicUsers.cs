using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Sereno.Units.Model;

namespace Sereno.Manager.Spawn;

/// <summary>DynamicUser=: names and numbers as systemd makes them, so that folders of former runs keep their owner (systemd.exec(5)).</summary>
public static class DynamicUsers
{
    public const uint First = 61184, Last = 65519;

    private static ReadOnlySpan<byte> NumberKey => [0x37, 0x53, 0x7e, 0x31, 0xcf, 0xce, 0x48, 0xf5, 0x8a, 0xbb, 0x39, 0x57, 0x8d, 0xd9, 0xec, 0x59];
    private static ReadOnlySpan<byte> NameKey => [0x58, 0x1a, 0xaf, 0xe6, 0x28, 0x58, 0x4e, 0x96, 0xb4, 0x4e, 0xf5, 0x3b, 0x8c, 0x92, 0x07, 0xec];

    /// <summary>The unit's name without instance and type, where that is fit for an account.</summary>
    public static string NameOf(UnitName unit) =>
        unit.Prefix is { Length: > 0 and < 32 } name && !char.IsAsciiDigit(name[0]) && name[0] != '-' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? name : $"_du{SipHash(NameKey, unit.Prefix):x16}";

    /// <summary>The number to try first for a name.</summary>
    public static uint Hash(string name) => Clamp((uint)SipHash(NumberKey, name));

    /// <summary>The one to try when a number is taken.</summary>
    public static uint Next(uint number) => number == Last ? First : number + 1;

    private static uint Clamp(uint hash) => hash % (Last - First + 1) + First;

    /// <summary>SipHash-2-4 (Aumasson and Bernstein, 2012).</summary>
    public static ulong SipHash(ReadOnlySpan<byte> key, string text)
    {
        byte[] data = Encoding.UTF8.GetBytes(text);
        ulong k0 = BinaryPrimitives.ReadUInt64LittleEndian(key), k1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);
        ulong a = k0 ^ 0x736f6d6570736575, b = k1 ^ 0x646f72616e646f6d, c = k0 ^ 0x6c7967656e657261, d = k1 ^ 0x7465646279746573;
        int whole = data.Length & ~7;
        for (int i = 0; i < whole; i += 8)
            Compress(BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(i)));
        ulong last = (ulong)data.Length << 56;
        for (int i = whole; i < data.Length; i++)
            last |= (ulong)data[i] << 8 * (i - whole);
        Compress(last);
        c ^= 0xff;
        for (int i = 0; i < 4; i++)
            Round();
        return a ^ b ^ c ^ d;

        void Compress(ulong word)
        {
            d ^= word;
            Round();
            Round();
            a ^= word;
        }

        void Round()
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
}
